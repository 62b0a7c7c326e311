import { codeOf, RightsError } from "../../shared/errors.js";
import { bytesOf, sizeOf } from "../file-content.js";
import { firstReady, type NamedFile, type ProtectedCopy, type Protector } from "../protector.js";
import { type Attached, attach, digestOf, takeAway, toldIn } from "./attaching.js";
import { isKept } from "./check.js";
import { type Clear, clearOf, isPicture } from "./clear.js";
import { companions, isCarried } from "./copies.js";
import type { Held } from "./holder.js";
import { inTurn } from "./in-turn.js";
import type { Attachment } from "./mail.js";
import { MailState } from "./mail-state.js";
import { oneAhead } from "./one-ahead.js";
import { isOfOne, type MailCircumstances, type MailOrder, type Problem, problemFrom } from "./order.js";
import { jobOf } from "./protected-file.js";
import { markOf, readersOf } from "./record.js";

/** What is true of the mail now. */
export interface MailOutcome {
  /** Attachments that cannot leave under the label, and why. */
  readonly problems: ReadonlyMap<string, Problem>;
  /** Whether nothing keeps it from leaving. */
  readonly isReady: boolean;
  /** Protected files without a copy for those who have no program, since the mail would be too large. */
  readonly alone: readonly string[];
}

/** So often the mail may change while it is being protected. */
const maxRounds = 8;

/**
 * Labels a mail, and puts a protected file in place of each attachment: first the protected one is attached and read back,
 * then the other is taken away, one after another; meanwhile the next is read and protected. Whatever fails in between
 * leaves both or the clear one, and the mail is held back by what it carries from the first step on. What is there already
 * and protected stays.
 * @throws RightsError what concerns all of it; what `signal` was aborted with.
 */
export async function protectMail(order: MailOrder, circumstances: MailCircumstances): Promise<MailOutcome> {
  const around = { ...circumstances, mail: inTurn(circumstances.mail) };
  const state = await MailState.begin(order, around.mail);
  if (order.demand === "none") return { problems: new Map(), isReady: true, alone: [] };
  const work = new Work(order, around, state);
  for (let round = 0; round < maxRounds && !(await work.isSettled()); round++) await work.round();
  return work.finish();
}

/** What is to be done about one attachment when it is its turn. */
interface Step {
  readonly attachment: Attachment;
  finish(): Promise<void>;
  /** Takes back what was prepared for it. */
  drop(): Promise<void>;
}

const stepOf = (attachment: Attachment, finish: Step["finish"]): Step => ({
  attachment,
  finish,
  drop: async () => undefined,
});

class Work {
  readonly #order: MailOrder;
  readonly #around: MailCircumstances;
  readonly #state: MailState;
  readonly #problems = new Map<string, Problem>();
  /** What was attached here, until Outlook is seen to have it. */
  readonly #made = new Map<string, NamedFile>();
  /** Protected files that others may still go with: first there must be room for all of them. */
  readonly #unaccompanied: { readonly copy: ProtectedCopy; readonly made: Attached }[] = [];
  readonly #alone: string[] = [];
  /** The same for all of them. */
  #protector: Promise<Protector> | null = null;

  constructor(order: MailOrder, around: MailCircumstances, state: MailState) {
    this.#order = order;
    this.#around = around;
    this.#state = state;
  }

