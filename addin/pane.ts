import { codeOf, RightsError } from "../shared/errors.js";
import { type Label, labelPath, needsReason } from "../shared/label.js";
import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import { policyOf, type TemplatePolicy } from "../shared/template.js";
import type { OpenDocument, Properties } from "./document.js";
import { type CarriedLabel, carriedLabel } from "./label-properties.js";
import { isEmpty, noPermissions, type Permissions, type PermissionTrouble, policyFrom } from "./permissions.js";
import { type Order, type Outcome, protectDocument, type Step } from "./protect-document.js";
import type { Protector } from "./protector.js";
import { type Trouble, troubleFrom } from "./trouble.js";

/** Somebody who is signed in, and what they can have done here. */
export interface Session {
  readonly person: { readonly name: string; readonly address: string };
  readonly organisation: string;
  readonly tenant: string;
  readonly protectors: readonly Protector[];
  policy(): Promise<PolicyAnswer>;
  signOut(): Promise<void>;
}

/** What the pane is given: all that it does is done through these. */
export interface PaneParts {
  readonly document: OpenDocument;
  /** @param anew - as somebody else than this browser may know. */
  signIn(anew: boolean, signal: AbortSignal): Promise<Session>;
  /** After a person was told that the service's key is another one. */
  forgetKey(): void;
  /** Hands the protected file to the person. */
  deliver(blob: Blob, name: string): void;
  readonly language: string;
  /** Of the document's readers. */
  readonly contentLanguage: string;
  readonly unsaved: string;
  readonly now: () => number;
}

/** Where a person is on the way from a document to a protected one. */
export type State =
  | { readonly at: "starting" }
  | { readonly at: "signed-out" }
  | { readonly at: "signing-in" }
  | { readonly at: "choosing" }
  | { readonly at: "working"; readonly step: Step; readonly share: number }
  | { readonly at: "done"; readonly outcome: Outcome; readonly undo: Undo; readonly isSaved: boolean }
  | { readonly at: "trouble"; readonly trouble: Trouble };

/** How far taking it back is; or why that failed. */
export type Undo = { readonly at: "offered" | "doing" } | Undone | { readonly at: "failed"; readonly trouble: Trouble };

export interface Undone {
  readonly at: "done";
  /** When the last of those who have opened the copy can still open it; `null` where nobody has. */
  readonly lastUse: string | null;
}

/** What is picked and typed; nothing of it is done before the button is pressed. */
export interface Choice {
  readonly label: Label | null;
  /** `null` while nobody wants any. */
  readonly permissions: Permissions | null;
  readonly reason: string;
}

/** Why the button cannot be pressed, where that needs words. */
export type Obstacle = PermissionTrouble | { readonly kind: "reason" | "label" | "no-place" };

const nothingChosen: Choice = { label: null, permissions: null, reason: "" };

/** One document, one person, one thing to do. */
export class Pane {
  state: State = { at: "starting" };
  session: Session | null = null;
  policy: PolicyAnswer | null = null;
  /** What the document says of its label. */
  carried: CarriedLabel | null = null;
  choice: Choice = nothingChosen;
  readonly parts: PaneParts;
  readonly #changed: (pane: Pane) => void;
  #attempt = new AbortController();
  #properties: Properties | null = null;

  constructor(parts: PaneParts, changed: (pane: Pane) => void) {
    this.parts = parts;
    this.#changed = changed;
  }

  /** The label of the document, if it is one that the person is offered. */
  get current(): Label | null {
    return this.policy?.labels.find(({ id }) => id === this.carried?.id) ?? null;
  }

  /** Whether Office could be asked for the label at all. */
  get isKnown(): boolean {
    return this.#properties !== null;
  }

  /** Whether what is chosen protects, or only marks. */
  get willProtect(): boolean {
    const { label, permissions } = this.choice;
    return label?.template != null || (permissions !== null && !isEmpty(permissions));
  }

  /** Reads what the document says of itself; nobody is asked for it. */
  async start(): Promise<void> {
    this.#show({ at: "starting" });
    await this.#read().catch(() => undefined); // then it is not known, and signing in works all the same
    this.#show({ at: this.session === null ? "signed-out" : "choosing" });
  }

