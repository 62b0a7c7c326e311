/** What a page keeps of the agent it was paired with: its token proves and checks, and no script can read it. */
export interface KeptPairing {
  readonly id: string;
  readonly key: CryptoKey;
}

/** Where pages keep it. */
export interface PairingStore {
  get(): Promise<KeptPairing | null>;
  set(pairing: KeptPairing): Promise<void>;
  clear(): Promise<void>;
}

const store = "pairing";

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(store);
  return done(request);
}

/**
 * In the browser's storage of this origin, which keeps keys without showing them; where a browser gives a frame none, for as
 * long as the page is open.
 * @param partition - in Office the frame's own: `Office.context.partitionKey`.
 */
export function pairingStore(partition = ""): PairingStore {
  const use = async <T>(mode: IDBTransactionMode, work: (of: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const database = await open(`sealwright-agent${partition}`);
    try {
      return await done(work(database.transaction(store, mode).objectStore(store)));
    } finally {
      database.close();
    }
  };
  let here: KeptPairing | null = null;
  const change = async (pairing: KeptPairing | null): Promise<void> => {
    here = pairing;
    const kept =
      pairing === null ? use("readwrite", (of) => of.delete(0)) : use("readwrite", (of) => of.put(pairing, 0));
    await (kept as Promise<unknown>).catch(() => undefined);
  };
  return {
    get: async () =>
      here ?? (await use<KeptPairing | undefined>("readonly", (of) => of.get(0)).catch(() => null)) ?? null,
    set: change,
    clear: () => change(null),
  };
}
