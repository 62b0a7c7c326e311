import type { Attached } from "./attaching.js";
import { isKept } from "./check.js";
import type { Attachment, Mail } from "./mail.js";
import type { AttachmentState, MailOrder, Problem } from "./order.js";
import { type KeptAttachment, type KeptKind, type MailRecord, markOf, parseRecord, recordNote } from "./record.js";

/** The record of a mail while it is worked on: what is written down is true, and nothing is done on what is not. */
export class MailState {
  readonly #mail: Mail;
  record: MailRecord;
  /** What was kept under the label before. */
  readonly #before: readonly KeptAttachment[];
  /** Digests of what was protected anew since. */
  readonly #anew = new Set<string>();

  private constructor(mail: Mail, record: MailRecord, before: readonly KeptAttachment[]) {
    this.#mail = mail;
    this.record = record;
    this.#before = before;
  }

  /** From now on the mail says what its label wants, and is held back until that is so. */
  static async begin({ label, demand, headers, leavesPictures }: MailOrder, mail: Mail): Promise<MailState> {
    const known = parseRecord((await mail.notes()).get(recordNote));
    await mail.setHeaders(headers);
    const stays = known?.label === label.id && known.demand === demand;
    const attachments = stays ? known.attachments.filter(({ is }) => leavesPictures || is !== "picture") : [];
    const record = { v: 1, label: label.id, demand, readers: null, attachments } as const;
    const state = new MailState(mail, record, stays ? [] : (known?.attachments ?? []));
    if (stays) state.record = { ...state.record, readers: known.readers, may: known.may ?? null };
    await state.#write();
    return state;
  }

  get readers(): readonly string[] {
    return this.record.readers ?? [];
  }

  /** Whether what is attached is read by these, who may do this with it. */
  isReadBy(readers: readonly string[], may: string | null): boolean {
    return JSON.stringify([readers, may]) === JSON.stringify([this.record.readers, this.record.may ?? null]);
  }

  /** @param readers - `null` while that changes: the mail is held back. */
  setReaders(readers: readonly string[] | null, may: string | null): Promise<void> {
    return this.#change({ readers, may });
  }

  /** Those that are there, protected, and their sender's own; what goes with one of them has its readers. */
  async own(): Promise<Attached[]> {
    const attachments = await this.#mail.attachments();
    const there = this.record.attachments.flatMap(({ mark, ...kept }) => {
      const attachment = attachments.find((one) => markOf(one) === mark);
      return attachment === undefined ? [] : [{ ...kept, attachment }];
    });
    const files = there.filter(({ is }) => is === "own");
    const alone = there.filter(({ is, of }) => is === "copy" && !files.some(({ digest }) => digest === of));
    return [...files, ...alone];
  }

  /** Whether what was made of this content is attached already. */
  async isMadeFrom(digest: string): Promise<boolean> {
    const made = this.record.attachments.filter(({ of }) => of === digest);
    if (made.length === 0) return false;
    const there = (await this.#mail.attachments()).map(markOf);
    return made.some(({ mark }) => there.includes(mark));
  }

  /** A file under another label was protected under this one. */
  keepAnew(digest: string): void {
    this.#anew.add(digest);
  }

  /** Whether it only went with a file that is protected anew under another label, or will be: then it is of no use. */
  async isOutdated(digest: string): Promise<boolean> {
    const of = this.#before.find((one) => one.digest === digest && one.is === "copy")?.of;
    const file = this.#before.find((one) => one.digest === of && one.is === "own");
    if (file === undefined) return false;
    return this.#anew.has(file.digest) || (await this.#mail.attachments()).some((one) => markOf(one) === file.mark);
  }

  /** @param of - digest of what it was made from, if it was made here. */
  async keep({ attachment, digest, told }: Attached, is: KeptKind, of: string | null = null): Promise<void> {
    const mark = markOf(attachment);
    const others = this.record.attachments.filter((one) => one.mark !== mark);
    await this.#change({ attachments: [...others, { mark, digest, of, is, told }] });
  }

  /** The same file, attached again. */
  async replace(mark: string, { attachment, told }: Attached): Promise<void> {
    const moved = (one: KeptAttachment) => (one.mark === mark ? { ...one, mark: markOf(attachment), told } : one);
    await this.#change({ attachments: this.record.attachments.map(moved) });
  }

  /** What is there no more is forgotten. @returns digests of what may leave. */
  async prune(): Promise<string[]> {
    const there = (await this.#mail.attachments()).map(markOf);
    const attachments = this.record.attachments.filter(({ mark }) => there.includes(mark));
    await this.#change({ attachments });
    return attachments.map(({ digest }) => digest);
  }

  /** What is not written down is not so here either. */
  async #change(change: Partial<MailRecord>): Promise<void> {
    const before = this.record;
    this.record = { ...this.record, ...change };
    await this.#write().catch((error) => {
      this.record = before;
      throw error;
    });
  }

  #write = (): Promise<void> => this.#mail.setNote(recordNote, JSON.stringify(this.record));
}

/** Of those of which something is known, by their marks. @param problems - of those that could not be protected. */
export function statesOf(
  attachments: readonly Attachment[],
  record: MailRecord | null,
  notes: ReadonlyMap<string, string>,
  problems: ReadonlyMap<string, Problem> = new Map(),
): Map<string, AttachmentState> {
  const states = new Map<string, AttachmentState>();
  for (const one of attachments) {
    const [mark, problem] = [markOf(one), problems.get(markOf(one))];
    if (record !== null && isKept(one, record, notes)) states.set(mark, stateOf(one, record));
    else if (problem !== undefined) states.set(mark, { at: "problem", problem });
  }
  return states;
}

/** Of one that is kept. */
function stateOf(attachment: Attachment, { attachments }: Pick<MailRecord, "attachments">): AttachmentState {
  const is = attachments.find(({ mark }) => mark === markOf(attachment))?.is;
  if (is === "picture") return { at: "in-text" };
  return { at: "protected", by: is === "others" ? "others" : "us" };
}
