import { isSignedOut } from "../browser/page-account.js";
import { codeOf } from "../shared/errors.js";
import type { Label } from "../shared/label.js";
import { AgentSide } from "./agent-side.js";
import { Attempt } from "./attempt.js";
import {
  type Choice,
  type Chosen,
  mustExplain,
  nothingChosen,
  type Obstacle,
  orderFrom,
  protects,
  withLabel,
  withPermissions,
} from "./choice.js";
import { localPath, type OpenDocument, type Properties } from "./document.js";
import { type CarriedLabel, carriedLabel } from "./label-properties.js";
import type { NearbyAgent } from "./nearby-agent.js";
import type { Permissions } from "./permissions.js";
import { type Order, type Outcome, protectDocument, type Step } from "./protect-document.js";
import type { NamedFile } from "./protector.js";
import type { Offered, Session } from "./session.js";
import type { State } from "./state.js";
import { troubleFrom } from "./trouble.js";

/** What the pane is given: all that it does is done through these. */
export interface PaneParts {
  readonly document: OpenDocument;
  readonly agent: NearbyAgent;
  /** @param anew - as somebody else than this browser may know. */
  signIn(anew: boolean, signal: AbortSignal): Promise<Session>;
  /** After a person was told that the service's key is another one. */
  forgetKey(): void;
  /** Hands a protected file to the person. */
  deliver(file: NamedFile): void;
  readonly language: string;
  /** Of the document's readers. */
  readonly contentLanguage: string;
  readonly unsaved: string;
  readonly now: () => number;
}

/** An agent that has not been found by then is shown once it is, in ms. */
const patienceMs = 700;

/** One document, one person, one thing to do. */
export class Pane {
  state: State = { at: "starting" };
  session: Session | null = null;
  policy: Offered | null = null;
  /** What the document says of its label. */
  carried: CarriedLabel | null = null;
  choice: Choice = nothingChosen;
  readonly parts: PaneParts;
  readonly agent: AgentSide;
  readonly #changed: (pane: Pane) => void;
  readonly #attempt = new Attempt();
  #properties: Properties | null = null;

  constructor(parts: PaneParts, changed: (pane: Pane) => void) {
    this.parts = parts;
    this.#changed = changed;
    this.agent = new AgentSide(
      parts.agent,
      () => this.#show(this.state),
      () => this.lookAgain(),
    );
  }

  /** The label of the document, if it is one that the person is offered. */
  get current(): Label | null {
    return this.policy?.labels.find(({ id }) => id === this.carried?.id) ?? null;
  }

  /** Whether Office could be asked for the label at all. */
  get isKnown(): boolean {
    return this.#properties !== null;
  }

  /** Where the agent could protect the document itself; `null`: only a copy of it can be. */
  get place(): string | null {
    return this.agent.found.standing === "connected" ? localPath(this.parts.document.url) : null;
  }

  /** Reads what the document says of itself, and looks for the agent; its person is signed in here, too. */
  async start(): Promise<void> {
    this.#show({ at: "starting" });
    const looking = this.agent.look(this.session);
    const reading = this.#read().catch(() => undefined); // then it is not known, and protecting works all the same
    await Promise.all([reading, Promise.race([looking, new Promise((resolve) => setTimeout(resolve, patienceMs))])]);
    await this.#enter();
    await looking;
    await this.#enter();
  }

  /** Looks for the agent once more, as a person wants it to. */
  async lookAgain(): Promise<void> {
    await this.agent.look(this.session, { isAsked: true });
    await this.#enter();
  }

