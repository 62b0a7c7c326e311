import * as z from "zod";
import { type Bytes, utf8 } from "../bytes.js";
import { RightsError } from "../errors.js";
import { isId } from "../ids.js";
import { parseJson } from "../json.js";
import { jobIdBytes, keyBytes, maxContentBytes, maxMessageBytes, maxSliceBytes, nonceBytes } from "./agent-limits.js";
import { FindPeopleRequest } from "./people-api.js";

/**
 * What a page asks of the agent on its computer (docs/agent-link.md): the same over a WebSocket and in the body of a POST.
 * Requests are strict; in answers a page passes over what it does not know. Answers: agent-answers.ts.
 */

/** Exactly `bytes` bytes, in base64url. */
export const base64urlOf = (bytes: number) =>
  z
    .string()
    .length(Math.ceil((bytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/);

const id = z.int().min(0).max(0xffff_ffff);
const job = base64urlOf(jobIdBytes);
/** Of a file, without its folder: no separator, no control character, and no name of a folder. */
const fileName = z
  .string()
  .min(1)
  .max(255)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no name has
  .refine((name) => !/[\u0000-\u001f\u007f/\\]/.test(name) && name !== "." && name !== "..");
const size = z.int().min(0).max(maxContentBytes);
const shortText = z.string().min(1).max(200);

/** The first message: who asks, in which protocol. `name` is shown to the person: "Word". */
const Hello = z.strictObject({
  id,
  op: z.literal("hello"),
  protocol: z.int().min(1).max(1000),
  nonce: base64urlOf(nonceBytes),
  client: z.strictObject({ name: shortText, version: z.string().max(50) }),
});

/** Pairing: keys are exchanged, then each side shows that it knows the code (agent-proof.ts). `key`: P-256, uncompressed. */
const Pair = z.strictObject({ id, op: z.literal("pair"), key: base64urlOf(65) });
const Confirm = z.strictObject({ id, op: z.literal("confirm"), proof: base64urlOf(keyBytes) });

/** Who is paired shows that it holds the token, which does not travel. */
const Authenticate = z.strictObject({
  id,
  op: z.literal("authenticate"),
  pairing: z.string().refine(isId),
  proof: base64urlOf(keyBytes),
});

const WhoAmI = z.strictObject({ id, op: z.literal("whoami") });
const Labels = z.strictObject({ id, op: z.literal("labels") });

/** Colleagues and groups by what is typed of a name, as the service finds them. */
const FindPeople = z.strictObject({ id, op: z.literal("find-people"), search: FindPeopleRequest.shape.search });

/** What a document is to get: a label (with grants where it leaves that open), a template, or grants alone. */
export const Wanted = z.strictObject({
  label: z.string().max(300).optional(),
  template: z.string().max(300).optional(),
  /** `WHO:RIGHTS`, as `seal protect --grant` takes it: "Do Not Forward" and "Encrypt-Only" too. */
  grant: z.array(z.string().max(600)).max(1000).optional(),
  expires: z.string().max(50).optional(),
  offline: z.string().max(10).optional(),
});
export type Wanted = z.infer<typeof Wanted>;

/** Why a more sensitive label went, for the audit: only the page knows which it was. */
const justification = z.string().max(2000).optional();

/** Begins a job that takes `size` bytes of content in slices, and then protects them. */
const Protect = z.strictObject({
  id,
  op: z.literal("protect"),
  name: fileName,
  size,
  wanted: Wanted,
  justification,
  /** Wrap as `.pfile` whatever the type. */
  generic: z.boolean().optional(),
  /** A copy to look at besides; left out: as the label says. */
  ppdf: z.boolean().optional(),
});

/**
 * Protects a document where it lies. Only the agent decides whether that path is what the page says it is: the document
 * that the person has open, or a file of exactly this content.
 */
const ProtectPath = z.strictObject({
  id,
  op: z.literal("protect-path"),
  path: z.string().min(1).max(4096),
  wanted: Wanted,
  justification,
  generic: z.boolean().optional(),
  content: z.strictObject({ size, sha256: base64urlOf(32) }).optional(),
});

/** Begins a job that takes a protected file, and tells what it is and what may be done with it. */
const Inspect = z.strictObject({ id, op: z.literal("inspect"), name: fileName, size });
/** The same, and gives its content, once the person has agreed outside of the page. */
const Unprotect = z.strictObject({
  id,
  op: z.literal("unprotect"),
  name: fileName,
  size,
  /** Why, where the label asks for a reason. */
  justification: z.string().max(2000).optional(),
});

/** Takes back access to what this page had protected, for everybody but its owner. */
const Withdraw = z.strictObject({ id, op: z.literal("withdraw"), contentId: z.string().refine(isId) });

const JobOf = z.strictObject({ id, op: z.literal("job"), job });
const Cancel = z.strictObject({ id, op: z.literal("cancel"), job });
/** Answered by a frame with bytes of what came out, at most `maxSliceBytes`. `file`: which, in the order of the job's files. */
const Read = z.strictObject({
  id,
  op: z.literal("read"),
  job,
  file: z.int().min(0).max(15),
  offset: z.int().min(0),
  length: z.int().min(1).max(maxSliceBytes),
});

export const LinkRequest = z.discriminatedUnion("op", [
  Hello,
  Pair,
  Confirm,
  Authenticate,
  WhoAmI,
  Labels,
  FindPeople,
  Protect,
  ProtectPath,
  Inspect,
  Unprotect,
  Withdraw,
  JobOf,
  Cancel,
  Read,
]);
export type LinkRequest = z.infer<typeof LinkRequest>;
export type LinkOp = LinkRequest["op"];
export type RequestOf<O extends LinkOp> = Extract<LinkRequest, { op: O }>;

/** A request as it came. @throws RightsError `request-malformed`, whatever is wrong with it. */
export function parseLinkRequest(message: Bytes | string): LinkRequest {
  const bytes = typeof message === "string" ? utf8(message) : message;
  if (bytes.length > maxMessageBytes) throw new RightsError("request-malformed", "the message is too long");
  const parsed = LinkRequest.safeParse(parseJson(bytes, "request-malformed"));
  if (parsed.success) return parsed.data;
  throw new RightsError("request-malformed", "the message is none that this version of the agent knows", {
    cause: parsed.error,
  });
}

/** The id of a request that is otherwise wrong, to answer it by; `null` where it has none. */
export function idOfRequest(message: Bytes | string): number | null {
  try {
    const parsed = z
      .object({ id })
      .safeParse(parseJson(typeof message === "string" ? utf8(message) : message, "usage"));
    return parsed.success ? parsed.data.id : null;
  } catch {
    return null;
  }
}
