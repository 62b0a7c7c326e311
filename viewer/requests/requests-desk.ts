import { inWindow } from "../../browser/agree-in-window.js";
import { type PageAccount, signInPage } from "../../browser/page-account.js";
import { trustOf } from "../../browser/pin.js";
import { codeOf } from "../../shared/errors.js";
import type { AccessRequest } from "../../shared/protocol/access-api.js";
import { findSignIn } from "../../shared/protocol/service-address.js";
import type { Right } from "../../shared/rights.js";

/** Why nothing came of it, as far as somebody can do something about it. */
export type Trouble =
  | "cancelled"
  | "signed-out"
  | "unreachable"
  | "too-often"
  | "other-key"
  | "not-possible"
  | "failed";

const troubles: Readonly<Record<string, Trouble>> = {
  "sign-in-failed": "cancelled",
  "sign-in-needed": "signed-out",
  "account-mismatch": "signed-out",
  "device-removed": "signed-out",
  "service-unreachable": "unreachable",
  "rate-limited": "too-often",
  "service-untrusted": "other-key",
  "change-refused": "not-possible",
  "access-denied": "not-possible",
  "right-missing": "not-possible",
  "license-invalid": "not-possible",
};

const troubleOf = (error: unknown): Trouble => troubles[codeOf(error)] ?? "failed";

export type RequestsState =
  | { readonly at: "closed"; readonly trouble: Trouble | null }
  | { readonly at: "busy"; readonly doing: "signing-in" | "asking" }
  | { readonly at: "list"; readonly requests: readonly AccessRequest[] };

/** What is known of the answer to one request. */
export interface Answering {
  readonly isSending: boolean;
  readonly trouble: Trouble | null;
}

/** Whoever is signed in, who asks them, and what they answer. */
export class RequestsDesk {
  state: RequestsState = { at: "closed", trouble: null };
  account: PageAccount | null = null;
  readonly answering = new Map<string, Answering>();
  /** Ids of what was answered here: it stays in view, with what came of it. */
  readonly answered = new Set<string>();
  readonly #changed: (desk: RequestsDesk) => void;
  #attempt = new AbortController();

  constructor(changed: (desk: RequestsDesk) => void) {
    this.#changed = changed;
  }

  /** Call it while a click is handled: it opens a window. @param anew - as somebody else. */
  async signIn(anew = false): Promise<void> {
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    const agree = inWindow({ anew, signal });
    this.#show({ at: "busy", doing: "signing-in" });
    const leaving = this.account;
    this.account = null;
    try {
      await leaving?.signOut().catch(() => undefined);
      const place = await findSignIn(location.origin);
      this.account = await signInPage(place, await trustOf(place), agree);
      this.#show({ at: "busy", doing: "asking" });
      const { requests } = await this.account.service.accessRequests();
      if (!signal.aborted) this.#show({ at: "list", requests });
    } catch (error) {
      if (!signal.aborted) this.#show({ at: "closed", trouble: troubleOf(error) });
    }
  }

  cancel(): void {
    this.#attempt.abort();
    this.#show({ at: "closed", trouble: null });
  }

  async signOut(): Promise<void> {
    const { account } = this;
    this.account = null;
    this.cancel();
    await account?.signOut().catch(() => undefined); // the service may be away; the keys are gone all the same
  }

  grant = (id: string, rights: readonly Right[]): Promise<void> =>
    this.#answer(id, ({ service }) => service.grantAccess({ id, rights: [...rights] }));

  refuse = (id: string): Promise<void> => this.#answer(id, ({ service }) => service.refuseAccess(id));

  async #answer(id: string, send: (account: PageAccount) => Promise<{ request: AccessRequest }>): Promise<void> {
    if (this.account === null || this.answering.get(id)?.isSending) return;
    this.answering.set(id, { isSending: true, trouble: null });
    this.#changed(this);
    try {
      const { request } = await send(this.account);
      this.answering.delete(id);
      this.answered.add(id);
      this.#replace(request);
    } catch (error) {
      this.answering.set(id, { isSending: false, trouble: troubleOf(error) });
      this.#changed(this);
    }
  }

  #replace(request: AccessRequest): void {
    if (this.state.at !== "list") return;
    const requests = this.state.requests.map((one) => (one.id === request.id ? request : one));
    this.#show({ at: "list", requests });
  }

  #show(state: RequestsState): void {
    this.state = state;
    this.#changed(this);
  }
}
