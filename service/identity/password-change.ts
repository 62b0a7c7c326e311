import type { Audit } from "../audit.js";
import type { Account } from "../store/accounts.js";
import type { Store } from "../store/store.js";
import type { NewPasswordTrouble } from "./pages/messages.js";
import { passwordTrouble } from "./password-rules.js";
import { hashPassword, isPasswordOf } from "./passwords.js";

export interface PasswordChangeOptions {
  store: Pick<Store, "accounts" | "payloads">;
  audit: Audit;
  organisation: string;
  now: () => number;
}

/** Model of the note that a sign-in waits for a password of the person's own, by the uid of its interaction. */
const waiting = "PasswordChoice";

/** How long a sign-in waits, in ms: as long as its interaction lives. */
const waitMs = 15 * 60_000;

/** Passwords that people choose. */
export class PasswordChange {
  readonly #options: PasswordChangeOptions;

  constructor(options: PasswordChangeOptions) {
    this.#options = options;
  }

  /** Whoever goes through this sign-in knew the password of `account`, and has yet to choose their own. */
  async wait(uid: string, account: Account): Promise<void> {
    const { store, now } = this.#options;
    await store.payloads.put(waiting, uid, { accountId: account.id }, now() + waitMs);
  }

  /** Whose choice a sign-in waits for. */
  async waitingFor(uid: string): Promise<Account | null> {
    const { payloads, accounts } = this.#options.store;
    const note = await payloads.find(waiting, uid);
    const account = typeof note?.accountId === "string" ? await accounts.find(note.accountId) : null;
    return account?.state === "active" ? account : null;
  }

  /** Ends all sign-ins of the person as well. @returns why nothing was changed, or `null`. */
  async change(account: Account, form: URLSearchParams, ip: string): Promise<NewPasswordTrouble | null> {
    const { store, audit, organisation } = this.#options;
    const [chosen, again] = [form.get("new-password") ?? "", form.get("again") ?? ""];
    const trouble = passwordTrouble(chosen, { ...account, organisation });
    if (trouble !== null) return trouble;
    if (chosen !== again) return "different";
    if (await isPasswordOf(account, chosen)) return "same";
    const passwordHash = await hashPassword(chosen);
    const who = { subject: account.id, address: account.addresses[0], name: account.name };
    await audit.append({ action: "change-password", result: "done", ...who, ip });
    await store.accounts.setPasswordHash(account.id, passwordHash);
    return null;
  }
}
