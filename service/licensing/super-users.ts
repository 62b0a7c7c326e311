import type { SuperUsersConfig } from "../config.js";
import type { Directory, Person } from "../directory/directory.js";
import type { Store } from "../store/store.js";
import { SuperAccesses } from "../store/super-access.js";

/** An approved super access that has not ended. */
export interface OpenAccess {
  readonly id: string;
  readonly reason: string;
  /** ms */
  readonly untilMs: number;
}

/** Who the configuration lets ask for super access, and what was approved for them. */
export class SuperUsers {
  readonly config: SuperUsersConfig;
  readonly #store: Store;
  readonly #directory: Directory;

  /** @param directory - one that does not remember: who is taken off is off at once. */
  constructor(config: SuperUsersConfig, store: Store, directory: Directory) {
    this.config = config;
    this.#store = store;
    this.#directory = directory;
  }

  /** Individuals count by the address shown: an alias, which is given away more easily, makes nobody one. */
  includes({ address, groups, isGuest }: Person): boolean {
    const { people = [], group } = this.config;
    if (isGuest) return false;
    return people.includes(address) || (group !== undefined && groups.includes(group));
  }

  /** What holds for a person at this moment; they must be a super user still. */
  async openFor(person: Person, nowMs: number): Promise<OpenAccess | null> {
    const row = await new SuperAccesses(this.#store.read).openFor(person.subject, nowMs);
    if (row === null || row.until === null) return null;
    const present = await this.#directory.findBySubject(person.subject);
    if (present === null || !this.includes(present)) return null;
    return { id: row.id, reason: row.reason, untilMs: row.until };
  }
}
