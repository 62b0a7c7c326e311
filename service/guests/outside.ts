import { domainOf } from "../../shared/address.js";
import { isMailable } from "../../shared/mail-line.js";
import type { ServiceConfig } from "../config.js";
import type { Database } from "../store/database.js";
import { isDomainInDirectory, isInDirectory } from "../store/guests.js";

/**
 * Which addresses are outside of the organisation (T13). A code proves no more than that somebody reads a mailbox: within the
 * organisation that must not make them the person whose address it is, or was.
 */
export class Outside {
  readonly #db: Database;
  readonly #own: readonly string[] | null;
  readonly #providers: ReadonlySet<string>;

  constructor({ ownDomains, providers }: Pick<ServiceConfig, "ownDomains" | "providers">, db: Database) {
    this.#db = db;
    this.#own = ownDomains ?? null;
    this.#providers = new Set(providers.flatMap(({ domains }) => domains));
  }

  /** @param address - normalized. */
  async includes(address: string): Promise<boolean> {
    const domain = domainOf(address);
    if (!isMailable(address) || this.#providers.has(domain) || this.#own?.includes(domain)) return false;
    if (await isInDirectory(this.#db, address)) return false;
    return this.#own !== null || !(await isDomainInDirectory(this.#db, address));
  }
}
