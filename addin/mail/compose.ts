import { isSignedOut } from "../../browser/page-account.js";
import type { Bytes } from "../../shared/bytes.js";
import { type Label, needsReason } from "../../shared/label.js";
import { AgentSide } from "../agent-side.js";
import { Attempt } from "../attempt.js";
import type { Offered } from "../session.js";
import { troubleFrom } from "../trouble.js";
import type { ComposeParts, ComposeState, MailChoice, MailObstacle } from "./compose-parts.js";
import { Draft } from "./draft.js";
import type { Attachment } from "./mail.js";
import { demandOfLabel, type ReadersMay } from "./mail-label.js";
import { type AttachmentState, type MailOrder, orderFor, type Problem, stillSaved } from "./order.js";
import { type MailOutcome, protectMail } from "./protect-attachments.js";
import { protectedFile } from "./protected-file.js";
import { type Meeting, meetingsOf } from "./readers.js";
import { type Demand, markOf } from "./record.js";
import type { MailSession } from "./session.js";

const nothingChosen: MailChoice = { label: null, may: "Do Not Forward", leavesPictures: false, reason: "" };

/** One mail that is being written, one person, one thing to do. */
export class Compose {
  state: ComposeState = { at: "starting" };
  session: MailSession | null = null;
  policy: Offered | null = null;
  choice: MailChoice = nothingChosen;
  outcome: MailOutcome | null = null;
  isToFinish = false;
  readonly parts: ComposeParts;
  readonly draft: Draft;
  readonly agent: AgentSide;
  readonly #changed: (compose: Compose) => void;
  readonly #licenses = new Map<string, Bytes>();
  readonly #attempt = new Attempt();
  /** The last that was begun: two never work on the mail at once. */
  #work: Promise<void> = Promise.resolve();
  /** Whether something changed since the mail was looked at. */
  #hasChanged = false;
  #isFollowing = false;

  constructor(parts: ComposeParts, changed: (compose: Compose) => void) {
    this.parts = parts;
    this.draft = new Draft(parts.mail);
    this.#changed = changed;
    const show = () => this.#show(this.state);
    this.agent = new AgentSide(parts.agent, show, () => this.lookAgain());
  }

  /** The label the mail has, if it is one that the person is offered. */
  get current(): Label | null {
    return this.policy?.labels.find(({ id }) => id === this.draft.label) ?? null;
  }

  /** For whom opening is not a matter of course, under what is picked. */
  get meetings(): readonly Meeting[] {
    const { session, policy } = this;
    const { label } = this.choice;
    if (session === null || label === null || this.demand === "none") return [];
    const template = policy?.templates.find(({ id }) => id === label.template);
    const circle = { own: session.person.address, letsGuestsIn: session.guests === "code" };
    return meetingsOf(this.draft.recipients, { ...circle, grants: template?.grants ?? null });
  }

  get demand(): Demand {
    return this.choice.label === null ? "none" : demandOfLabel(this.choice.label);
  }

  /** Whether those who read what is attached already are to do something else with it. */
  get changesReaders(): boolean {
    const isSame = this.choice.label !== null && this.choice.label.id === this.current?.id;
    return isSame && this.demand === "recipients" && this.draft.may !== null && this.draft.may !== this.choice.may;
  }

  get mustExplain(): boolean {
    const { label } = this.choice;
    return label !== null && needsReason(this.policy?.labels ?? [], this.current?.id ?? null, label);
  }

  get obstacle(): MailObstacle | null {
    if (this.mustExplain && this.choice.reason.trim() === "") return "reason";
    if (this.demand !== "recipients") return null;
    if (this.meetings.some(({ what }) => what === "no-address")) return "no-address";
    return this.draft.recipients.length === 0 ? "nobody" : null;
  }

