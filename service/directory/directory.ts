import type { Identity } from "../../shared/policy.js";

/** A person as the organisation knows them: what `grantsFor` needs, and what people read. */
export interface Person extends Identity {
  /** For people: "Ada Lovelace". */
  name: string;
  /** The address shown and certified; also the first of `addresses`. */
  address: string;
  administrator: boolean;
}

/** Who belongs to the organisation. Addresses go in and come out normalized (shared/address.ts). */
export interface Directory {
  /** By any of their addresses, groups included; `null` for strangers and for accounts that were switched off. */
  findByAddress(address: string): Promise<Person | null>;
  findBySubject(subject: string): Promise<Person | null>;
  /** Addresses of every group a person is in, nested ones too; empty for strangers. */
  groupsOf(subject: string): Promise<readonly string[]>;
}
