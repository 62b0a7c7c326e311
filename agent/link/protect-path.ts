import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Count } from "../../shared/bytes.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import { isProtected } from "../../shared/protect.js";
import type { RequestOf } from "../../shared/protocol/agent-api.js";
import { choosePolicy } from "../chosen-policy.js";
import { reasonFrom, tellReason } from "../tell-relabel.js";
import { insideOf } from "../work/inside-label.js";
import { type ProtectedResult, protectFile } from "../work/protect-file.js";
import { openSource } from "../work/source-file.js";
import type { JobDesk, Work } from "./job.js";
import type { LinkParts } from "./link-parts.js";
import { isOpenInOffice } from "./office-programs.js";
import { findOpenDocument, isOwnDocument, refused } from "./open-document.js";
import type { PromisedDocument } from "./promised.js";

const lookEveryMs = 500;

type Promised = Omit<PromisedDocument, "v">;

/** Protects a document where it lies, once the program that has it open has closed it: another save would undo it. */
export const protectAtPath =
  (parts: LinkParts, request: RequestOf<"protect-path">): Work =>
  async (desk) => {
    const { path, isOpen } = await findOpenDocument(request, parts.home);
    const { wanted, generic = false } = request;
    choosePolicy((await parts.forProtecting()).current, wanted, Date.now()); // what cannot be is said now, not when the document is closed
    const { subject } = parts.account().info;
    const document = { path, subject, wanted, generic, reason: reasonFrom(request.justification) };
    const made = await (isOpen ? onceClosed(parts, document, desk) : protectNow(parts, document, desk.count));
    const where = join(dirname(request.path), basename(made.path));
    return { path: where, document: made.published, notes: made.kind.note === undefined ? [] : [made.kind.note] };
  };

/** Who gives it up takes the promise back; where the agent ends before, the next one keeps it. */
async function onceClosed(parts: LinkParts, document: Promised, desk: JobDesk) {
  const { promised } = parts;
  const id = await promised.keep(document);
  await desk.ifGivenUp(() => promised.forget(id));
  try {
    await untilClosed(document.path, desk);
    desk.is("working");
    const made = await protectNow(parts, document, desk.count);
    await promised.forget(id);
    return made;
  } catch (error) {
    if (isOver(error)) await promised.forget(id);
    else promised.leave(id);
    throw error;
  }
}

async function untilClosed(path: string, { is, signal }: JobDesk): Promise<void> {
  is("waiting");
  while (await isOpenInOffice(path)) {
    if (signal.aborted) throw new RightsError("cancelled", "this was cancelled");
    await sleep(lookEveryMs);
  }
}

async function protectNow(parts: LinkParts, document: Promised, count?: Count): Promise<ProtectedResult> {
  const { current, protector, account } = await parts.forProtecting();
  if (account.info.subject !== document.subject || !(await isOwnDocument(document.path, parts.home))) throw refused();
  const choice = choosePolicy(current, document.wanted, Date.now());
  const { policy, label } = choice;
  const inside = insideOf(choice, "Privileged");
  const how = { policy, label: label?.id ?? null, inside, generic: document.generic, ...(count && { count }) };
  const result = await protectFile(document.path, how, protector);
  const { path, published, kind } = result;
  parts.protected(published.license);
  await tellReason(account, published.license, label, document.reason);
  if (kind.container === "office" && choice.label?.pdfCopy)
    await parts.copyLater({ path, contentKey: published.contentKey }, published.contentId);
  return result;
}

const lasting = ["already-protected", "file-missing", "file-unsuitable", "path-refused", "protect-denied", "usage"];
/** Whether another try would not put it right. */
const isOver = (error: unknown): error is RightsError => lasting.includes(codeOf(error));

/**
 * What an agent before has promised, as far as it can be done now: with pages or without any that reach this one.
 * @param failed - hears why something is not.
 */
export async function keepPromises(parts: LinkParts, failed: (path: string, error: unknown) => void): Promise<void> {
  const tell =
    ({ path }: PromisedDocument) =>
    (error: unknown) =>
      failed(path, error);
  for (const [id, document] of await parts.promised.left()) {
    const work = document.gaveUp === undefined ? keepPromise : forgetIfSettled;
    await work(id, document, parts, tell(document)).catch(tell(document)); // others are kept all the same
  }
}

async function keepPromise(
  id: string,
  document: PromisedDocument,
  parts: LinkParts,
  failed: (error: unknown) => void,
): Promise<void> {
  const { promised } = parts;
  if (await isOpenInOffice(document.path)) return;
  try {
    await protectNow(parts, document);
    await promised.forget(id);
  } catch (error) {
    if (settled.includes(codeOf(error))) return promised.forget(id);
    failed(error);
    if (document.subject !== parts.account().info.subject)
      await promised.forget(id); // ended with their sign-in
    else if (isOver(error)) await promised.giveUp(id, document, error.message);
  }
}

/** Nothing clear is left under that name: the agent before ended just after it was done, or it is gone. */
const settled = ["already-protected", "file-missing"];

async function forgetIfSettled(id: string, { path }: PromisedDocument, { promised }: LinkParts): Promise<void> {
  if (await isSettled(path).catch(() => false)) await promised.forget(id);
}

/** @throws RightsError where it cannot be read now, as on a drive that is away. */
async function isSettled(path: string): Promise<boolean> {
  const source = await openSource(path).catch((error) => {
    if (codeOf(error) === "file-missing") return null;
    throw error;
  });
  try {
    return source === null || (await isProtected(source.bytes));
  } finally {
    await source?.close();
  }
}
