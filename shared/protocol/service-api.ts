import * as z from "zod";
import { type Bytes, fromBase64url } from "../bytes.js";
import { RightsError, type RightsErrorCode } from "../errors.js";
import { isId } from "../ids.js";
import { Label } from "../label.js";
import { Extension, Grant, Obligation, PolicyText, Time } from "../policy.js";
import { Template } from "../template.js";

/** Requests and answers of the service, `/api/v1`. docs/protocol.md says in words what each does. */

/** No request body is longer: a license of 1 MiB in base64, and room for the rest. */
export const maxRequestBytes = 2 * 1024 * 1024;

const id = z.string().refine(isId, "an id is a lower-case GUID");
const time = z.string().max(20);
const base64 = z.string().max(1_500_000);
const key = z.string().max(800);
const url = z.string().max(2048);

/** `GET /.well-known/sealwright`: where everything is, and the tenant's keys (base64 of a chain of SLCs). */
export const Discovery = z.object({
  v: z.literal(1),
  tenant: id,
  organisation: z.string().max(256),
  api: url,
  issuer: url,
  clientId: z.string().max(128),
  resource: z.string().max(256),
  certificates: base64,
  viewer: url.nullable(),
  /** How people outside of the organisation get in: by a mailed code; not, for want of mail; or not at all. */
  guests: z.enum(["code", "no-mail", "off"]).default("off"),
});
export type Discovery = z.infer<typeof Discovery>;

/** How a person tells their devices apart: what the device says of itself. It never stands in a license. */
export const DeviceName = z.strictObject({ name: z.string().max(64), system: z.string().max(64) });
export type DeviceName = z.infer<typeof DeviceName>;

/** `POST account-certificates`: the two public keys that the device made, base64url SPKI. */
export const CertifyRequest = z.strictObject({ accountKey: key, licensorKey: key, device: DeviceName.optional() });
export type CertifyRequest = z.infer<typeof CertifyRequest>;

/**
 * `accountKey`: where a person's devices share their account key, its private half, sealed to the key the device made
 * (docs/encodings.md); the account certificate is then about that one. `null` where each device has its own.
 * `compromised`: ids of tenant keys that others may have.
 * `licensorCertificate`: `null` for who may open and not protect.
 */
export const CertifyAnswer = z.object({
  subject: id,
  address: z.string().max(255),
  name: z.string().max(256),
  accountCertificate: base64,
  licensorCertificate: base64.nullable(),
  serverCertificates: base64,
  accountKey: z.string().max(8192).nullable().default(null),
  compromised: z.array(z.string().max(64)).max(64).default([]),
  time,
});
export type CertifyAnswer = z.infer<typeof CertifyAnswer>;

/** Said to who may open and not protect. */
export const mayNotPublish =
  "your organisation lets only some people protect files, and you are not among them; what you were sent still opens; ask your administrator";

/** `GET policy`: labels and templates the caller may use. */
export const PolicyAnswer = z.object({
  labels: z.array(Label),
  templates: z.array(Template),
  /** Nothing goes without a label. */
  mandatory: z.boolean().default(false),
  /** Whether the caller may protect. */
  mayPublish: z.boolean().default(true),
  time,
});
export type PolicyAnswer = z.infer<typeof PolicyAnswer>;

/** `POST use-licenses`: the chain as it stands in the file, and the caller's account certificate, both base64. */
export const UseLicenseRequest = z.strictObject({ license: base64, accountCertificate: base64 });
export type UseLicenseRequest = z.infer<typeof UseLicenseRequest>;

/** `permit` comes with the right to edit, for the caller's licensor key; not for whoever issued the license. */
export const UseLicenseAnswer = z.object({ useLicense: base64, permit: base64.nullable(), time });
export type UseLicenseAnswer = z.infer<typeof UseLicenseAnswer>;

/** `POST publishing-licenses`: the service makes content key and license; nothing sealed is taken from outside. */
export const PublishRequest = z.strictObject({
  policy: z.strictObject({
    grants: z.array(Grant).max(1000),
    until: time.nullable(),
    offlineDays: z.int().min(-1).max(36_500),
    template: id.nullable(),
    name: z.string().max(1024).optional(),
    texts: z.array(PolicyText).max(64).optional(),
    obligations: z.array(Obligation).max(16).optional(),
  }),
  label: id.nullable(),
  cipher: z.literal("SEALWRIGHT.GCM1M"),
  ext: Extension,
  accountCertificate: base64,
  signingKey: key.optional(),
});
export type PublishRequest = z.infer<typeof PublishRequest>;

export const PublishAnswer = z.object({ license: base64, useLicense: base64, permit: base64, time });
export type PublishAnswer = z.infer<typeof PublishAnswer>;

/** `POST documents`, `documents/track`, `revoke`, `restore`, `policy`: about the document of this license. */
export const DocumentRequest = z.strictObject({ license: base64 });
export type DocumentRequest = z.infer<typeof DocumentRequest>;

