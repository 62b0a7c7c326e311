import * as z from "zod";
import { normalizeAddress, normalizeWho } from "./address.js";
import { type Bytes, utf8 } from "./bytes.js";
import { RightsError } from "./errors.js";
import { isId } from "./ids.js";
import { parseJson } from "./json.js";
import { holds, type Right } from "./rights.js";
import { parseSecondTime } from "./time.js";

/** At most this many names in one policy, so that no license makes a service search without end (threat T19). */
export const maxNames = 1000;
/** At most this many different rights, as a use license lists them one by one. */
export const maxRights = 40;

/** Amendments of one document are counted up to here. */
const maxAmendments = 1_000_000_000;

const id = z.string().refine(isId, "an id is a lower-case GUID");
const right = z.string().regex(/^[A-Z][A-Z0-9]{0,39}$/);
export const Time = z.string().refine((text) => isTime(text), "a time is written 2027-03-01T00:00:00Z");
/** An address or `@domain`, normalized. */
export const Who = z
  .string()
  .max(255)
  .refine(isNormal(normalizeWho), "a grant names an address or @domain, normalized");
const address = z.string().max(254).refine(isNormal(normalizeAddress), "an owner is an address, normalized");

export const Grant = z.object({ who: z.array(Who).min(1).max(maxNames), rights: z.array(right).min(1).max(maxRights) });
export type Grant = z.infer<typeof Grant>;

export const PolicyText = z.object({
  lang: z.string().min(2).max(35),
  name: z.string().max(256),
  description: z.string().max(2048),
});
export type PolicyText = z.infer<typeof PolicyText>;

/** What a reader's surface must do: today one kind, the watermark. */
export const Obligation = z.object({ type: z.literal("watermark"), text: z.string().max(512) });
export type Obligation = z.infer<typeof Obligation>;

/** With its dot, or nothing: what can stand behind a file name on every system, as a protected file's header has it. */
export const Extension = z
  .string()
  .max(255)
  .regex(/^(?:\.[ -~]*[!-~])?$/)
  .regex(/^[^/\\:*?"<>|]*$/)
  .refine((text) => !text.endsWith("."));

/** Who may do what until when; docs/encodings.md, "Policy". `until` is a time or null, `offlineDays` -1 is for ever. */
export const Policy = z.object({
  v: z.literal(1),
  issuer: id,
  owner: address,
  family: id,
  name: z.string().max(1024).optional(),
  ext: Extension,
  grants: z.array(Grant).max(maxNames),
  until: Time.nullable(),
  offlineDays: z.int().min(-1).max(36_500),
  template: id.nullable(),
  texts: z.array(PolicyText).max(64).optional(),
  obligations: z.array(Obligation).max(16).optional(),
  referral: z.string().max(512).optional(),
  /** The last amendment that is in this policy already: only later ones change it. */
  amendment: z.int().min(1).max(maxAmendments).optional(),
  /** Of a copy to look at: the body digest of the license of the document it was made from, base64. */
  parent: z.base64().length(44).optional(),
});
export type Policy = z.infer<typeof Policy>;

/** One person as the service knows them now: verified addresses and groups, nested ones included, all normalized. */
export interface Identity {
  subject: string;
  addresses: readonly string[];
  groups: readonly string[];
  /** From outside of the organisation: they own nothing, whatever a policy says of their address. */
  isGuest?: true;
}

function isNormal(normalize: (text: string) => string): (text: string) => boolean {
  return (text) => {
    try {
      return normalize(text) === text;
    } catch {
      return false;
    }
  };
}

function isTime(text: string): boolean {
  try {
    return parseSecondTime(text, "policy-malformed") >= 0;
  } catch {
    return false;
  }
}

/** @throws RightsError `policy-malformed`. Members this version does not know are ignored; `v` says what must be. */
export function parsePolicy(bytes: Bytes): Policy {
  const policy = Policy.safeParse(parseJson(bytes, "policy-malformed"));
  if (!policy.success) throw new RightsError("policy-malformed", "the policy inside the license is damaged");
  const names = policy.data.grants.reduce((sum, grant) => sum + grant.who.length, 0);
  if (names > maxNames)
    throw new RightsError("policy-malformed", `a policy names at most ${maxNames} people or groups`);
  if (new Set(policy.data.grants.flatMap((grant) => grant.rights)).size > maxRights)
    throw new RightsError("policy-malformed", `a policy gives at most ${maxRights} different rights`);
  return policy.data;
}

/** @throws RightsError `policy-malformed` for what no reader would take: better no file than one nobody can open. */
export function encodePolicy(policy: Policy): Bytes {
  const bytes = utf8(JSON.stringify(policy));
  parsePolicy(bytes);
  return bytes;
}

/** Issuer and owner keep everything whatever the policy says (docs/rights.md). */
export const isIssuerOrOwner = (policy: Policy, identity: Identity): boolean =>
  !identity.isGuest && (policy.issuer === identity.subject || identity.addresses.includes(policy.owner));

export const isExpired = (policy: Policy, nowMs: number): boolean =>
  policy.until !== null && nowMs >= parseSecondTime(policy.until, "policy-malformed");

/**
 * The rights `policy` gives `identity` at `nowMs`; none is the empty list. Pure: what is decided depends on nothing
 * else. Expiry ends every grant, but never the issuer's and the owner's own access.
 */
export function grantsFor(policy: Policy, identity: Identity, nowMs: number): Right[] {
  if (isIssuerOrOwner(policy, identity)) return ["OWNER"];
  return isExpired(policy, nowMs) ? [] : grantedTo(policy, identity);
}

/** The same without regard to time: tells "ended" from "never given". */
export function grantedTo(policy: Policy, identity: Identity): Right[] {
  const names = new Set(namesOf(identity));
  const matching = policy.grants.filter((grant) => grant.who.some((name) => names.has(name)));
  const rights = [...new Set(matching.flatMap((grant) => grant.rights))];
  if (policy.parent === undefined) return rights;
  return holds(rights, "VIEW") ? ["VIEW"] : []; // a copy to look at is no more than that
}

/** Whether one of the names is the person's, a group's they are in, or their domain's. */
export const isNamed = (who: readonly string[], identity: Identity): boolean => {
  const names = new Set(namesOf(identity));
  return who.some((name) => names.has(name));
};

const namesOf = ({ addresses, groups }: Identity): string[] => [
  ...addresses,
  ...groups,
  ...addresses.map((address) => address.slice(address.lastIndexOf("@"))),
];
