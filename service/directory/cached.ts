import type { FoundPerson } from "../../shared/protocol/people-api.js";
import type { Directory, FormerPerson, Person, RememberingDirectory } from "./directory.js";

export interface CacheOptions {
  /** How long an answer holds, in ms: as long a person may keep what a group gave them. 3 hours unless told. */
  ttlMs?: number;
  /** Answers kept at most. */
  maxEntries?: number;
  now?: () => number;
}

interface Entry {
  person: Promise<Person | null>;
  untilMs: number;
}

/** A directory asked at most once in a while for each person. Strangers are not remembered: they may join any time. */
export class CachedDirectory implements RememberingDirectory {
  readonly #directory: Directory;
  readonly #ttlMs: number;
  readonly #maxEntries: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(directory: Directory, { ttlMs = 3 * 3_600_000, maxEntries = 10_000, now = Date.now }: CacheOptions = {}) {
    this.#directory = directory;
    this.#ttlMs = ttlMs;
    this.#maxEntries = maxEntries;
    this.#now = now;
  }

  findByAddress(address: string): Promise<Person | null> {
    return this.#cached(`address ${address}`, () => this.#directory.findByAddress(address));
  }

  findBySubject(subject: string): Promise<Person | null> {
    return this.#cached(`subject ${subject}`, () => this.#directory.findBySubject(subject));
  }

  findFormer(subject: string): Promise<FormerPerson | null> {
    return this.#directory.findFormer(subject);
  }

  async groupsOf(subject: string): Promise<readonly string[]> {
    return (await this.findBySubject(subject))?.groups ?? [];
  }

  search(text: string, limit: number): Promise<readonly FoundPerson[]> {
    return this.#directory.search(text, limit);
  }

  forget(): void {
    this.#entries.clear();
  }

  #cached(key: string, ask: () => Promise<Person | null>): Promise<Person | null> {
    const known = this.#entries.get(key);
    if (known && known.untilMs > this.#now()) return known.person;
    const entry = { person: ask(), untilMs: this.#now() + this.#ttlMs };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    const drop = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.person.then((person) => person ?? drop(), drop);
    return entry.person;
  }
}