  /** Who is not signed in in this pane is whoever is at the agent. */
  async #enter(): Promise<void> {
    const session = this.session === null ? this.agent.session() : null;
    const isIdle = this.state.at === "starting" || this.state.at === "signed-out";
    if (session !== null && isIdle) await this.#try({ at: "starting" }, () => this.#goOnAs(session));
    else this.#show(this.state.at === "starting" ? { at: "signed-out" } : this.state);
  }

  async #goOnAs(session: Session): Promise<State> {
    this.session = session;
    await this.#readPolicy(session);
    await this.#read().catch(() => undefined);
    return { at: "choosing" };
  }

  /** Without the agent: what was chosen stays. */
  withoutAgent(): void {
    this.agent.leave();
    if (this.session?.by === "agent") this.session = null;
    this.cancel();
  }

  /** Call it while a click is handled: it opens a window. */
  async signIn(anew = false): Promise<void> {
    const signal = this.#attempt.begin();
    await this.#try({ at: "signing-in" }, async () => {
      if (anew) await this.#forget();
      const session = this.session ?? (await this.parts.signIn(anew, signal));
      const next = await this.#goOnAs(session);
      void this.agent.look(session);
      return next;
    });
  }

  /** What was chosen stays, as far as it is still offered. */
  async #readPolicy(session: Session): Promise<void> {
    this.policy = await session.policy();
    const label = this.policy.labels.find(({ id }) => id === this.choice.label?.id) ?? null;
    this.choice = { ...this.choice, label };
  }

  /** Changes nothing but what the button will do. */
  pick = (label: Label): void => this.#choose(withLabel(this.choice, label));

  setPermissions = (permissions: Permissions | null): void => this.#choose(withPermissions(this.choice, permissions));

  setReason = (reason: string): void => this.#choose({ ...this.choice, reason });

  #choose(choice: Choice): void {
    this.choice = choice;
    this.#show(this.state);
  }

  get #chosen(): Chosen {
    const { choice, policy, current, isKnown: canLabel } = this;
    return { choice, policy, current, canLabel, nowMs: this.parts.now() };
  }

  get willProtect(): boolean {
    return protects(this.choice);
  }

  get mustExplain(): boolean {
    return mustExplain(this.#chosen);
  }

  get order(): Order | Obstacle | null {
    return orderFrom(this.#chosen);
  }

  /** Does what was chosen: to the document itself where the agent can, unless a copy is wanted. */
  async protect({ asCopy = false } = {}): Promise<void> {
    const { order, session } = this;
    if (order === null || "kind" in order || session === null) return;
    const signal = this.#attempt.begin();
    const progress = (step: Step, share: number) => {
      if (!signal.aborted) this.#show({ at: "working", step, share });
    };
    const { document, now, contentLanguage: language, unsaved } = this.parts;
    const place = asCopy ? null : this.place;
    const around = { document, place, ...session, language, unsaved, now, progress, signal };
    await this.#try({ at: "working", step: "reading", share: 0 }, async () => {
      const outcome = await protectDocument(order, around);
      await this.#read().catch(() => undefined);
      this.#deliver(outcome);
      if (outcome.file !== null) void this.#follow(outcome, outcome.file.made);
      return { at: "done", outcome, undo: { at: "offered" }, isSaved: outcome.isSaved, isMade: false };
    });
  }

  #deliver({ copy }: Outcome): void {
    for (const file of copy === null ? [] : [copy, copy.pages]) if (file !== null) this.parts.deliver(file);
  }

  /** Waits with the person for their document to be protected. */
  async #follow(outcome: Outcome, made: Promise<void>): Promise<void> {
    const isShown = () =>
      this.state.at === "done" && this.state.outcome === outcome && this.state.undo.at === "offered";
    try {
      await made;
      if (this.state.at === "done" && isShown()) this.#show({ ...this.state, isMade: true });
    } catch (error) {
      if (!isShown()) return;
      await outcome.undo().catch(() => undefined); // the document may be closed
      this.#show({ at: "trouble", trouble: troubleFrom(error, this.session?.by) });
    }
  }

  /** The same file once more, should the browser have lost it. */
  deliverAgain(): void {
    if (this.state.at === "done") this.#deliver(this.state.outcome);
  }

  async undo(): Promise<void> {
    const { state } = this;
    if (state.at !== "done" || state.undo.at === "doing" || state.undo.at === "done") return;
    this.#show({ ...state, undo: { at: "doing" } });
    try {
      const lastUse = await state.outcome.undo();
      await this.#read().catch(() => undefined);
      this.#show({ ...state, undo: { at: "done", lastUse } });
    } catch (error) {
      this.#show({ ...state, undo: { at: "failed", trouble: troubleFrom(error, this.session?.by) } });
    }
  }

  async save(): Promise<void> {
    const { state } = this;
    if (state.at !== "done") return;
    await this.#try(state, async () => {
      await this.parts.document.save();
      return { ...state, isSaved: true };
    });
  }

  /** Gives up what is under way. */
  cancel(): void {
    this.#attempt.begin();
    this.back();
  }

  /** To the choice, with all that was picked and typed. */
  back(): void {
    if (this.state.at === "done") this.choice = nothingChosen;
    this.#show({ at: this.session === null ? "signed-out" : "choosing" });
  }

  /** After a trouble: labels as they are now. */
  async again(): Promise<void> {
    const { session } = this;
    if (session === null) return this.start();
    await this.#try(this.state, async () => {
      await this.agent.look(session);
      await this.#readPolicy(session);
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
    await this.agent.look(null);
    await this.#enter();
  }

  async #read(): Promise<void> {
    this.#properties = await this.parts.document.properties();
    this.carried = this.#properties && carriedLabel(this.#properties, this.session?.tenant ?? null);
  }

  async #forget(): Promise<void> {
    const { session } = this;
    this.session = null;
    this.policy = null;
    this.choice = nothingChosen;
    await session?.signOut().catch(() => undefined); // the service may be away; the keys are gone all the same
  }

  async #try(meanwhile: State, work: () => Promise<State>): Promise<void> {
    const { signal } = this.#attempt;
    this.#show(meanwhile);
    const next = await work().catch((error): State => {
      const trouble = troubleFrom(error, this.session?.by);
      if (isSignedOut(error) || codeOf(error) === "not-paired") this.session = null;
      return { at: "trouble", trouble };
    });
    if (!signal.aborted) this.#show(next);
  }

  #show(state: State): void {
    this.state = state;
    this.#changed(this);
  }
}
