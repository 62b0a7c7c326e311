import type { Custody } from "./custody.js";

/** A tenant key with its place in the row of tenant keys. */
export interface TenantKey {
  custody: Custody;
  /** 1 for the first key of the organisation, one more for each after it; `null` for one that only ever unseals. */
  generation: number | null;
  /** When another key took over, in ms; `null` for the active one. */
  archivedMs: number | null;
  /** Since when somebody else may have it, in ms: then it vouches alone for nothing. */
  compromisedMs: number | null;
  /** When that was said, in ms. */
  declaredMs: number | null;
}

/** The tenant's keys: one that signs and is sealed to, and archived ones that still unseal. Looked up by key id. */
export class Keyring {
  readonly active: TenantKey;
  /** When it was last said (ms) that somebody else may have one; 0 for never. */
  readonly lastDeclaredMs: number;
  readonly #byKid: ReadonlyMap<string, TenantKey>;

  constructor(active: TenantKey, archived: readonly TenantKey[] = []) {
    this.active = active;
    this.#byKid = new Map([...archived, active].map((key) => [key.custody.publicKey.kid, key]));
    this.lastDeclaredMs = Math.max(0, ...archived.map(({ declaredMs }) => declaredMs ?? 0));
  }

  /** `null` for a key that is not the tenant's. */
  find(kid: string): TenantKey | null {
    return this.#byKid.get(kid) ?? null;
  }

  /** Ids of the keys that somebody else may have. */
  compromised(): string[] {
    return this.all().flatMap(({ custody, compromisedMs }) => (compromisedMs === null ? [] : [custody.publicKey.kid]));
  }

  /** All keys, archived ones first. */
  all(): TenantKey[] {
    return [...this.#byKid.values()];
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((key) => key.custody.close()));
  }
}
