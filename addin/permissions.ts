import { RightsError } from "../shared/errors.js";
import { grantsFrom, namedTexts, parseGrant } from "../shared/grants.js";
import { knownRights, type NamedPolicy, type Right, roles } from "../shared/rights.js";
import type { TemplatePolicy } from "../shared/template.js";
import { secondTime } from "../shared/time.js";

/** Permissions that a person puts together in the pane, instead of a label's. */
export interface Permissions {
  /** The same for all: a named policy; `null` where each is given their own. */
  readonly named: NamedPolicy | null;
  readonly people: readonly PersonRights[];
  /** The last day of access, `2027-03-01`; "" for no end. */
  readonly until: string;
  /** Days without asking the service; 0 asks each time, -1 never again. */
  readonly offlineDays: number;
}

export interface PersonRights {
  /** As typed: an address, or `@` and a domain. */
  readonly who: string;
  /** A role, or "" for single rights. */
  readonly role: RoleName | "";
  readonly rights: readonly Right[];
}

export type RoleName = keyof typeof roles;
export const roleNames = Object.keys(roles) as RoleName[];

/** What can be ticked one by one: VIEW comes with each of them. */
export const singleRights: readonly Right[] = knownRights.filter((right) => !["VIEW", "OWNER"].includes(right));

export const newPerson: PersonRights = { who: "", role: "Viewer", rights: [] };
export const noPermissions: Permissions = { named: null, people: [newPerson], until: "", offlineDays: 7 };

/** What keeps permissions from being ones: the first thing that is wrong. */
export type PermissionTrouble =
  | { readonly kind: "nobody" }
  | { readonly kind: "no-address"; readonly row: number }
  | { readonly kind: "twice"; readonly row: number }
  | { readonly kind: "past" }
  | { readonly kind: "too-many" };

/** Whether something is in them that a person would miss. */
export const isEmpty = ({ people }: Permissions): boolean => people.every(({ who }) => who.trim() === "");

/** The policy they stand for, or what is wrong with them. */
export function policyFrom(permissions: Permissions, nowMs: number): TemplatePolicy | PermissionTrouble {
  const { named, people, until, offlineDays } = permissions;
  const filled = people.map((one, row) => ({ ...one, row, who: one.who.trim() })).filter(({ who }) => who !== "");
  if (filled.length === 0) return { kind: "nobody" };
  const written = [];
  const seen = new Set<string>();
  for (const { who, row, role, rights } of filled) {
    const grant = parsed(`${who}:${named ?? (role || ["VIEW", ...rights].join("+"))}`);
    if (grant === null) return { kind: "no-address", row };
    if (seen.has(grant.who)) return { kind: "twice", row };
    seen.add(grant.who);
    written.push(grant);
  }
  const endMs = until === "" ? null : endOfDay(until);
  if (endMs !== null && !(endMs > nowMs)) return { kind: "past" };
  const texts = namedTexts(written);
  try {
    const grants = grantsFrom(written);
    const end = endMs === null ? null : secondTime(endMs);
    return { grants, until: end, offlineDays, template: null, ...(texts === null ? {} : { texts: [...texts] }) };
  } catch (error) {
    if (error instanceof RightsError) return { kind: "too-many" };
    throw error;
  }
}

/** Where the person is; a day may have 23 hours. */
function endOfDay(day: string): number {
  const end = new Date(`${day}T00:00:00`);
  return end.setDate(end.getDate() + 1);
}

function parsed(text: string) {
  try {
    return parseGrant(text);
  } catch (error) {
    if (error instanceof RightsError) return null;
    throw error;
  }
}
