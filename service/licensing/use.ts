import type { Bytes } from "../../shared/bytes.js";
import type { PublicKey } from "../../shared/crypto/keys.js";
import { newId } from "../../shared/ids.js";
import { labelPath } from "../../shared/label.js";
import { encodeEditPermit } from "../../shared/license/edition.js";
import { encodeUseLicense, type Terms } from "../../shared/license/use-license.js";
import type { Policy } from "../../shared/policy.js";
import { secondTime } from "../../shared/time.js";
import type { Directory } from "../directory/directory.js";
import type { Amendment } from "../store/amendments.js";
import type { Policies } from "../store/policies.js";
import type { CallerAccount } from "./caller-account.js";
import type { Granted } from "./decide.js";
import { isTheirs } from "./identity-at.js";
import type { Parts } from "./parts.js";

/** The license a use is about. */
export interface Licensed {
  readonly contentId: string;
  readonly digest: Bytes;
  readonly cipher: string;
  readonly label: string | null;
  readonly issuedMs: number;
}

/** A decision to be put into a license. */
export interface Use {
  readonly licensed: Licensed;
  /** The policy in force. */
  readonly policy: Policy;
  readonly account: CallerAccount;
  readonly granted: Granted;
  /** What changed the rights after sending, if something did. */
  readonly amendment: Amendment | null;
  readonly nowMs: number;
}

/** A person as an answer names them. */
export interface Named {
  readonly address: string;
  readonly name: string;
}

/** Whom to ask about a document, also somebody who left; else the address the policy has. */
export async function ownerOf({ owner, issuer }: Policy, issuedMs: number, directory: Directory): Promise<Named> {
  const person = await directory.findByAddress(owner);
  if (person && isTheirs(person, owner, issuedMs)) return { address: person.address, name: person.name };
  const former = await directory.findFormer(issuer);
  return { address: owner, name: former?.addresses.includes(owner) ? former.name : owner };
}

/** Who protected it. */
async function authorOf(policy: Policy, issuedMs: number, directory: Directory): Promise<Named> {
  const person = await directory.findBySubject(policy.issuer);
  if (person) return { address: person.address, name: person.name };
  const former = await directory.findFormer(policy.issuer);
  return former
    ? { address: former.addresses[0] ?? policy.owner, name: former.name }
    : ownerOf(policy, issuedMs, directory);
}

/** `Confidential/Project`, or nothing for a label that is gone. */
export async function labelName(id: string | null, policies: Policies): Promise<string | undefined> {
  const label = id === null ? null : await policies.label(id);
  if (!label) return undefined;
  const parent = label.parent === null ? null : await policies.label(label.parent);
  return labelPath(parent ? [parent, label] : [label], label);
}

async function termsOf({ licensed, policy, granted, amendment, nowMs }: Use, parts: Parts): Promise<Terms> {
  const [author, label] = await Promise.all([
    authorOf(policy, licensed.issuedMs, parts.directory),
    labelName(licensed.label, parts.store.policies),
  ]);
  const { name, ext, until, texts, obligations } = policy;
  const offlineUntil = granted.mayStore ? secondTime(granted.untilMs) : null;
  const given = { v: 1, time: secondTime(nowMs), author, cipher: licensed.cipher, ext, until, offlineUntil } as const;
  const amended = amendment === null ? undefined : secondTime(amendment.time);
  return { ...given, name, label, texts, obligations, amended }; // what is undefined is left out of the JSON
}

/** The use license itself: the content key leaves, sealed to the device. */
export async function encodeUse(use: Use, rawContentKey: Bytes, parts: Parts): Promise<string> {
  const { licensed, account, granted, nowMs } = use;
  const { fromMs, untilMs, rights, mayStore } = granted;
  const about = { tenant: parts.tenant.id, contentId: licensed.contentId, licenseDigest: licensed.digest };
  const to = { subject: account.person.subject, accountKey: account.accountKey, rawContentKey };
  const terms = await termsOf(use, parts);
  const fields = { serial: newId(), issuedMs: nowMs, fromMs, untilMs, rights, mayStore, terms, ...about, ...to };
  return encodeUseLicense(fields, parts.tenant.keyring.active.custody);
}

/** The service's word that `key` may sign editions of the document for as long as the license lasts. */
export function encodePermit({ licensed, account, granted, nowMs }: Use, key: PublicKey, parts: Parts) {
  const { fromMs, untilMs } = granted;
  const about = { tenant: parts.tenant.id, licenseDigest: licensed.digest, subject: account.person.subject };
  const fields = { serial: newId(), issuedMs: nowMs, fromMs, untilMs, key, ...about };
  return encodeEditPermit(fields, parts.tenant.keyring.active.custody);
}
