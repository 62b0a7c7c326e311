import { domainOf } from "../../shared/address.js";
import type { Identity } from "../../shared/policy.js";
import type { Person } from "../directory/directory.js";

/**
 * A person as a document means them. An address they have from somebody else names that other in what was protected
 * before it changed hands (T13): there it makes them neither owner nor grantee. An amendment names people anew.
 * @param issuedMs - when the license was made, in whole minutes: within the minute of the change it is still before it.
 * @param amendedMs - when its rights were last changed, or `null`.
 */
export function identityAt(person: Person, issuedMs: number, amendedMs: number | null): Identity {
  const { subject, addresses, groups, recycled } = person;
  if (recycled.size === 0) return person;
  const asOf = (ms: number) => addresses.filter((address) => isTheirs(person, address, ms));
  const domains = addresses.map((address) => `@${domainOf(address)}`);
  return { subject, addresses: asOf(issuedMs), groups: [...groups, ...domains, ...asOf(amendedMs ?? issuedMs)] };
}

/** Whether an address meant this person already at `ms`. */
export const isTheirs = ({ recycled }: Person, address: string, ms: number): boolean =>
  (recycled.get(address) ?? 0) <= ms;
