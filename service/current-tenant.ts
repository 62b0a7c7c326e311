import type { TenantTrust } from "../shared/license/trust.js";
import type { Custody, KeyPlace } from "./custody/custody.js";
import { Keyring, type TenantKey } from "./custody/keyring.js";
import type { Store } from "./store/store.js";
import type { TenantKeyRecord } from "./store/tenant-keys.js";
import { openTenant, type Tenant } from "./tenant.js";

export interface TenantOptions {
  store: Store;
  place: KeyPlace;
  publicUrl: URL;
  now: () => number;
}

/**
 * The tenant as it is now. Which keys it has is written in the store, so a service follows what any process did there,
 * without a restart: whoever holds an answer of a moment ago goes on with that, since a key once opened stays open.
 */
export class CurrentTenant implements Tenant {
  readonly #options: TenantOptions;
  readonly #opened: Opened;
  #state: State;
  #following: Promise<unknown> = Promise.resolve();

  private constructor(options: TenantOptions, opened: Opened, state: State) {
    this.#options = options;
    this.#opened = opened;
    this.#state = state;
  }

  /** The first start settles the first key. @throws RightsError file-missing, config-invalid. */
  static async open(options: TenantOptions): Promise<CurrentTenant> {
    const { store, place, now } = options;
    if ((await store.tenantKeys.all()).length === 0)
      await store.tenantKeys.settleFirst((await place.first()).kid, now());
    const opened: Opened = new Map();
    try {
      return new CurrentTenant(options, opened, await stateOf(await store.tenantKeys.all(), opened, options));
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  }

  get id(): string {
    return this.#state.tenant.id;
  }

  get serviceAddress(): string {
    return this.#state.tenant.serviceAddress;
  }

  get audience(): string {
    return this.#state.tenant.audience;
  }

  get keyring(): Keyring {
    return this.#state.tenant.keyring;
  }

  get trust(): TenantTrust {
    return this.#state.tenant.trust;
  }

  get serverCertificates(): readonly string[] {
    return this.#state.tenant.serverCertificates;
  }

  /** Takes up what changed in the store, or changes nothing. @throws RightsError file-missing, config-invalid. */
  follow(): Promise<void> {
    const following = this.#following.then(() => this.#follow());
    this.#following = following.catch(() => {}); // whoever asked is told; the next one tries again
    return following;
  }

  /** Forgets all keys; nothing can be asked afterwards. */
  async close(): Promise<void> {
    await this.#following;
    await closeAll(this.#opened);
  }

  async #follow(): Promise<void> {
    const records = await this.#options.store.tenantKeys.all();
    if (JSON.stringify(records) !== this.#state.madeOf)
      this.#state = await stateOf(records, this.#opened, this.#options);
  }
}

/** Keys in use, by their id. */
type Opened = Map<string, Custody>;

interface State {
  readonly tenant: Tenant;
  /** The records it was made of, as text. */
  readonly madeOf: string;
}

const closeAll = (opened: Opened) => Promise.all([...opened.values()].map((custody) => custody.close()));

async function stateOf(records: readonly TenantKeyRecord[], opened: Opened, options: TenantOptions): Promise<State> {
  const { store, place, publicUrl, now } = options;
  const keys: TenantKey[] = [];
  for (const record of records) {
    const { kid, generation, archived: archivedMs, compromised: compromisedMs, declared: declaredMs } = record;
    const custody = opened.get(kid) ?? (await place.open(kid, archivedMs === null));
    opened.set(kid, custody);
    keys.push({ custody, generation, archivedMs, compromisedMs, declaredMs });
  }
  const active = keys.find(({ archivedMs }) => archivedMs === null)!;
  const archived = keys.filter((key) => key !== active);
  const keyring = new Keyring(active, archived);
  const tenant = await openTenant({ settings: store.settings, keyring, publicUrl, now });
  return { tenant, madeOf: JSON.stringify(records) };
}
