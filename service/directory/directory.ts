import type { Identity } from "../../shared/policy.js";
import type { FoundPerson } from "../../shared/protocol/people-api.js";

/** A person as the organisation knows them: what `grantsFor` needs, and what people read. */
export interface Person extends Identity {
  /** For people: "Ada Lovelace". */
  name: string;
  /** The address shown and certified; also the first of `addresses`. */
  address: string;
  administrator: boolean;
  /** Since when (ms) they have addresses that were somebody else's before. */
  recycled: ReadonlyMap<string, number>;
}

/** Who somebody was. */
export interface FormerPerson {
  readonly name: string;
  /** Those they had last, the one shown first. */
  readonly addresses: readonly string[];
}

/** Who belongs to the organisation. Addresses go in and come out normalized (shared/address.ts). */
export interface Directory {
  /** By any of their addresses, groups included; `null` for strangers and for accounts that were switched off. */
  findByAddress(address: string): Promise<Person | null>;
  findBySubject(subject: string): Promise<Person | null>;
  /** Somebody who is in use no more, switched off or gone: what they protected is still theirs by name. */
  findFormer(subject: string): Promise<FormerPerson | null>;
  /** Addresses of every group a person is in, nested ones too; empty for strangers. */
  groupsOf(subject: string): Promise<readonly string[]>;
  /** Of whom each word of `text` begins a word of the name, or the address; people and groups, by name, `limit` at most. */
  search(text: string, limit: number): Promise<readonly FoundPerson[]>;
}

/** One that remembers its answers for a while. */
export interface RememberingDirectory extends Directory {
  /** Ask again about everybody: people or groups were changed here. */
  forget(): void;
}
