import { RightsError } from "../../shared/errors.js";
import type { AnsweredOp, AnswerOf, JobState } from "../../shared/protocol/agent-answers.js";
import type { LinkRequest, RequestOf } from "../../shared/protocol/agent-api.js";
import type { Slice } from "../../shared/protocol/agent-frames.js";
import { currentPolicy } from "../policy-cache.js";
import type { Opening } from "./channel.js";
import type { Job, Work } from "./job.js";
import type { Jobs } from "./jobs.js";
import type { LinkParts } from "./link-parts.js";
import type { MadeHere } from "./made-here.js";
import { inspectContent, unprotectContent } from "./open-content.js";
import { findPairing, type Pairing } from "./pairings.js";
import { protectContent } from "./protect-content.js";
import { protectAtPath } from "./protect-path.js";
import type { Questions } from "./questions.js";

/** Labels so old are shown at once; protecting asks anew where it can. */
const labelsAgeMs = 60_000;

export interface HandlerDesk {
  readonly parts: LinkParts;
  readonly jobs: Jobs;
  readonly questions: Questions;
  readonly made: MadeHere;
}

/** Who asks, and where news of their jobs goes; a page that comes by POST has to ask for them. */
export interface Caller {
  readonly pairing: Pairing;
  follow(job: Job): void;
}

export type Asked = Exclude<LinkRequest, Opening | { op: "read" }>;

type Handlers = {
  [O in Asked["op"]]: (request: RequestOf<O>, caller: Caller, desk: HandlerDesk) => Promise<AnswerOf<O & AnsweredOp>>;
};

async function begin(size: number, work: Work, caller: Caller, { jobs }: HandlerDesk): Promise<JobState> {
  const job = await jobs.begin(caller.pairing.id, size, work);
  caller.follow(job);
  return job.state();
}

/** Remembers what came of it, so that its page can take it back. */
const remembered =
  (work: Work, { pairing }: Caller, { made }: HandlerDesk): Work =>
  async (desk) => {
    const outcome = await work(desk);
    if (outcome.document !== undefined) made.note(pairing.id, outcome.document.contentId, outcome.document.license);
    return outcome;
  };

/** One for each message. */
const handlers: Handlers = {
  async whoami(_request, _caller, { parts }) {
    const { info, certificates } = parts.account();
    const { name, address, organisation, tenant, service, viewer } = info;
    return { name, address, organisation, tenant, service, viewer, mayProtect: certificates.licensor !== null };
  },

  async labels(_request, _caller, { parts }) {
    const current = await currentPolicy(parts.account(), { maxAgeMs: labelsAgeMs });
    parts.expect(0); // who looks at labels will choose one
    const { labels, templates, mandatory, mayPublish: mayProtect, isKept } = current;
    return { labels, templates, mandatory, mayProtect, isKept };
  },

  "find-people": async ({ search }, _caller, { parts }) => {
    const { people } = await parts.account().service.findPeople(search);
    return { people };
  },

  protect(request, caller, desk) {
    desk.parts.expect(request.size);
    return begin(request.size, remembered(protectContent(desk.parts, request), caller, desk), caller, desk);
  },

  "protect-path": async (request, caller, desk) =>
    begin(0, remembered(protectAtPath(desk.parts, request), caller, desk), caller, desk),

  inspect: (request, caller, desk) => begin(request.size, inspectContent(desk.parts, request), caller, desk),

  unprotect: (request, caller, desk) =>
    begin(request.size, unprotectContent(desk.parts, request, caller.pairing, desk.questions), caller, desk),

  async withdraw({ contentId }, { pairing }, { parts, made }) {
    const { lastOfflineUse } = await parts.account().service.revoke(made.licenseOf(pairing.id, contentId));
    return { lastUse: lastOfflineUse };
  },

  async job({ job }, caller, { jobs }) {
    const found = jobs.find(caller.pairing.id, job);
    caller.follow(found);
    return found.state();
  },

  async cancel({ job }, { pairing }, { jobs }) {
    await jobs.cancel(pairing.id, job);
    return {};
  },
};

/**
 * A pairing belongs to a sign-in: a page that was connected before it ended asks for nothing of whoever comes next.
 * @throws RightsError `not-paired`, `sign-in-needed`.
 */
export async function answerAsked(request: Asked, caller: Caller, desk: HandlerDesk): Promise<unknown> {
  if ((await findPairing(await desk.parts.signedIn(), caller.pairing.id)) === null)
    throw new RightsError("not-paired", "this page and the agent are not paired, or no longer");
  const handler = handlers[request.op] as (request: Asked, caller: Caller, desk: HandlerDesk) => Promise<unknown>;
  return handler(request, caller, desk);
}

/** The next piece of a document; the answer says how much is there by now. */
export async function takeSlice(slice: Slice, { pairing }: Caller, { jobs }: HandlerDesk): Promise<JobState> {
  const job = jobs.find(pairing.id, slice.job);
  await job.receive(slice);
  return job.state();
}

/** A piece of what came out. */
export async function readResult(
  request: RequestOf<"read">,
  { pairing }: Caller,
  { jobs }: HandlerDesk,
): Promise<Slice> {
  const { id, job, file, offset, length } = request;
  return { id, job, offset, bytes: await jobs.find(pairing.id, job).read(file, offset, length) };
}
