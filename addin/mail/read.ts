import { openDocument, readDocument } from "../../browser/protected-document.js";
import { sourceOf } from "../../shared/bytes.js";
import { codeOf, type RightsErrorCode } from "../../shared/errors.js";
import { isOfficeName, isProtectedName } from "../../shared/format/kind.js";
import { isPageName, sealedPageLimits } from "../../shared/format/sealed-page/layout.js";
import type { UseLicense } from "../../shared/license/use-license.js";
import { Attempt } from "../attempt.js";
import { sizeOf } from "../file-content.js";
import type { NamedFile } from "../protector.js";
import type { SignedIn } from "../session.js";
import { type Trouble, troubleFrom } from "../trouble.js";
import type { AttachedContent, Attachment } from "./mail.js";

/** What the pane beside a mail that is read is given. */
export interface ReadParts {
  attachments(): readonly Attachment[];
  content(attachment: Attachment): Promise<AttachedContent>;
  signIn(signal: AbortSignal): Promise<SignedIn>;
  /** Gives a file to the viewer in a window of its own. Call it while a click is handled. */
  handOver(file: NamedFile): Promise<"handed" | "no-window">;
  deliver(file: NamedFile): void;
  /** Tells when another mail is shown beside this pane. */
  watch(changed: () => void): void;
  readonly language: string;
}

/** What is known of an attachment. */
export type ReadState =
  | { readonly at: "unread" | "opening" | "not-protected" }
  | { readonly at: "open"; readonly file: NamedFile; readonly use: UseLicense; readonly handed: Handed | null }
  | { readonly at: "refused"; readonly why: Refused; readonly file: NamedFile }
  | { readonly at: "trouble"; readonly trouble: Trouble };

export type Handed = "handed" | "no-window" | "too-large";
export type Refused = "denied" | "expired" | "revoked" | "damaged" | "other-organisation";

const refusals: Partial<Record<RightsErrorCode, Refused>> = {
  "access-denied": "denied",
  "access-expired": "expired",
  "access-revoked": "revoked",
  "license-invalid": "damaged",
  "license-malformed": "damaged",
  "pfile-malformed": "damaged",
  "office-malformed": "damaged",
  "sealed-page-malformed": "damaged",
  "content-damaged": "damaged",
  "edition-invalid": "damaged",
  "license-untrusted": "other-organisation",
};

/** The protected attachments of a mail that is read: what they are, and what their reader may do with them. */
export class Read {
  attachments: readonly Attachment[] = [];
  readonly parts: ReadParts;
  readonly #changed: (read: Read) => void;
  readonly #states = new Map<string, ReadState>();
  #signedIn: Promise<SignedIn> | null = null;
  readonly #attempt = new Attempt();

  constructor(parts: ReadParts, changed: (read: Read) => void) {
    this.parts = parts;
    this.#changed = changed;
  }

  start(): void {
    this.parts.watch(() => this.#begin());
    this.#begin();
  }

  /** By their names: what they are, their content says once somebody looks. */
  #begin(): void {
    this.#attempt.begin();
    this.#states.clear();
    const mayBe = ({ name, kind }: Attachment) =>
      kind === "file" && (isProtectedName(name) || isOfficeName(name) || isPageName(name));
    this.attachments = this.parts.attachments().filter(mayBe);
    this.#changed(this);
  }

  stateOf = ({ id }: Attachment): ReadState => this.#states.get(id) ?? { at: "unread" };

  /** Call it while a click is handled: it may open a window to sign in. */
  async look(attachment: Attachment): Promise<void> {
    const { signal } = this.#attempt;
    this.#show(attachment, { at: "opening" });
    const state = await this.#look(attachment, signal).catch(
      (error): ReadState => ({ at: "trouble", trouble: troubleFrom(error) }),
    );
    if (!signal.aborted) this.#show(attachment, state);
  }

  async #look(attachment: Attachment, signal: AbortSignal): Promise<ReadState> {
    const signingIn = this.#signIn(signal);
    signingIn.catch(() => undefined); // it is waited for below
    const content = await this.parts.content(attachment);
    if (content.kind === "link") return { at: "not-protected" };
    const file = { name: attachment.name, content: content.bytes };
    try {
      const document = await readDocument(sourceOf(content.bytes), attachment.name);
      const { account, trust } = await signingIn;
      return { at: "open", file, use: (await openDocument(document, account, trust)).use, handed: null };
    } catch (error) {
      if (codeOf(error) === "not-protected") return { at: "not-protected" };
      const why = refusals[codeOf(error)];
      if (why === undefined) throw error;
      return { at: "refused", why, file };
    }
  }

  #signIn(signal: AbortSignal): Promise<SignedIn> {
    if (this.#signedIn === null) {
      const signingIn = this.parts.signIn(signal);
      this.#signedIn = signingIn;
      signingIn.catch(() => {
        this.#signedIn = null;
      });
    }
    return this.#signedIn;
  }

  /** Call it while a click is handled: it opens a window. */
  async handOver(attachment: Attachment): Promise<void> {
    const state = this.stateOf(attachment);
    if (state.at !== "open") return;
    const fits = sizeOf(state.file.content) <= sealedPageLimits.file;
    const handed = fits ? await this.parts.handOver(state.file) : "too-large";
    this.#show(attachment, { ...state, handed });
  }

  save(attachment: Attachment): void {
    const state = this.stateOf(attachment);
    if (state.at === "open" || state.at === "refused") this.parts.deliver(state.file);
  }

  #show(attachment: Attachment, state: ReadState): void {
    this.#states.set(attachment.id, state);
    this.#changed(this);
  }
}
