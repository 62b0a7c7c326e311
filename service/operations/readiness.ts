import { utf8 } from "../../shared/bytes.js";
import { verifySignature } from "../../shared/crypto/keys.js";
import { newId } from "../../shared/ids.js";
import type { Audit } from "../audit.js";
import type { Keyring } from "../custody/keyring.js";
import type { Store } from "../store/store.js";

/** What a service cannot answer without. */
export type ReadyPart = "store" | "custody" | "audit";

export interface ReadinessOptions {
  store: Store;
  /** Asked each time: its keys may change. */
  tenant: { readonly keyring: Keyring };
  audit: Audit;
  /** Hears why a part fails; strangers hear only which. */
  report: (part: ReadyPart, cause: unknown) => void;
}

/** A part that has not answered by then is not ready, in ms. */
const patienceMs = 5000;

/** What was found holds so long, in ms: whoever asks without end does not make the disk turn. */
const freshMs = 1000;

/** No body of a document: nobody could use this signature for one. */
const nothing = utf8("sealwright: ready?");

/** Whether the service could do its work now: write, sign, and go on with the audit there is. */
export class Readiness {
  readonly #checks: readonly (readonly [ReadyPart, () => Promise<void>])[];
  readonly #report: ReadinessOptions["report"];
  #found: { atMs: number; failing: Promise<ReadyPart | null> } | null = null;

  constructor({ store, tenant, audit, report }: ReadinessOptions) {
    this.#report = report;
    this.#checks = [
      ["store", () => checkStore(store)],
      ["custody", () => checkCustody(tenant.keyring)],
      ["audit", () => checkAudit(audit)],
    ];
  }

  /** The first part that fails; `null` when all is well. */
  failing(): Promise<ReadyPart | null> {
    const atMs = performance.now();
    if (this.#found === null || atMs - this.#found.atMs > freshMs) this.#found = { atMs, failing: this.#check() };
    return this.#found.failing;
  }

  async #check(): Promise<ReadyPart | null> {
    for (const [part, check] of this.#checks) {
      try {
        await within(patienceMs, check());
      } catch (cause) {
        this.#report(part, cause);
        return part;
      }
    }
    return null;
  }
}

/** A row that is written durably, and swept with what has run out. */
async function checkStore({ proofs }: Store): Promise<void> {
  await proofs.claim(`ready-${newId()}`, Date.now());
}

async function checkCustody({ active: { custody } }: Keyring): Promise<void> {
  const signature = await custody.sign(nothing);
  if (!(await verifySignature(custody.publicKey, nothing, signature))) throw new Error("it does not sign");
}

async function checkAudit(audit: Audit): Promise<void> {
  if (!(await audit.isIntactAtHead())) throw new Error("its last record is not as it was written");
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
