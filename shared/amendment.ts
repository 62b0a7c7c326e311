import { checkBounds, type WrittenGrant } from "./grants.js";
import type { Grant, Policy } from "./policy.js";
import { holds, presupposingView, type Right } from "./rights.js";

/** Changing a policy after sending: docs/rights.md, "Changed afterwards". Everything here is pure. */

/** The part of a policy that an amendment replaces. */
export type PolicyTerms = Pick<Policy, "grants" | "until" | "offlineDays">;

/** What a person wants changed; what is left out stays. */
export interface Change {
  /** Their rights are these from now on, whatever they were. */
  readonly grant: readonly WrittenGrant[];
  /** Normalized. */
  readonly remove: readonly string[];
  readonly until?: string | null;
  readonly offlineDays?: number;
}

type RightsByName = Map<string, ReadonlySet<Right>>;

function byName(grants: readonly Grant[]): RightsByName {
  const found: RightsByName = new Map();
  for (const { who, rights } of grants)
    for (const name of who) found.set(name, new Set([...(found.get(name) ?? []), ...rights]));
  return found;
}

/** Names with the same rights share a grant. */
function grantsOf(names: RightsByName): Grant[] {
  const grants = new Map<string, Grant>();
  for (const [name, all] of names) {
    const rights = presupposingView([...all]);
    const grant = grants.get(rights.join("+")) ?? { who: [], rights };
    grant.who.push(name);
    grants.set(rights.join("+"), grant);
  }
  return [...grants.values()];
}

/** Who is named by a policy. */
export const namesIn = ({ grants }: PolicyTerms): string[] => [...byName(grants).keys()];

/** The change by which names have these rights besides those they have. */
export function adding({ grants }: PolicyTerms, more: readonly WrittenGrant[]): Change {
  const names = byName(grants);
  const grant = more.map((one) => ({ ...one, rights: [...(names.get(one.who) ?? []), ...one.rights] }));
  return { grant, remove: [] };
}

/** @throws RightsError `usage` where the result would be over a policy's bounds. */
export function changed(terms: PolicyTerms, { grant, remove, until, offlineDays }: Change): PolicyTerms {
  const names = byName(terms.grants);
  for (const name of remove) names.delete(name);
  for (const { who } of grant) names.delete(who);
  for (const { who, rights } of grant) names.set(who, new Set([...(names.get(who) ?? []), ...rights]));
  const grants = grantsOf(names);
  checkBounds(grants);
  return {
    grants,
    until: until === undefined ? terms.until : until,
    offlineDays: offlineDays ?? terms.offlineDays,
  };
}

/** One right that one name has by the one policy and not by the other. */
interface Difference {
  readonly who: string;
  readonly right: Right;
}

/** What `terms` give and `others` do not, name by name: who is in a group, a policy does not say. */
function differences(terms: PolicyTerms, others: PolicyTerms): Difference[] {
  const there = byName(others.grants);
  return [...byName(terms.grants)].flatMap(([who, rights]) =>
    [...rights].filter((right) => !there.get(who)?.has(right)).map((right) => ({ who, right })),
  );
}

export const isSame = (terms: PolicyTerms, others: PolicyTerms): boolean =>
  terms.until === others.until &&
  terms.offlineDays === others.offlineDays &&
  differences(terms, others).length === 0 &&
  differences(others, terms).length === 0;

const endOf = ({ until }: PolicyTerms): string => until ?? "never"; // sorts behind every year
const daysOf = ({ offlineDays }: PolicyTerms): number => (offlineDays < 0 ? Number.POSITIVE_INFINITY : offlineDays);

/** Whether somebody may do less than before, or for a shorter time: the next save then gets a new content key. */
export function shrank(before: PolicyTerms, now: PolicyTerms): boolean {
  const names = byName(now.grants);
  const lost = differences(before, now).some(({ who, right }) => !holds([...(names.get(who) ?? [])], right));
  return lost || endOf(now) < endOf(before);
}

/**
 * What in a change goes beyond who makes it: nobody gives, or takes from others, what they may not do themselves, nor
 * more time than they have. @param rights - of who changes it, under `before`. @returns words, or `null` for nothing.
 */
export function beyond(before: PolicyTerms, after: PolicyTerms, rights: readonly Right[]): string | null {
  if (holds(rights, "OWNER")) return null;
  const touched = [...differences(after, before), ...differences(before, after)];
  const more = touched.find(({ right }) => !rights.includes(right));
  if (more !== undefined) return `${more.right} for ${more.who}`;
  if (endOf(after) > endOf(before)) return "a later end of access";
  return daysOf(after) > daysOf(before) ? "more days without the service" : null;
}