export const RegisterAnswer = z.object({ family: id, time });
export type RegisterAnswer = z.infer<typeof RegisterAnswer>;

export const DocumentSummary = z.object({
  family: id,
  contentId: id,
  name: z.string().nullable(),
  label: id.nullable(),
  registered: time,
  revoked: time.nullable(),
  /** When its rights were last changed; null if never. */
  amended: time.nullable(),
});
export type DocumentSummary = z.infer<typeof DocumentSummary>;

export const DocumentsAnswer = z.object({ documents: z.array(DocumentSummary), time });
export type DocumentsAnswer = z.infer<typeof DocumentsAnswer>;

/** One thing that happened to a document: who opened it, was refused, revoked it. */
export const TrackEvent = z.object({
  time,
  action: z.string(),
  result: z.string(),
  address: z.string().nullable(),
  name: z.string().nullable(),
  /** The rights that were given, what was amended, which label and why. */
  detail: z.string().nullable(),
});
export type TrackEvent = z.infer<typeof TrackEvent>;

export const TrackAnswer = z.object({ document: DocumentSummary.nullable(), events: z.array(TrackEvent), time });
export type TrackAnswer = z.infer<typeof TrackAnswer>;

/** `lastOfflineUse`: the last moment a license already given can still open it; null where none can. */
export const RevokeAnswer = z.object({ family: id, revoked: time.nullable(), lastOfflineUse: time.nullable(), time });
export type RevokeAnswer = z.infer<typeof RevokeAnswer>;

const amendment = z.int().min(0);
const terms = {
  grants: z.array(Grant).max(1000),
  until: Time.nullable(),
  offlineDays: z.int().min(-1).max(36_500),
};

/** `POST documents/policy`: the policy in force, and the number of the last amendment, 0 for none. */
export const DocumentPolicyAnswer = z.object({
  family: id,
  version: amendment,
  ...terms,
  template: id.nullable(),
  time,
});
export type DocumentPolicyAnswer = z.infer<typeof DocumentPolicyAnswer>;

/**
 * `POST documents/amend`: what the policy of every copy is from now on. `base` is the version it was made from: after
 * another amendment the answer is `policy-changed`. `id` names this amendment, so that sending it again does nothing.
 */
export const AmendRequest = z.strictObject({ license: base64, id, base: amendment, ...terms });
export type AmendRequest = z.infer<typeof AmendRequest>;

/** `shrank`: somebody may do less than before. `lastOfflineUse`: until when a license given before may open it. */
export const AmendAnswer = z.object({
  family: id,
  version: amendment,
  amended: time,
  shrank: z.boolean(),
  lastOfflineUse: time.nullable(),
  time,
});
export type AmendAnswer = z.infer<typeof AmendAnswer>;

/** Characters of a reason for another label. */
export const maxReason = 512;

/** `POST documents/relabel`: for the audit, that a copy got another label or none (`null`), and why, where that was said. */
export const RelabelRequest = z.strictObject({
  license: base64,
  label: id.nullable(),
  reason: z.string().max(maxReason).nullable(),
});
export type RelabelRequest = z.infer<typeof RelabelRequest>;

/** `POST clear-labels`: the same of a file that is not protected, and has no license to say what it is. */
export const ClearLabelRequest = z.strictObject({
  from: id.nullable(),
  label: id.nullable(),
  reason: z.string().max(maxReason).nullable(),
});
export type ClearLabelRequest = z.infer<typeof ClearLabelRequest>;

export const ClearLabelAnswer = z.object({ time });

/** What a refused person can do next. */
export const Offer = z.enum(["ask-owner", "switch-account", "sign-in"]);
export type Offer = z.infer<typeof Offer>;

export const ErrorAnswer = z.object({
  code: z.string().max(64),
  message: z.string().max(2048).optional(),
  offers: z.array(Offer).optional(),
  owner: z.object({ address: z.string(), name: z.string() }).optional(),
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;

/** The status of each refusal, used by the service to answer and by clients to tell what an answer means. */
export const statusOf: Partial<Record<RightsErrorCode, number>> = {
  "request-malformed": 400,
  "policy-malformed": 400,
  "address-malformed": 400,
  "sign-in-needed": 401,
  "sign-in-failed": 401,
  "access-denied": 403,
  "access-expired": 403,
  "access-revoked": 403,
  "right-missing": 403,
  "protect-denied": 403,
  "account-mismatch": 403,
  "policy-changed": 409,
  "device-removed": 403,
  "change-refused": 409,
  "license-invalid": 422,
  "rate-limited": 429,
};

/** A message checked against its shape. @throws RightsError `code`. */
export function parseMessage<T>(schema: z.ZodType<T>, value: unknown, code: RightsErrorCode): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RightsError(code, `${issue?.path.join(".") || "the message"} is not as it should be: ${issue?.message}`);
}

export const keyOf = (text: string): Bytes => fromBase64url(text, "request-malformed");
