import { normalizeWho } from "./address.js";
import { utf8 } from "./bytes.js";
import { RightsError } from "./errors.js";
import { type Grant, maxNames, maxRights, type Policy, type PolicyText } from "./policy.js";
import { knownRights, type NamedPolicy, namedPolicies, presupposingView, type Right, roles } from "./rights.js";

/** Grants as people write them: `bob@contoso.example:VIEW+PRINT`, `legal@contoso.example:Reviewer`. */

/** What one such text says. */
export interface WrittenGrant {
  /** Normalized: an address, or `@` and a domain. */
  readonly who: string;
  /** With VIEW, in the order people are shown them. */
  readonly rights: readonly Right[];
  /** The named policy it is, if it is one. */
  readonly named: NamedPolicy | null;
}

/** All names of one policy together, in bytes: a license with more of them would be longer than one may be. */
const maxNamesBytes = 150_000;

const wrong = (message: string, cause?: unknown): RightsError => new RightsError("usage", message, { cause });

/** "Do Not Forward", "do-not-forward" and "donotforward" are one. */
const folded = (name: string): string => name.toLowerCase().replace(/[ -]/g, "");

const byName = <T>(names: Record<string, T>): ReadonlyMap<string, T> =>
  new Map(Object.entries(names).map(([name, meant]) => [folded(name), meant]));

const policies = byName(Object.fromEntries(Object.keys(namedPolicies).map((name) => [name, name as NamedPolicy])));
const meanings = byName<readonly Right[]>({
  ...roles,
  ...Object.fromEntries(knownRights.map((right) => [right, [right]])),
});
const offered =
  `rights: ${knownRights.join(", ")}; roles: ${Object.keys(roles).join(", ")}; ` +
  `or alone: ${Object.keys(namedPolicies).join(", ")}`;

/**
 * `WHO:RIGHTS`. WHO is an address or `@domain`; RIGHTS are rights and roles joined by `+`, or a named policy alone,
 * upper and lower case alike. VIEW is added where it is missing, as without it no right is of any use.
 * @throws RightsError `usage`, with the names there are.
 */
export function parseGrant(text: string): WrittenGrant {
  const colon = text.indexOf(":", text.lastIndexOf("@"));
  if (!text.includes("@") || colon < 0)
    throw wrong(`"${text}" does not say who gets what; write it like bob@contoso.example:VIEW+PRINT`);
  const who = parseWho(text.slice(0, colon));
  const words = text.slice(colon + 1).split("+");
  const named = words.length === 1 ? policies.get(folded(words[0]!)) : undefined;
  if (named !== undefined) return { who, rights: presupposingView(namedPolicies[named]), named };
  return { who, rights: presupposingView(words.flatMap(rightsOf)), named: null };
}

function rightsOf(word: string): readonly Right[] {
  const name = policies.get(folded(word));
  if (name !== undefined) throw wrong(`${name} stands alone: with other rights it would not be what it says`);
  const rights = meanings.get(folded(word));
  if (rights === undefined) throw wrong(`there is no right or role "${word.trim()}"; ${offered}`);
  return rights;
}

/** Whom a grant names. @throws RightsError `usage`. */
export function parseWho(text: string): string {
  try {
    return normalizeWho(text);
  } catch (cause) {
    const example = "write a person or group like ada@contoso.example, or a whole domain like @contoso.example";
    throw wrong(`"${text}" is no mail address; ${example}`, cause);
  }
}

/**
 * The grants of a policy from what was written: who is named twice gets all of it; names with the same rights share a
 * grant. @throws RightsError `usage` where a named policy and other rights meet, or the policy would be over its bounds.
 */
export function grantsFrom(written: readonly WrittenGrant[]): Grant[] {
  const byWho = new Map<string, WrittenGrant>();
  for (const grant of written) byWho.set(grant.who, joined(byWho.get(grant.who), grant));
  const byRights = new Map<string, Grant>();
  for (const { who, rights } of byWho.values()) {
    const grant = byRights.get(rights.join("+")) ?? { who: [], rights: [...rights] };
    grant.who.push(who);
    byRights.set(rights.join("+"), grant);
  }
  const grants = [...byRights.values()];
  checkBounds(grants);
  return grants;
}

function joined(before: WrittenGrant | undefined, grant: WrittenGrant): WrittenGrant {
  if (before === undefined) return grant;
  if (before.named !== grant.named)
    throw wrong(`${grant.who} is given ${before.named ?? grant.named} and other rights; one contradicts the other`);
  return { ...grant, rights: presupposingView([...before.rights, ...grant.rights]) };
}

/** @throws RightsError `usage`: what a policy can hold (docs/encodings.md, "Policy"), and a license with it. */
export function checkBounds(grants: readonly Grant[]): void {
  const names = grants.flatMap(({ who }) => who);
  if (names.length > maxNames)
    throw wrong(`at most ${maxNames} people and groups can be named; name groups or a domain`);
  if (utf8(names.join("")).length > maxNamesBytes)
    throw wrong("these names are too long for one license; name groups or a domain");
  if (new Set(grants.flatMap(({ rights }) => rights)).size > maxRights)
    throw wrong(`at most ${maxRights} different rights can be given`);
}

/** The grants of a policy of one's own as `parseGrant` reads them, one for each name. */
export function writtenGrants({ grants, texts: shown }: Pick<Policy, "grants" | "texts">): string[] {
  const isNamed = (name: string) => JSON.stringify(texts[name as NamedPolicy]) === JSON.stringify(shown);
  const named = Object.keys(texts).find(isNamed);
  return grants.flatMap(({ who, rights }) => who.map((one) => `${one}:${named ?? rights.join("+")}`));
}

const texts: Record<NamedPolicy, readonly PolicyText[]> = {
  "Do Not Forward": [
    { lang: "en", name: "Do Not Forward", description: "You can read and reply, but not forward, print or copy." },
    {
      lang: "de",
      name: "Nicht weiterleiten",
      description: "Lesen und antworten, aber nicht weiterleiten, drucken, kopieren.",
    },
  ],
  "Encrypt-Only": [
    { lang: "en", name: "Encrypt-Only", description: "You can do everything but take the protection off." },
    { lang: "de", name: "Nur verschlüsseln", description: "Alles ist erlaubt, nur nicht, den Schutz zu entfernen." },
  ],
};

/** A named policy is told by its name, if it is the only one; else `null`. */
export function namedTexts(written: readonly WrittenGrant[]): PolicyText[] | null {
  const [first] = written;
  return first?.named && written.every((grant) => grant.named === first.named) ? [...texts[first.named]] : null;
}
