import { inWindow } from "../browser/agree-in-window.js";
import { blobSource } from "../browser/blob-source.js";
import { hasPasskeys, type Kept, keepPasskey } from "../browser/guest-passkey.js";
import { isSignedOut, type PageAccount, signInPage } from "../browser/page-account.js";
import { forgetPin, trustOf } from "../browser/pin.js";
import { openDocument, type ProtectedDocument, readDocument } from "../browser/protected-document.js";
import { RightsError } from "../shared/errors.js";
import { contentKind } from "../shared/format/shown.js";
import type { TenantTrust } from "../shared/license/trust.js";
import type { Agree, Agreement } from "../shared/protocol/authorization.js";
import { findSignIn, type SignInPlace } from "../shared/protocol/service-address.js";
import { holds } from "../shared/rights.js";
import { foreignViewer } from "./foreign.js";
import { mayLeave } from "./hand-over.js";
import { askLocalOwner, openLocal } from "./local-content.js";
import type { Opened } from "./opened.js";
import { type Refusal, refusal, refusalFrom } from "./refusal.js";

/** Whose service this page comes from, and what is believed of it. */
export interface Host {
  readonly place: SignInPlace;
  readonly trust: TenantTrust;
}

/** Where a reader is on the way from a file to its content. */
export type State =
  | { readonly at: "empty" }
  | { readonly at: "busy"; readonly doing: "reading" | "signing-in" | "asking" }
  | { readonly at: "closed"; readonly document: ProtectedDocument; readonly host: Host }
  | { readonly at: "guest"; readonly document: ProtectedDocument; readonly host: Host }
  | { readonly at: "foreign"; readonly file: string; readonly host: string; readonly viewer: URL | null }
  | { readonly at: "refused"; readonly file: string; readonly refusal: Refusal }
  | {
      readonly at: "open";
      readonly document: { readonly name: string };
      readonly opened: Opened;
      readonly isChecked: boolean;
      /** The license once more, as the service gives it now. */
      readonly ask: () => Promise<Opened>;
    }
  | { readonly at: "wrapped"; readonly document: { readonly name: string }; readonly opened: Opened };

/** Ends the waiting for a window, and with it what only was begun. */
type Attempt = AbortController;

/** One file at a time: chosen, signed in for, opened; and whoever is signed in meanwhile. */
export class Desk {
  state: State = { at: "empty" };
  account: PageAccount | null = null;
  /** Whose name stands across the pages. */
  reader: { readonly name: string; readonly address: string } | null = null;
  /** For whose files a guest, who came by a mailed code, may keep a passkey; else `null`. */
  keepsPasskeyOf: string | null = null;
  /** A program on this computer has the file: none is chosen here, and nobody signs in. */
  isLocal = false;
  readonly #changed: (desk: Desk) => void;
  #file: File | null = null;
  #localName = "";
  #attempt: Attempt = new AbortController();

  constructor(changed: (desk: Desk) => void) {
    this.#changed = changed;
  }