  async start(): Promise<void> {
    this.parts.watch(() => this.#follow());
    this.isToFinish = await this.parts.isToFinish().catch(() => false);
    await this.#look().catch(() => undefined); // then it is not known yet, and signing in works all the same
    this.#show({ at: "signed-out" });
  }

  /** Call it while a click is handled: it opens a window. */
  async signIn(anew = false): Promise<void> {
    const signal = this.#attempt.begin();
    await this.#try({ at: "signing-in" }, async () => {
      if (anew) await this.#forget();
      this.session ??= await this.parts.signIn(anew, signal);
      await this.#readPolicy();
      void this.agent.look(this.session);
      return { at: "choosing" };
    });
    if (this.isToFinish && this.state.at === "choosing" && this.choice.label !== null) await this.protect(true);
  }

  async #readPolicy(): Promise<void> {
    this.policy = await this.session!.policy();
    await this.#look();
    const id = this.choice.label?.id ?? this.draft.label;
    if (this.choice === nothingChosen) this.choice = { ...nothingChosen, may: this.draft.may ?? nothingChosen.may };
    this.choice = { ...this.choice, label: this.policy.labels.find((label) => label.id === id) ?? null };
  }

  lookAgain(): Promise<void> {
    return this.agent.look(this.session, { isAsked: true });
  }

  withoutAgent(): void {
    this.agent.leave();
    this.#show(this.state);
  }

  pick = (label: Label): void => this.#choose({ label });
  setMay = (may: ReadersMay): void => this.#choose({ may });
  setReason = (reason: string): void => this.#choose({ reason });
  leavePictures = (leavesPictures: boolean): void => this.#choose({ leavesPictures });

  #choose(choice: Partial<MailChoice>): void {
    this.choice = { ...this.choice, ...choice };
    this.outcome = null;
    this.#show(this.state);
  }

  /** Labels the mail and protects what is attached. @param andSend - once nothing keeps it any more. */
  async protect(andSend = false): Promise<void> {
    const { session, choice, obstacle } = this;
    if (session === null || choice.label === null || obstacle !== null) return;
    const signal = this.#attempt.begin();
    const before = this.#work;
    this.#work = this.#try({ at: "working" }, async () => {
      await before;
      signal.throwIfAborted();
      await this.#protect(this.#order(choice.label!), session, signal);
      if (!andSend || !this.outcome?.isReady || !this.parts.mail.canSend) return { at: "choosing" };
      await this.parts.mail.send();
      return { at: "sent" };
    });
    await this.#work;
    if (this.#hasChanged) void this.#follow();
  }

  async #protect(order: MailOrder, session: MailSession, signal: AbortSignal): Promise<void> {
    const { mail, deliver: rescue } = this.parts;
    const tell = this.#tell(signal);
    const from = this.draft.label;
    const before = this.outcome?.problems;
    const outcome = await protectMail(order, { mail, ...session, licenses: this.#licenses, tell, rescue, signal });
    this.outcome = { ...outcome, problems: stillSaved(outcome.problems, before) };
    this.draft.label = order.label.id;
    if (order.reason !== null && order.demand === "none") await session.explain(from!, order.label.id, order.reason);
    this.choice = { ...this.choice, reason: "" };
    await this.#look();
  }

  /** Whether a person can have the protected file of an attachment that has no room beside it. */
  canSave(attachment: Attachment): boolean {
    const kind = this.outcome?.problems.get(markOf(attachment))?.kind;
    return this.state.at === "choosing" && this.obstacle === null && (kind === "large" || kind === "saved");
  }

  /** Gives it to them; the mail stays as it is. */
  async save(attachment: Attachment): Promise<void> {
    const { session, choice, outcome } = this;
    if (session === null || choice.label === null || outcome === null || !this.canSave(attachment)) return;
    const signal = this.#attempt.begin();
    await this.#try({ at: "working" }, async () => {
      const around = { ...session, mail: this.parts.mail, tell: this.#tell(signal), signal };
      this.parts.deliver(await protectedFile(attachment, this.#order(choice.label!), around));
      const problem: Problem = { kind: "saved", code: "file-unsuitable" };
      this.outcome = { ...outcome, problems: new Map([...outcome.problems, [markOf(attachment), problem]]) };
      await this.#look();
      return { at: "choosing" };
    });
    if (this.#hasChanged) void this.#follow();
  }

  #tell = (signal: AbortSignal) => (attachment: Attachment, state: AttachmentState) => {
    this.draft.tell(attachment, state);
    if (!signal.aborted) this.#show(this.state);
  };

  #order(label: Label): MailOrder {
    const { choice, policy, session, mustExplain } = this;
    const reason = mustExplain ? choice.reason.trim() : null;
    return orderFor(label, { ...choice, reason }, policy!, { tenant: session!.tenant, nowMs: this.parts.now() });
  }

  /** Looks at what changed, as long as something does and nothing else is under way. */
  async #follow(): Promise<void> {
    this.#hasChanged = true;
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    while (this.#hasChanged && (this.state.at === "choosing" || this.state.at === "signed-out")) {
      this.#hasChanged = false;
      await this.#look().catch(() => undefined);
      this.#show(this.state);
      if (await this.#mustProtect().catch(() => false)) await this.protect();
    }
    this.#isFollowing = false;
  }

  /** At once, where the mail has the label already that is picked; what could not be protected before is its person's. */
  async #mustProtect(): Promise<boolean> {
    if (this.state.at !== "choosing" || this.current === null || this.choice.label?.id !== this.current.id)
      return false;
    const verdict = await this.draft.verdict();
    if (verdict.may || verdict.why === "recipients") return !verdict.may;
    return this.draft.open.some((one) => !this.outcome?.problems.has(markOf(one)));
  }

  cancel(): void {
    this.#attempt.begin();
    this.back();
  }

  back(): void {
    this.#show({ at: this.session === null ? "signed-out" : "choosing" });
  }

  /** After a trouble: labels as they are now. */
  async again(): Promise<void> {
    if (this.session === null) return this.back();
    await this.#try(this.state, async () => {
      await this.#readPolicy();
      return { at: "choosing" };
    });
  }

  trustNewKey(): Promise<void> {
    this.parts.forgetKey();
    return this.signIn();
  }

  async signOut(): Promise<void> {
    this.#attempt.begin();
    const forgetting = this.#forget();
    this.#show({ at: "signed-out" });
    await forgetting;
  }

  #look = (): Promise<void> => this.draft.look(this.session?.tenant ?? null, this.outcome?.problems);

  async #forget(): Promise<void> {
    const { session } = this;
    this.session = null;
    this.policy = null;
    this.choice = nothingChosen;
    await session?.signOut().catch(() => undefined); // the service may be away; the keys are gone all the same
  }

  async #try(meanwhile: ComposeState, work: () => Promise<ComposeState>): Promise<void> {
    const { signal } = this.#attempt;
    this.#show(meanwhile);
    const next = await work().catch((error): ComposeState => {
      const trouble = troubleFrom(error);
      if (isSignedOut(error)) this.session = null;
      return { at: "trouble", trouble };
    });
    if (!signal.aborted) this.#show(next);
    else
      await this.#look()
        .then(() => this.#show(this.state))
        .catch(() => undefined);
  }

  #show(state: ComposeState): void {
    this.state = state;
    this.#changed(this);
  }
}
