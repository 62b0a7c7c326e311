/**
 * A protected file on its way from the window that took it to the viewer, which has no tie to any other window. It waits in
 * this browser's database, for the moment that a page takes to load; it is as protected there as in a folder.
 */

const [database, store] = ["sealwright-waiting", "files"];
const prefix = "#waiting-";
/** What nobody came for is removed by the next that waits or is taken. */
const maxAgeMs = 5 * 60_000;
const maxWaiting = 4;

interface Waiting {
  readonly name: string;
  readonly bytes: ArrayBuffer;
  readonly sinceMs: number;
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function withStore<T>(use: (files: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open(database, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(store);
  const db = await done(opening);
  try {
    const transaction = db.transaction(store, "readwrite");
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await use(transaction.objectStore(store));
    await ended;
    return result;
  } finally {
    db.close();
  }
}

/** Removes what is too old, and of the others all but the last few. */
async function tidy(files: IDBObjectStore): Promise<void> {
  const keys = (await done(files.getAllKeys())) as string[];
  const since = (key: string) => Number(key.split("-")[0]);
  const oldestFirst = keys.sort((a, b) => since(a) - since(b));
  const tooMany = Math.max(0, keys.length - maxWaiting);
  for (const [i, key] of oldestFirst.entries())
    if (i < tooMany || Math.abs(Date.now() - since(key)) > maxAgeMs) await done(files.delete(key));
}

/** @returns what the viewer's address ends in, to take it. */
export async function letWait(name: string, bytes: ArrayBuffer): Promise<string> {
  const sinceMs = Date.now();
  const key = `${sinceMs}-${crypto.randomUUID()}`;
  const waiting: Waiting = { name, bytes, sinceMs };
  await withStore(async (files) => {
    await done(files.put(waiting, key));
    await tidy(files);
  });
  return prefix + key;
}

/** The file that this page's address names, once; `null` where there is none. */
export async function takeWaiting(): Promise<File | null> {
  const { hash, pathname } = location;
  if (!hash.startsWith(prefix)) return null;
  history.replaceState(null, "", pathname);
  const key = hash.slice(prefix.length);
  const found = await withStore(async (files) => {
    const waiting = (await done(files.get(key))) as Waiting | undefined;
    await done(files.delete(key));
    await tidy(files);
    return waiting;
  }).catch(() => undefined);
  return found === undefined ? null : new File([found.bytes], found.name);
}
