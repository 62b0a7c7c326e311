import type { AttachedContent, Attachment, Mail, Recipient } from "../../../addin/mail/mail.js";
import { markOf, toldNote } from "../../../addin/mail/record.js";
import { type Bytes, utf8 } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";

/**
 * A mail without an Outlook around it, which misbehaves as clients do: it does what it is told and never answers, answers
 * without doing it, refuses, attaches half, lists in another order, uses ids again, tells late, and ends in the middle.
 */

/** What goes wrong with one call. late: it is done, but only some calls later. half: what is attached is not all of it. */
export const faults = ["refuses", "silent", "silent-done", "late", "lies", "half"] as const;
export type Fault = (typeof faults)[number];

/** The process is gone: nothing after it happens. */
export class Killed extends Error {}

interface Item extends Omit<Attachment, "sizeBytes"> {
  readonly content: string | null;
  /** Other than its content does. */
  readonly weighs?: number;
}

/** Bytes of one mail, as this one carries them. */
const maxBytes = 25 * 1024 * 1024;
const maxAtOnce = 3;
/** What is done late is done so many calls later. */
const lateBy = 3;

export class ScratchMailbox implements Mail {
  items: Item[] = [];
  people: Recipient[] = [];
  headers = new Map<string, string>();
  kept = new Map<string, string>();
  canSend = true;
  sent = 0;
  /** Every call so far. */
  readonly calls: string[] = [];
  /** What goes wrong with the n-th call from now. */
  faults = new Map<number, Fault>();
  /** The process ends at the n-th call from now. */
  endsAt = Number.POSITIVE_INFINITY;
  /** What its person does before the n-th call from now. */
  meanwhile = new Map<number, () => void>();
  reusesIds = false;
  shuffles = false;
  /** What Outlook has yet to tell the events of what the add-in did; `null`: it tells at once, as of what its person does. */
  untold: string[] | null = null;
  /** So many calls were under way at once, at most. */
  mostAtOnce = 0;
  #call = 0;
  #busy = 0;
  #made = 0;
  #isAddIn = false;
  #late: { readonly at: number; readonly work: () => unknown }[] = [];

  /** A new process works on the same mail. */
  begin(): void {
    this.#catchUp(Number.POSITIVE_INFINITY);
    this.#call = 0;
    this.#busy = 0;
    this.endsAt = Number.POSITIVE_INFINITY;
    this.faults.clear();
    this.meanwhile.clear();
  }

  // --- what its person does ---------------------------------------------------------------------------------------

  put(name: string, content: string | null, more: Partial<Item> = {}): Attachment {
    const item: Item = { id: this.#newId(), name, kind: "file", isInline: false, content, ...more };
    this.items.push(item);
    this.#tell(item);
    return this.#shown(item);
  }

  take(id: string): Item | undefined {
    const at = this.items.findIndex((one) => one.id === id);
    const [item] = at < 0 ? [] : this.items.splice(at, 1);
    if (item !== undefined) this.#tell(item);
    return item;
  }

  /** All that Outlook has not told yet, it tells now. */
  tellAll(): void {
    const untold = this.untold ?? [];
    if (this.untold !== null) this.untold = [];
    for (const mark of untold) this.#count(mark);
  }

  // --- what the add-in asks for -----------------------------------------------------------------------------------

  attachments = (): Promise<readonly Attachment[]> =>
    this.#ask("attachments", () => {
      const listed = this.items.map((item) => this.#shown(item));
      return this.shuffles ? listed.reverse() : listed;
    });

