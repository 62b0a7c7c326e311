import type { FoundPerson } from "../../shared/protocol/people-api.js";
import type { Account, Accounts } from "../store/accounts.js";
import type { Directory, FormerPerson, Person } from "./directory.js";

/** Groups of one person at most, and how deep they nest: whoever writes the groups cannot make a grant expensive. */
const maxGroups = 1000;
const maxDepth = 16;

/** The directory the service keeps itself, in its store. */
export class EmbeddedDirectory implements Directory {
  readonly #accounts: Accounts;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  async findByAddress(address: string): Promise<Person | null> {
    return this.#person(await this.#accounts.findByAddress(address));
  }

  async findBySubject(subject: string): Promise<Person | null> {
    return this.#person(await this.#accounts.find(subject));
  }

  async findFormer(subject: string): Promise<FormerPerson | null> {
    const account = await this.#accounts.find(subject);
    if (!account || account.state === "active") return null;
    const { name, addresses } = account;
    return { name, addresses: addresses.length > 0 ? addresses : await this.#accounts.formerAddresses(subject) };
  }

  /** Level by level, each group once, so cycles end. */
  async groupsOf(subject: string): Promise<string[]> {
    const found = new Set<string>();
    let level = [subject];
    for (let depth = 0; depth < maxDepth && level.length > 0 && found.size < maxGroups; depth++) {
      const above = await this.#accounts.groupsHolding(level);
      level = above.filter((group) => !found.has(group)).slice(0, maxGroups - found.size);
      for (const group of level) found.add(group);
    }
    return [...found];
  }

  search = (text: string, limit: number): Promise<readonly FoundPerson[]> => this.#accounts.search(text, limit);

  async #person(account: Account | null): Promise<Person | null> {
    const address = account?.addresses[0];
    if (!account || !address || account.state !== "active") return null;
    const { id: subject, name, addresses, administrator, recycled } = account;
    return { subject, name, address, addresses, administrator, recycled, groups: await this.groupsOf(subject) };
  }
}
