import { type Bytes, equalBytes, toBase64url } from "../../shared/bytes.js";
import { sha256 } from "../../shared/crypto/keys.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import type { Attachment, Mail } from "./mail.js";
import { markOf, toldNote } from "./record.js";

/** Putting a file into a mail and taking one out of it, each looked at afterwards: what Outlook answers is not enough. */

/** SHA-256 as the record has it. */
export const digestOf = async (content: Bytes): Promise<string> => toBase64url(await sha256(content));

/** An attachment whose content was seen. */
export interface Attached {
  readonly attachment: Attachment;
  readonly digest: string;
  /** How often Outlook had told of it before it was read: once more, and it may be another one by now. */
  readonly told: number;
}

export const toldIn = (notes: ReadonlyMap<string, string>, attachment: Attachment): number =>
  Number(notes.get(toldNote(markOf(attachment))) ?? 0);

/**
 * Attaches, lists, reads back and compares. Some clients do it and never say so; some say so and do not do it.
 * @throws RightsError `file-changed` where something else is attached now, which is taken away again; `office-refused`,
 *   `office-silent`.
 */
export async function attach(mail: Mail, name: string, content: Bytes): Promise<Attached> {
  const before = new Set((await mail.attachments()).map(markOf));
  const digest = await digestOf(content);
  let unanswered: unknown = null;
  const id = await mail.add(name, content).catch((error) => {
    if (codeOf(error) !== "office-silent") throw error;
    unanswered = error;
    return null;
  });
  const isNew = (one: Attachment) => !before.has(markOf(one));
  const fresh = (await mail.attachments()).filter(isNew);
  const attachment = fresh.find((one) => one.id === id) ?? fresh.find((one) => one.name === name);
  if (attachment === undefined) throw unanswered ?? notTaken();
  // of what was attached just now it has told, or will
  const told = Math.max(1, toldIn(await mail.notes(), attachment));
  const attached = { attachment, digest, told };
  const there = await contentOf(mail, attachment);
  if (there !== null && equalBytes(there, content)) return attached;
  if (there !== null && isPartOf(there, content)) await takeAway(mail, attached);
  throw notTaken();
}

const notTaken = (): RightsError =>
  new RightsError("file-changed", "Outlook attached something else than it was given; try again");

async function contentOf(mail: Mail, attachment: Attachment): Promise<Bytes | null> {
  const content = await mail.content(attachment);
  return content.kind === "bytes" ? content.bytes : null;
}

/** Whether something is what was given, cut off: anything else may be its person's. */
const isPartOf = (there: Bytes, content: Bytes): boolean =>
  there.length > 0 && there.length < content.length && equalBytes(there, content.subarray(0, there.length));

/**
 * Takes an attachment away: exactly the one that was seen, should another be in its place by now.
 * @returns whether it is gone.
 */
export async function takeAway(mail: Mail, { attachment, told }: Omit<Attached, "digest">): Promise<boolean> {
  const mark = markOf(attachment);
  const isThere = async () => (await mail.attachments()).some((one) => markOf(one) === mark);
  if (!(await isThere()) || toldIn(await mail.notes(), attachment) > told) return true;
  const work = attachment.isInline ? mail.takeOutOfText(attachment) : mail.remove(attachment.id);
  await Promise.resolve(work).catch(() => undefined); // whether it was done, the list says
  return !(await isThere());
}