  content = ({ id }: Attachment): Promise<AttachedContent> =>
    this.#ask("content", () => {
      const item = this.items.find((one) => one.id === id);
      if (item === undefined) throw refused();
      if (item.content === null) return { kind: "link" };
      return { kind: "bytes", bytes: utf8(item.content), extension: item.kind === "item" ? ".eml" : null };
    });

  async add(name: string, content: Bytes): Promise<string> {
    const text = new TextDecoder().decode(content);
    return this.#ask("add", (fault) => {
      const size = this.items.reduce((sum, one) => sum + this.#shown(one).sizeBytes, text.length);
      if (size > maxBytes) throw refused();
      return this.put(name, fault === "half" ? text.slice(0, text.length / 2) : text).id;
    });
  }

  remove = (id: string): Promise<void> =>
    this.#ask("remove", () => {
      if (this.items.find((one) => one.id === id)?.isInline) throw refused();
      if (this.take(id) === undefined) throw refused();
    });

  takeOutOfText = ({ id }: Attachment): Promise<boolean> =>
    this.#ask("takeOutOfText", () => this.take(id) !== undefined);

  recipients = (): Promise<readonly Recipient[]> => this.#ask("recipients", () => [...this.people]);
  header = (name: string): Promise<string | null> => this.#ask("header", () => this.headers.get(name) ?? null);
  setHeaders = (values: ReadonlyMap<string, string | null>): Promise<void> =>
    this.#ask("setHeaders", () => {
      for (const [name, value] of values) {
        if (value === null) this.headers.delete(name);
        else this.headers.set(name, value);
      }
    });
  notes = (): Promise<ReadonlyMap<string, string>> => this.#ask("notes", () => new Map(this.kept));
  setNote = (key: string, text: string | null): Promise<void> =>
    this.#ask("setNote", () => {
      if (text === null) this.kept.delete(key);
      else this.kept.set(key, text);
    });
  send = (): Promise<void> => this.#ask("send", () => void this.sent++);

  #shown = ({ content, weighs, ...item }: Item): Attachment => ({
    ...item,
    sizeBytes: weighs ?? content?.length ?? 0,
  });

  /** What was to be done by now, and may have become impossible. */
  #catchUp(call: number): void {
    const due = this.#late.filter(({ at }) => at <= call);
    this.#late = this.#late.filter(({ at }) => at > call);
    for (const { work } of due) {
      try {
        work();
      } catch {
        // then not
      }
    }
  }

  #newId(): string {
    const ids = this.items.map(({ id }) => id);
    for (let at = 0; this.reusesIds; at++) if (!ids.includes(String(at))) return String(at);
    return `id${this.#made++}`;
  }

  #tell(item: Item): void {
    const mark = markOf(this.#shown(item));
    if (this.untold === null || !this.#isAddIn) this.#count(mark);
    else this.untold.push(mark);
  }

  /** As the event does it. */
  #count(mark: string): void {
    const note = toldNote(mark);
    this.kept.set(note, String(Number(this.kept.get(note) ?? 0) + 1));
  }

  async #ask<T>(name: string, work: (fault: Fault | undefined) => T): Promise<T> {
    const at = this.#call++;
    this.calls.push(name);
    if (at >= this.endsAt) throw new Killed();
    this.#catchUp(at);
    this.meanwhile.get(at)?.();
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#busy + 1);
    if (++this.#busy > maxAtOnce) throw new Error("more at once than Outlook does");
    try {
      await Promise.resolve();
      return this.#do(name, work, this.faults.get(at));
    } finally {
      this.#busy--;
    }
  }

  #do<T>(name: string, work: (fault: Fault | undefined) => T, fault: Fault | undefined): T {
    if (fault === "refuses") throw refused();
    if (fault === "silent") throw silent();
    if (fault === "late") {
      this.#late.push({ at: this.#call + lateBy, work: () => work(undefined) });
      throw silent();
    }
    const isChange = ["add", "remove", "takeOutOfText"].includes(name);
    if (fault === "lies" && isChange) return (name === "add" ? "never" : true) as T;
    let result: T;
    this.#isAddIn = true;
    try {
      result = work(fault);
    } finally {
      this.#isAddIn = false;
    }
    if (fault === "silent-done") throw silent();
    return result;
  }
}

const refused = () => new RightsError("office-refused", "Office refused");
const silent = () => new RightsError("office-silent", "Office does not answer");