  /** Reads what can be known of a file without asking anybody but the service this page is from who it is. */
  async choose(file: File): Promise<void> {
    this.#file = file;
    await this.#try({ at: "busy", doing: "reading" }, async () => {
      const document = await readDocument(blobSource(file), file.name);
      const place = await findSignIn(location.origin);
      const { serviceAddress, tenant } = document.license;
      if (tenant !== place.discovery.tenant) return foreignState(file.name, serviceAddress);
      const host = { place, trust: await trustOf(place) };
      if (this.account !== null) return this.#open(document, host, this.account);
      return { at: "closed", document, host };
    });
  }

  /** The file that a program on this computer opened in this page. */
  async showLocal(): Promise<void> {
    this.isLocal = true;
    await this.#try({ at: "busy", doing: "asking" }, async () => {
      const { name, reader, opened } = await openLocal();
      this.reader = reader;
      this.#localName = name;
      const ask = async () => (await openLocal()).opened;
      return { at: "open", document: { name }, opened, isChecked: false, ask };
    });
  }

  /** Call it while a click is handled: it opens a window. @param anew - as somebody else. */
  async signIn({ document, host }: Pick<State & { at: "closed" }, "document" | "host">, anew = false): Promise<void> {
    const agree = inWindow({ anew, signal: this.#begin() });
    await this.#signInBy(agree, document, host);
  }

  /** Somebody outside, who comes in by a code. */
  beGuest({ document, host }: Pick<State & { at: "closed" }, "document" | "host">): void {
    this.#begin();
    this.#show({ at: "guest", document, host });
  }

  /** Back to where people sign in. */
  beNoGuest({ document, host }: Pick<State & { at: "guest" }, "document" | "host">): void {
    this.#begin();
    this.#show({ at: "closed", document, host });
  }

  /** @param agreement - that of a guest whose code or passkey was right. */
  enter(
    agreement: Agreement,
    { document, host }: Pick<State & { at: "guest" }, "document" | "host">,
    by: "code" | "passkey",
  ): Promise<void> {
    this.#begin();
    this.keepsPasskeyOf = by === "code" && hasPasskeys() ? host.place.discovery.organisation : null;
    return this.#signInBy(async () => agreement, document, host, "asking");
  }

  /**
   * Call it while a click is handled.
   * @throws RightsError `sign-in-needed`, `service-unreachable` …
   */
  async keepPasskey(): Promise<Kept> {
    const { account, keepsPasskeyOf: organisation } = this;
    if (account === null || organisation === null) throw new RightsError("sign-in-needed", "no guest is signed in");
    return keepPasskey(account.service, organisation);
  }

  #signInBy(
    agree: Agree,
    document: ProtectedDocument,
    host: Host,
    doing: "signing-in" | "asking" = "signing-in",
  ): Promise<void> {
    return this.#try({ at: "busy", doing }, async () => {
      const account = await signInPage(host.place, host.trust, agree);
      this.account = account;
      this.reader = account;
      this.#show({ at: "busy", doing: "asking" });
      return this.#open(document, host, account);
    });
  }

  /** The same file for somebody else. */
  async useOtherAccount(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    const agree = inWindow({ anew: true, signal: this.#begin() });
    await this.#forget();
    const document = await readDocument(blobSource(file), file.name);
    const place = await findSignIn(location.origin);
    await this.#signInBy(agree, document, { place, trust: await trustOf(place) });
  }

  again(): Promise<void> {
    if (this.isLocal) return this.showLocal();
    return this.#file === null ? this.leave() : this.choose(this.#file);
  }

  /** Somebody is signed in, here or at the program that has the file, and the file is at hand. */
  get canAsk(): boolean {
    return this.isLocal || (this.account !== null && this.#file !== null);
  }

  /**
   * Asks the owner of the file to let its reader in; of the file only the license goes to the service.
   * @throws RightsError `rate-limited`, `sign-in-needed`, `service-unreachable` …
   */
  async askOwner(reason: string): Promise<void> {
    if (this.isLocal) return askLocalOwner(reason);
    if (this.account === null || this.#file === null) throw new RightsError("sign-in-needed", "nobody is signed in");
    const { file } = await readDocument(blobSource(this.#file), this.#file.name);
    await this.account.service.askAccess(file.license, reason);
  }

  /** After a person was told that the key is another one. */
  trustNewKey(): Promise<void> {
    forgetPin();
    return this.again();
  }

  /** Closes the file; whoever is signed in stays so. */
  async leave(): Promise<void> {
    this.#begin();
    this.#file = null;
    this.#show({ at: "empty" });
  }

  async signOut(): Promise<void> {
    const forgetting = this.#forget();
    await this.leave();
    await forgetting;
  }

  /** The content as a whole is its author's. */
  checked(): void {
    if (this.state.at === "open") this.#show({ ...this.state, isChecked: true });
  }

  /** The rights are others now: the same file, shown anew as they allow. */
  reopen(opened: Opened): void {
    if (this.state.at !== "open") return;
    const { rights, terms } = opened.use;
    if (holds(rights, "VIEW")) this.#show({ ...this.state, opened, isChecked: false });
    else this.refuse(refusal("denied", "right-missing", terms.author));
  }

  /** Closes what is open, for a reason that came up while it was. */
  refuse(reason: Refusal): void {
    if (this.state.at === "open" || this.state.at === "wrapped")
      this.#show({ at: "refused", file: this.state.document.name, refusal: reason });
  }

  async #open(document: ProtectedDocument, { trust }: Host, account: PageAccount): Promise<State> {
    const ask = () =>
      openDocument(document, account, trust).catch((error) => {
        if (isSignedOut(error)) this.account = null;
        throw error;
      });
    const opened = await ask();
    const { rights, terms } = opened.use;
    if (!holds(rights, "VIEW")) throw new RightsError("right-missing", "this license does not allow to view");
    if (contentKind(terms.ext) !== null) return { at: "open", document, opened, isChecked: false, ask };
    if (mayLeave(document.name, rights)) return { at: "wrapped", document, opened };
    const why = document.file.container === "office" ? "office" : "unsuitable";
    return { at: "refused", file: document.name, refusal: refusal(why, "viewer-needed", terms.author) };
  }

  async #forget(): Promise<void> {
    const { account } = this;
    this.account = null;
    this.keepsPasskeyOf = null;
    await account?.signOut().catch(() => undefined); // the service may be away; the keys are gone all the same
  }

  /** What was under way before does not matter any more. */
  #begin(): AbortSignal {
    this.#attempt.abort();
    this.#attempt = new AbortController();
    return this.#attempt.signal;
  }

  async #try(meanwhile: State, work: () => Promise<State>): Promise<void> {
    const attempt = this.#attempt;
    const file = this.#file?.name ?? this.#localName;
    this.#show(meanwhile);
    const next = await work().catch((error): State => ({ at: "refused", file, refusal: refusalFrom(error) }));
    if (attempt === this.#attempt) this.#show(next);
  }

  #show(state: State): void {
    this.state = state;
    this.#changed(this);
  }
}

function foreignState(file: string, serviceAddress: string): State {
  const viewer = foreignViewer(serviceAddress);
  const host = URL.canParse(serviceAddress) ? new URL(serviceAddress).host.slice(0, 255) : "?";
  return { at: "foreign", file, host, viewer };
}
