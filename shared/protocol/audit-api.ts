import * as z from "zod";
import { isId } from "../ids.js";
import { Time } from "../policy.js";
import { who } from "./who.js";

/** The audit as administrators read it, `/api/v1/admin/audit`. docs/protocol.md says in words what each does. */

/** What people and programs did, or were refused. */
export const auditActions = [
  "sign-in",
  "guest-code",
  "guest-passkey",
  "change-password",
  "certify",
  "remove-device",
  "change-keys",
  "grant",
  "publish",
  "register",
  "track",
  "revoke",
  "restore",
  "policy",
  "amend",
  "relabel",
  "ask-access",
  "answer-access",
  "super-access",
  "super-grant",
  "administer",
] as const;
export type AuditAction = (typeof auditActions)[number];

const id = z.string().refine(isId, "an id is a lower-case GUID");
const seq = z.int().min(0);

/** Records on one page at most. */
export const maxAuditPage = 1000;

/** What is left out does not matter; all of the others must hold. */
export const AuditFilter = z.strictObject({
  /** At this time or later. */
  since: Time.optional(),
  /** Before this time. */
  until: Time.optional(),
  contentId: id.optional(),
  /** Who asked: a person by id or by an address they have, or had when it was recorded. */
  who: who.optional(),
  action: z.enum(auditActions).optional(),
  /** `done`, or the code of a refusal. */
  result: z
    .string()
    .regex(/^[a-z-]{1,64}$/)
    .optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

/** `POST admin/audit/list`. */
export const AuditListing = AuditFilter.extend({
  order: z.enum(["newest", "oldest"]).default("newest"),
  /** `next` of the answer before; a record's number, behind which it goes on. */
  after: seq.optional(),
  limit: z.int().min(1).max(maxAuditPage).default(100),
  /** For the audit of audits: to be looked at, or to be taken away. */
  purpose: z.enum(["list", "export"]).default("list"),
});
export type AuditListing = z.infer<typeof AuditListing>;

const text = z.string().nullable();

/** One decision. `hash` is that of the chain up to here: kept elsewhere it proves what came before. */
export const AuditEntry = z.object({
  seq: z.int(),
  time: z.string().max(24),
  action: z.string(),
  result: z.string(),
  subject: text,
  address: text,
  name: text,
  /** From outside of the organisation. */
  guest: z.boolean().default(false),
  contentId: text,
  family: text,
  issuer: text,
  licenseDigest: text,
  device: text,
  proofKey: text,
  tokenId: text,
  ip: text,
  correlationId: text,
  until: text,
  detail: text,
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** A page may hold fewer than asked for, and even none: only `next` tells whether there may be more. */
export const AuditPage = z.object({ records: z.array(AuditEntry), next: z.int().nullable(), time: z.string().max(20) });
export type AuditPage = z.infer<typeof AuditPage>;

/** `GET admin/audit/verification`. */
export const AuditVerification = z.object({
  records: z.int(),
  intact: z.boolean(),
  firstBad: z.int().nullable(),
  head: z.string(),
  time: z.string().max(20),
});
export type AuditVerification = z.infer<typeof AuditVerification>;
