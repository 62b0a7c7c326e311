import { check, type Verdict } from "./check.js";
import type { Attachment, Mail, Recipient } from "./mail.js";
import { labelHeader, labelIn, type ReadersMay, readersMay } from "./mail-label.js";
import { statesOf } from "./mail-state.js";
import type { AttachmentState, Problem } from "./order.js";
import { demandHeader, markOf, parseRecord, readersOf, recordNote } from "./record.js";

/** A mail that is being written, as Outlook told of it when it was looked at last. */
export class Draft {
  attachments: readonly Attachment[] = [];
  recipients: readonly Recipient[] = [];
  /** The id of its label. */
  label: string | null = null;
  /** What readers of what is attached may, as it was decided before. */
  may: ReadersMay | null = null;
  readonly #mail: Mail;
  #states = new Map<string, AttachmentState>();

  constructor(mail: Mail) {
    this.#mail = mail;
  }

  /** @param tenant - whose labels count; any where it is not known. @param problems - what is known to keep attachments. */
  async look(tenant: string | null, problems?: ReadonlyMap<string, Problem>): Promise<void> {
    this.attachments = await this.#mail.attachments();
    this.recipients = await this.#mail.recipients();
    this.label = labelIn(await this.#mail.header(labelHeader), tenant);
    const notes = await this.#mail.notes();
    const record = parseRecord(notes.get(recordNote));
    this.may = readersMay.find((one) => one === record?.may) ?? null;
    this.#states = statesOf(this.attachments, record, notes, problems);
  }

  /** What sending would say to what was looked at last. */
  async verdict(): Promise<Verdict> {
    const [header, notes] = [await this.#mail.header(demandHeader), await this.#mail.notes()];
    return check({ header, notes, attachments: this.attachments, readers: readersOf(this.recipients) });
  }

  stateOf = (attachment: Attachment): AttachmentState => this.#states.get(markOf(attachment)) ?? { at: "clear" };

  /** What is being done with an attachment, until it is looked at again. */
  tell(attachment: Attachment, state: AttachmentState): void {
    this.#states.set(markOf(attachment), state);
  }

  /** Those that are not known to leave as the label wants. */
  get open(): readonly Attachment[] {
    return this.attachments.filter((one) => !["protected", "in-text"].includes(this.stateOf(one).at));
  }

  /** Whether something is attached that was protected here. */
  get hasOwn(): boolean {
    return this.attachments.map(this.stateOf).some((state) => state.at === "protected" && state.by === "us");
  }

  get hasPictures(): boolean {
    return this.attachments.some(({ isInline }) => isInline);
  }
}
