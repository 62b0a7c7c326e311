import * as z from "zod";
import { utf8 } from "../bytes.js";
import { RightsError } from "../errors.js";
import { isId } from "../ids.js";
import { parseJson } from "../json.js";
import { Label } from "../label.js";
import { Template } from "../template.js";
import { base64urlOf, type LinkOp } from "./agent-api.js";
import { jobIdBytes, keyBytes, nonceBytes, saltBytes } from "./agent-limits.js";
import { FindPeopleAnswer } from "./people-api.js";

/** What the agent answers to a page, and tells it unasked. */

const Failure = z.object({ code: z.string().max(50), message: z.string().max(4000) });

const HelloAnswer = z.object({
  protocol: z.int(),
  /** Of the agent's program. */
  version: z.string().max(50),
  nonce: base64urlOf(nonceBytes),
  /** For requests that come by POST: names this exchange, and is as good as a paired connection once it is proven. */
  session: base64urlOf(keyBytes).nullable(),
});

const PairAnswer = z.object({ key: base64urlOf(65), salt: base64urlOf(saltBytes) });
const ConfirmAnswer = z.object({ pairing: z.string().refine(isId), proof: base64urlOf(keyBytes) });
const AuthenticateAnswer = z.object({ proof: base64urlOf(keyBytes) });

const WhoAmIAnswer = z.object({
  name: z.string(),
  address: z.string(),
  organisation: z.string(),
  tenant: z.string().refine(isId),
  service: z.string(),
  viewer: z.string().nullable(),
  mayProtect: z.boolean(),
});
export type WhoAmIAnswer = z.infer<typeof WhoAmIAnswer>;

/** As the service has them for this person. `isKept`: the service is away, this is what it said last. */
const LabelsAnswer = z.object({
  labels: z.array(Label),
  templates: z.array(Template),
  /** Nothing goes without a label. */
  mandatory: z.boolean(),
  mayProtect: z.boolean(),
  isKept: z.boolean(),
});
export type LabelsAnswer = z.infer<typeof LabelsAnswer>;

/** A file that came out of a job. `copy`: to look at, for those without the program of the document. */
const JobFile = z.object({
  name: z.string(),
  size: z.int().min(0),
  role: z.enum(["document", "copy"]),
});
export type JobFile = z.infer<typeof JobFile>;

/** What a protected file is, and what may be done with it; `rights` null: nobody could say. */
const FileReport = z.object({
  state: z.enum(["clear", "protected"]),
  label: z.string().nullable(),
  labelName: z.string().nullable(),
  organisation: z.string().nullable(),
  owner: z.string().nullable(),
  contentId: z.string().nullable(),
  rights: z.array(z.string()).nullable(),
  expires: z.string().nullable(),
  offlineUntil: z.string().nullable(),
  /** Why there are no rights, where the service refused. */
  refusal: Failure.nullable(),
});
export type LinkFileReport = z.infer<typeof FileReport>;

/**
 * `receiving`: takes slices from `received` on. `asking`: the person is asked, outside of the page. `waiting`: for the
 * program that has the document open to close it. `working`: `done` of `total` bytes.
 */
export const JobState = z.object({
  job: base64urlOf(jobIdBytes),
  state: z.enum(["receiving", "asking", "waiting", "working", "done", "failed"]),
  received: z.int().min(0),
  size: z.int().min(0),
  done: z.int().min(0),
  total: z.int().min(0),
  /** When it is done. */
  files: z.array(JobFile).max(16),
  report: FileReport.nullable(),
  /** Of a document that was protected where it lies: where it is now. */
  path: z.string().max(8192).nullable(),
  /** Of what was protected: names it to `withdraw`. */
  contentId: z.string().refine(isId).nullable(),
  /** What there is to say of the result: a copy that could not be made, a file that was wrapped whole. */
  notes: z.array(z.string().max(4000)).max(16),
  error: Failure.nullable(),
});
export type JobState = z.infer<typeof JobState>;

/** The last moment at which somebody who has opened it can still do so; `null` where nobody has. */
const WithdrawAnswer = z.object({ lastUse: z.string().nullable() });

export const answers = {
  hello: HelloAnswer,
  pair: PairAnswer,
  confirm: ConfirmAnswer,
  authenticate: AuthenticateAnswer,
  whoami: WhoAmIAnswer,
  labels: LabelsAnswer,
  "find-people": FindPeopleAnswer.omit({ time: true }),
  protect: JobState,
  "protect-path": JobState,
  inspect: JobState,
  unprotect: JobState,
  withdraw: WithdrawAnswer,
  job: JobState,
  cancel: z.object({}),
} satisfies Partial<Record<LinkOp, z.ZodType>>;
/** Those that are answered by JSON; `read` is by a frame, and a slice by the job. */
export type AnsweredOp = keyof typeof answers;
export type AnswerOf<O extends AnsweredOp> = z.infer<(typeof answers)[O]>;

const LinkMessage = z.union([
  z.object({ id: z.int(), answer: z.unknown(), error: z.never().optional() }),
  z.object({ id: z.int().nullable(), error: Failure }),
  z.object({ event: z.literal("job"), job: JobState }),
]);
/** An answer to the request of that id, or an event. `id` null: nobody knows what it answers. */
export type LinkMessage = z.infer<typeof LinkMessage>;

/** What a page does not understand is the agent's newer version. @throws RightsError `version-mismatch`. */
export function parseLinkMessage(text: string): LinkMessage {
  const parsed = LinkMessage.safeParse(parseJson(utf8(text), "version-mismatch"));
  if (parsed.success) return parsed.data;
  throw mismatch(parsed.error);
}

/** @throws RightsError `version-mismatch`. */
export function parseAnswer<O extends AnsweredOp>(op: O, answer: unknown): AnswerOf<O> {
  const parsed = answers[op].safeParse(answer);
  if (parsed.success) return parsed.data as AnswerOf<O>;
  throw mismatch(parsed.error);
}

const mismatch = (cause: unknown) =>
  new RightsError("version-mismatch", "the agent on this computer is of another version; update both", { cause });