  /** Call it while a click is handled: it opens a window. */
  async signIn(anew = false): Promise<void> {
    const signal = this.#begin();
    await this.#try({ at: "signing-in" }, async () => {
      if (anew) await this.#forget();
      this.session ??= await this.parts.signIn(anew, signal);
      await this.#readPolicy(this.session);
      await this.#read().catch(() => undefined);
      return { at: "choosing" };
    });
  }

  /** What was chosen stays, as far as it is still offered. */
  async #readPolicy(session: Session): Promise<void> {
    this.policy = await session.policy();
    const label = this.policy.labels.find(({ id }) => id === this.choice.label?.id) ?? null;
    this.choice = { ...this.choice, label };
  }

  /** Changes nothing but what the button will do. */
  pick(label: Label): void {
    const wantsPermissions = label.template === null && label.parent !== null;
    const permissions =
      label.template !== null ? null : (this.choice.permissions ?? (wantsPermissions ? noPermissions : null));
    this.choice = { ...this.choice, label, permissions };
    this.#show(this.state);
  }

  /** Permissions of one's own, or not; a label that has its own gives way. */
  setPermissions(permissions: Permissions | null): void {
    const label = permissions !== null && this.choice.label?.template ? null : this.choice.label;
    this.choice = { ...this.choice, label, permissions };
    this.#show(this.state);
  }

  setReason(reason: string): void {
    this.choice = { ...this.choice, reason };
    this.#show(this.state);
  }

  /** Whether a less sensitive label is chosen than the document has, where that must be explained. */
  get mustExplain(): boolean {
    const { label, permissions } = this.choice;
    return (
      (label !== null || permissions !== null) &&
      needsReason(this.policy?.labels ?? [], this.current?.id ?? null, label)
    );
  }

  /** What the button would do; an obstacle where it cannot; `null` where nothing is chosen. */
  get order(): Order | Obstacle | null {
    const { label, permissions, reason } = this.choice;
    if (label === null && permissions === null) return null;
    const policy = this.#policyChosen();
    if (policy !== null && "kind" in policy) return policy;
    if (label === null && this.policy?.mandatory) return { kind: "label" };
    if (policy === null && !this.isKnown) return { kind: "no-place" };
    if (this.mustExplain && reason.trim() === "") return { kind: "reason" };
    const labelName = label && labelPath(this.policy?.labels ?? [], label);
    return { label, labelName, policy, reason: this.mustExplain ? reason.trim() : null, before: this.current };
  }

  #policyChosen(): TemplatePolicy | PermissionTrouble | null {
    const { label, permissions } = this.choice;
    const template = this.policy?.templates.find(({ id }) => id === label?.template);
    if (template !== undefined) return policyOf(template, this.parts.now());
    if (permissions === null || (label !== null && isEmpty(permissions))) return null;
    return policyFrom(permissions, this.parts.now());
  }

  /** Does what was chosen. */
  async protect(): Promise<void> {
    const { order, session } = this;
    if (order === null || "kind" in order || session === null) return;
    const signal = this.#begin();
    const progress = (step: Step, share: number) => {
      if (!signal.aborted) this.#show({ at: "working", step, share });
    };
    const { document, now, contentLanguage: language, unsaved } = this.parts;
    const around = { document, ...session, language, unsaved, now, progress, signal };
    await this.#try({ at: "working", step: "reading", share: 0 }, async () => {
      const outcome = await protectDocument(order, around);
      await this.#read().catch(() => undefined);
      if (outcome.copy !== null) this.parts.deliver(outcome.copy.blob, outcome.copy.name);
      return { at: "done", outcome, undo: { at: "offered" }, isSaved: false };
    });
  }

  /** The same file once more, should the browser have lost it. */
  deliverAgain(): void {
    if (this.state.at !== "done" || this.state.outcome.copy === null) return;
    this.parts.deliver(this.state.outcome.copy.blob, this.state.outcome.copy.name);
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
      this.#show({ ...state, undo: { at: "failed", trouble: troubleFrom(error) } });
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
    this.#begin();
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
    if (session === null) return this.back();
    await this.#try(this.state, async () => {
      await this.#readPolicy(session);
      return { at: "choosing" };
    });
  }

  trustNewKey(): Promise<void> {
    this.parts.forgetKey();
    return this.signIn();
  }

  async signOut(): Promise<void> {
    this.#begin();
    const forgetting = this.#forget();
    this.#show({ at: "signed-out" });
    await forgetting;
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

  #begin(): AbortSignal {
    this.#attempt.abort(new RightsError("busy", "this was given up for something else"));
    this.#attempt = new AbortController();
    return this.#attempt.signal;
  }

  async #try(meanwhile: State, work: () => Promise<State>): Promise<void> {
    const attempt = this.#attempt;
    this.#show(meanwhile);
    const next = await work().catch((error): State => {
      if (signedOut.includes(codeOf(error))) this.session = null;
      return { at: "trouble", trouble: troubleFrom(error) };
    });
    if (attempt === this.#attempt) this.#show(next);
  }

  #show(state: State): void {
    this.state = state;
    this.#changed(this);
  }
}

const signedOut: readonly string[] = ["sign-in-needed", "account-mismatch", "device-removed"];