  /** Whether all that can be done is. */
  async isSettled(): Promise<boolean> {
    const { mail } = this.#around;
    const [attachments, notes] = [await mail.attachments(), await mail.notes()];
    const isDone = (one: Attachment) => isKept(one, this.#state.record, notes) || this.#problems.has(markOf(one));
    const isThere = (mark: string) => attachments.some((one) => markOf(one) === mark);
    if (!attachments.every(isDone) || ![...this.#made.keys()].every(isThere)) return false;
    const { demand, may } = this.#order;
    return demand !== "recipients" || this.#state.isReadBy(readersOf(await mail.recipients()), may);
  }

  async round(): Promise<void> {
    await this.#follow();
    await this.#restore();
    await oneAhead(
      await this.#around.mail.attachments(),
      (attachment) => this.#forOne(attachment, () => this.#prepare(attachment)),
      async (step) => step && this.#finish(step),
      async (step) => step?.drop(),
    );
    for (const { copy, made } of this.#unaccompanied.splice(0))
      await this.#accompany(copy, made).catch(() => this.#alone.push(copy.name));
  }

  async finish(): Promise<MailOutcome> {
    const { mail, stamp } = this.#around;
    const isReady = this.#problems.size === 0 && (await this.isSettled());
    const digests = await this.#state.prune();
    if (isReady) await mail.setHeaders(await stamp(this.#order.label.id, digests));
    return { problems: this.#problems, isReady, alone: this.#alone };
  }

  async #finish({ attachment, finish, drop }: Step): Promise<void> {
    if (this.#around.signal.aborted) await drop();
    await this.#forOne(attachment, finish);
  }

  /** What fails with one attachment is that one's problem. @throws what concerns all of them. */
  async #forOne<T>(attachment: Attachment, work: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.#around;
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isOfOne(error)) throw error;
      this.#fail(attachment, problemFrom(error));
      return undefined;
    }
  }

  #fail(attachment: Attachment, problem: Problem): void {
    this.#problems.set(markOf(attachment), problem);
    this.#around.tell(attachment, { at: "problem", problem });
  }

  /** Who reads what is attached already is who it goes to now; only then are they who it is protected for. */
  async #follow(): Promise<void> {
    if (this.#order.demand !== "recipients") return;
    const { mail, holder } = this.#around;
    const readers = readersOf(await mail.recipients());
    const { may } = this.#order;
    if (this.#state.isReadBy(readers, may)) return;
    const policy = this.#order.policyFor(readers);
    await this.#state.setReaders(null, may); // held back until all of them are
    for (const own of await this.#state.own()) await holder.regrant(await this.#licenseOf(own), policy);
    await this.#state.setReaders(readers, may);
  }

  async #licenseOf({ attachment, digest }: Attached) {
    const { mail, holder, licenses } = this.#around;
    const known = licenses.get(digest);
    if (known !== undefined) return known;
    const content = await mail.content(attachment);
    if (content.kind !== "bytes")
      throw new RightsError("file-changed", "an attachment became a link; look at it again");
    const license = await holder.licenseOf(content.bytes);
    licenses.set(digest, license);
    return license;
  }

  /** What was attached and seen here, and is not there any more though nobody took it away, is attached again. */
  async #restore(): Promise<void> {
    const there = new Set((await this.#around.mail.attachments()).map(markOf));
    for (const [mark, file] of [...this.#made]) {
      if (there.has(mark)) continue;
      this.#made.delete(mark);
      const attached = await attach(this.#around.mail, file.name, await bytesOf(file.content)).catch(() => null);
      if (attached === null) this.#around.rescue(file);
      else await this.#keep(attached, file, mark);
    }
  }

  /** Who reads it may have changed while it was gone. */
  async #keep(attached: Attached, file: NamedFile, inPlaceOf: string): Promise<void> {
    const { holder } = this.#around;
    if (this.#order.demand === "recipients")
      await holder.regrant(await this.#licenseOf(attached), this.#order.policyFor(this.#state.readers));
    await this.#state.replace(inPlaceOf, attached);
    this.#made.set(markOf(attached.attachment), file);
  }

  /** Reads an attachment and protects it, where it is not kept already. Nothing in the mail is changed before its turn. */
  async #prepare(attachment: Attachment): Promise<Step | undefined> {
    const { mail, tell, holder, signal } = this.#around;
    const notes = await mail.notes();
    if (this.#problems.has(markOf(attachment)) || isKept(attachment, this.#state.record, notes)) return undefined;
    tell(attachment, { at: "reading" });
    const content = await mail.content(attachment);
    signal.throwIfAborted();
    if (content.kind === "link") {
      this.#fail(attachment, { kind: "link", code: "file-unsuitable" });
      return undefined;
    }
    const seen = { attachment, digest: await digestOf(content.bytes), told: toldIn(notes, attachment) };
    if (await this.#state.isMadeFrom(seen.digest))
      return stepOf(attachment, () => this.#takeAwayIf(() => this.#state.isMadeFrom(seen.digest), seen));
    const held = await holder.look(content.bytes, attachment.name);
    if (held !== null && !this.#isStale(held)) return stepOf(attachment, () => this.#pass(seen, held));
    if (held !== null && (await this.#state.isOutdated(seen.digest)))
      return stepOf(attachment, () => this.#takeAwayIf(() => this.#state.isOutdated(seen.digest), seen));
    if (this.#order.leavesPictures && attachment.isInline && isPicture(content.bytes))
      return stepOf(attachment, () => this.#state.keep(seen, "picture"));
    return this.#protect(seen, held === null ? clearOf(attachment, content) : await held.open());
  }

  /** Protected, and under another label than the mail by now, by the person who may change that. */
  #isStale = ({ isOwn, label }: Held): boolean => isOwn && label !== this.#order.label.id;

  /** Protected already: it is passed on as it is, and read by who the mail goes to where that is ours to say. */
  async #pass(attached: Attached, { isOwn, license }: Held): Promise<void> {
    const { holder, licenses } = this.#around;
    licenses.set(attached.digest, license);
    if (isOwn && this.#order.demand === "recipients")
      await holder.regrant(license, this.#order.policyFor(this.#state.readers));
    await this.#state.keep(attached, isOwn ? "own" : "others");
  }

  async #protect(seen: Attached, clear: Clear): Promise<Step> {
    const { attachment } = seen;
    const { tell, protectors, signal } = this.#around;
    // protected it is no smaller, and both must be there at once
    if (!isCarried([attachment], clear.content.length)) throw tooLarge(attachment);
    const job = jobOf(clear, this.#order, this.#state.readers);
    this.#protector ??= firstReady(protectors);
    const protector = await this.#protector;
    const copy = await protector.protect(job, (share) => tell(attachment, { at: "protecting", share }), signal);
    const drop = async () => void (await copy.withdraw().catch(() => undefined));
    return { attachment, finish: () => this.#replace(seen, copy), drop };
  }

  async #replace(seen: Attached, copy: ProtectedCopy): Promise<void> {
    if (await this.#state.isMadeFrom(seen.digest)) {
      await copy.withdraw().catch(() => undefined); // the one before it was the same
      return this.#takeAway(seen);
    }
    this.#around.tell(seen.attachment, { at: "attaching" });
    const made = await this.#putBeside(seen, copy);
    this.#state.keepAnew(seen.digest);
    await this.#takeAway(seen);
    this.#unaccompanied.push({ copy, made });
  }

  /** The protected file, while the clear one is still there. */
  async #putBeside({ attachment, digest: of }: Attached, copy: ProtectedCopy): Promise<Attached> {
    const { mail, holder, licenses } = this.#around;
    try {
      if (!isCarried(await mail.attachments(), sizeOf(copy.content))) throw tooLarge(attachment);
      const content = await bytesOf(copy.content);
      const attached = await attach(mail, copy.name, content);
      licenses.set(attached.digest, await holder.licenseOf(content));
      await this.#settle(attached, copy, "own", of);
      return attached;
    } catch (error) {
      // what Outlook has not answered may turn up later, and must open then
      if (codeOf(error) !== "office-silent") await copy.withdraw().catch(() => undefined);
      throw error;
    }
  }

  /** What is attached is written down before the clear one goes; what cannot be written down goes again. */
  async #settle(attached: Attached, file: NamedFile, is: "own" | "copy", of: string): Promise<void> {
    try {
      this.#around.signal.throwIfAborted();
      await this.#state.keep(attached, is, of);
      this.#made.set(markOf(attached.attachment), file);
    } catch (error) {
      await takeAway(this.#around.mail, attached).catch(() => undefined);
      throw error;
    }
  }

  /** For those without a program; where the mail would become too large, the file goes alone. @throws whatever keeps it. */
  async #accompany(copy: ProtectedCopy, made: Attached): Promise<void> {
    const { mail, page } = this.#around;
    for (const { name, leastBytes, make } of companions(copy, this.#order.label, page)) {
      if (!isCarried(await mail.attachments(), leastBytes)) throw tooLarge({ name });
      const file = await make();
      if (!isCarried(await mail.attachments(), sizeOf(file.content))) throw tooLarge(file);
      await this.#settle(await attach(mail, file.name, await bytesOf(file.content)), file, "copy", made.digest);
    }
  }

  /** Looked at once more when it is its turn: what makes it needless may be gone, and then it stays for another round. */
  async #takeAwayIf(isNeedless: () => Promise<boolean>, seen: Attached): Promise<void> {
    if (await isNeedless()) await this.#takeAway(seen);
  }

  async #takeAway(seen: Attached): Promise<void> {
    const { mail, tell } = this.#around;
    if (await takeAway(mail, seen)) return tell(seen.attachment, { at: "protected", by: "us" });
    const kind = seen.attachment.isInline ? "stays-in-text" : "stays";
    this.#fail(seen.attachment, { kind, code: "office-refused" });
  }
}

const tooLarge = ({ name }: { readonly name: string }): RightsError =>
  new RightsError("file-unsuitable", `a mail carries 25 MB, and ${name} does not fit in besides`);
