import { type Bytes, toBase64, toBase64url } from "../../shared/bytes.js";
import { newRawContentKey, type PublicKey, publicKeyFromSpki } from "../../shared/crypto/keys.js";
import { newId } from "../../shared/ids.js";
import { checkReadable, encodePublishingLicense } from "../../shared/license/publishing-license.js";
import { encodePolicy, type Policy, parsePolicy } from "../../shared/policy.js";
import { keyOf, type PublishAnswer, type PublishRequest } from "../../shared/protocol/service-api.js";
import { policyOf } from "../../shared/template.js";
import { secondTime } from "../../shared/time.js";
import type { AuditEvent } from "../audit.js";
import { activeCertificate } from "../tenant.js";
import { auditingRefusals, eventOf, notePerson } from "./audited.js";
import { decodeBase64, encodeText } from "./base64.js";
import type { CallerAccount } from "./caller-account.js";
import { decide, type Granted } from "./decide.js";
import { spend } from "./limits.js";
import { checkMayPublish } from "./may-publish.js";
import { offeredTo } from "./offered.js";
import type { Asker, Parts } from "./parts.js";
import { accountMismatch, Refusal } from "./refusal.js";
import { encodePermit, encodeUse, type Use } from "./use.js";

/**
 * A publishing license made here, for whoever has no licensor key of their own: the service draws the content key and
 * writes the caller as issuer. With it come the owner's use license and a permit to sign the first edition.
 * @throws Refusal account-mismatch, rate-limited, protect-denied; RightsError request-malformed, policy-malformed.
 */
export function publish(parts: Parts, asker: Asker, request: PublishRequest): Promise<PublishAnswer> {
  const event = eventOf("publish", asker);
  return auditingRefusals(parts, asker, event, async () => {
    const nowMs = parts.now();
    const account = await parts.accounts.find(asker, decodeBase64(request.accountCertificate), nowMs);
    notePerson(event, account.person);
    event.device = account.device.racSerial;
    spend(parts.limits.licenses, asker);
    await checkMayPublish(account.person, parts.store.read);
    const signingKey = await signingKeyOf(request, account, parts);
    const policy = await policyFor(request, account, parts, nowMs);
    const rawContentKey = newRawContentKey();
    try {
      return await make(parts, { request, policy, account, signingKey, rawContentKey, nowMs, event });
    } finally {
      rawContentKey.fill(0);
    }
  });
}

/** The page's own key, or that of the device. */
async function signingKeyOf({ signingKey }: PublishRequest, account: CallerAccount, parts: Parts): Promise<PublicKey> {
  if (signingKey !== undefined) return publicKeyFromSpki(keyOf(signingKey), "request-malformed");
  const key = await parts.licensorKeys.find(account.device.licensorKid);
  if (key === null) throw accountMismatch();
  return key;
}

const notOffered = (what: string): Refusal =>
  new Refusal("protect-denied", `there is no such ${what} any more; choose another`);

/** What the caller may decide, completed by what only the service may: issuer, owner, family, and the template's part. */
async function policyFor(
  { policy, label: labelId, ext }: PublishRequest,
  { person }: CallerAccount,
  { store }: Parts,
  nowMs: number,
): Promise<Policy> {
  const { labels, templates } = await offeredTo(person, store.policies);
  const label = labels.find(({ id }) => id === labelId) ?? null;
  if (labelId !== null && label === null) throw notOffered("label");
  if (label === null && (await store.policies.state()).mandatory)
    throw new Refusal("protect-denied", "every file here gets a label; choose one");
  if (label !== null && label.template !== null && label.template !== policy.template)
    throw new Refusal("protect-denied", "this label comes with permissions of its own; choose it without others");
  const template = templates.find(({ id }) => id === policy.template) ?? null;
  if (policy.template !== null && template === null) throw notOffered("template");
  const { obligations: _asked, ...asked } = policy;
  const decided = template === null ? policy : { ...asked, ...policyOf(template, nowMs) };
  const { subject: issuer, address: owner } = person;
  return parsePolicy(encodePolicy({ v: 1, issuer, owner, family: newId(), ext, ...decided }));
}

interface Making {
  request: PublishRequest;
  policy: Policy;
  account: CallerAccount;
  signingKey: PublicKey;
  rawContentKey: Bytes;
  nowMs: number;
  event: AuditEvent;
}

async function make(parts: Parts, making: Making): Promise<PublishAnswer> {
  const { policy, account, rawContentKey, nowMs, event } = making;
  const { bytes, digest } = await encodeLicense(parts, making);
  const { cipher, label } = making.request;
  const granted = decide({ policy, identity: account.person, revokedMs: null, nowMs }) as Granted;
  const licensed = { contentId: policy.family, digest, cipher, label, issuedMs: nowMs };
  const use: Use = { licensed, policy, account, granted, amendment: null, nowMs };
  const { family, issuer } = policy;
  Object.assign(event, { family, issuer, contentId: family, licenseDigest: toBase64url(digest) });
  await parts.audit.append(event);
  await keepPublished(parts, making, digest);
  const [useLicense, permit] = await Promise.all([
    encodeUse(use, rawContentKey, parts),
    encodePermit(use, making.signingKey, parts),
  ]);
  const texts = { useLicense: encodeText(useLicense), permit: encodeText(permit) };
  return { license: toBase64(bytes), ...texts, time: secondTime(nowMs) };
}

/** What the service signs is listed at once, and stays believed should the tenant key get into other hands. */
function keepPublished({ store }: Parts, { policy, request, nowMs }: Making, digest: Bytes): Promise<void> {
  const { family, issuer, name = null } = policy;
  const about = { name, label: request.label, template: policy.template };
  const document = { family, issuer, contentId: family, ...about, registered: nowMs };
  return store.documents.register(document, toBase64url(digest), issuer);
}

/** Content id and family are one: this is the first document of its family. */
async function encodeLicense({ tenant }: Parts, { request, policy, rawContentKey, nowMs }: Making) {
  const { custody } = tenant.keyring.active;
  const fields = {
    contentId: policy.family,
    tenant: tenant.id,
    serviceAddress: tenant.serviceAddress,
    issuedMs: nowMs,
    cipher: request.cipher,
    label: request.label,
    policy,
    rawContentKey,
    tenantKey: custody.publicKey,
    issuerSubject: null,
    chain: [activeCertificate(tenant)],
  };
  const encoded = await encodePublishingLicense(fields, custody);
  await checkReadable(encoded.bytes);
  return encoded;
}
