import { createHash } from "node:crypto";
import type { AuditAction } from "../../shared/protocol/audit-api.js";
import type { Audit } from "../audit.js";
import { RateLimit } from "../rate-limit.js";
import type { Account, Accounts } from "../store/accounts.js";
import { addressOf, checkPassword } from "./passwords.js";

/** Wrong passwords for one account from everywhere: ten at once, then one every half minute. */
const perAccount = { burst: 10, perSecond: 1 / 30 };

/** Wrong passwords from one network address, whatever the account. */
const perIp = { burst: 30, perSecond: 1 / 5 };

export interface SignInTry {
  username: string;
  password: string;
  ip: string;
}

/** What a password is asked for. */
export type CheckedAction = Extract<AuditAction, "sign-in" | "change-password">;

export type SignInOutcome =
  | { account: Account }
  /** A wrong name or password: which of the two is not told. */
  | { refused: "wrong" }
  /** After too many failures; the right password is not tried then either. */
  | { refused: "limited"; seconds: number };

/** Names and passwords, with a limit on guessing. Only failures count against it. */
export class SignIn {
  readonly #accounts: Accounts;
  readonly #audit: Audit;
  readonly #byAccount: RateLimit;
  readonly #byIp: RateLimit;

  constructor(accounts: Accounts, audit: Audit, now: () => number) {
    this.#accounts = accounts;
    this.#audit = audit;
    this.#byAccount = new RateLimit({ ...perAccount, now });
    this.#byIp = new RateLimit({ ...perIp, now });
  }

  /**
   * Whoever has this name and password. Every password that was looked at is in the audit before the answer; a change
   * that comes after the right one is noted by itself.
   */
  async check({ username, password, ip }: SignInTry, action: CheckedAction = "sign-in"): Promise<SignInOutcome> {
    const account = accountKey(username);
    // Paid before the password is looked at, and paid back when it is right: parallel guesses cannot share one token.
    const seconds = this.#pay(account, ip);
    if (seconds > 0) return { refused: "limited", seconds };
    const found = await checkPassword(this.#accounts, username, password);
    if (found) {
      this.#byAccount.refund(account);
      this.#byIp.refund(ip);
    }
    if (!found || action === "sign-in") await this.#note(action, found, username, ip);
    return found ? { account: found } : { refused: "wrong" };
  }

  /** 0 when paid, else the seconds to wait. */
  #pay(account: string, ip: string): number {
    if (!this.#byIp.take(ip)) return this.#byIp.retryAfter(ip);
    if (this.#byAccount.take(account)) return 0;
    this.#byIp.refund(ip);
    return this.#byAccount.retryAfter(account);
  }

  /** A name is kept only if it is somebody's: others may be a password typed into the wrong field. */
  async #note(action: CheckedAction, found: Account | null, username: string, ip: string): Promise<void> {
    const address = addressOf(username);
    const known = found ?? (address === null ? null : await this.#accounts.findByAddress(address));
    const result = found ? "done" : "sign-in-failed";
    const who = { subject: known?.id ?? null, address: known?.addresses[0], name: known?.name };
    await this.#audit.append({ action, result, ...who, ip });
  }
}

/** Names of any length take the same little room. */
const accountKey = (username: string): string =>
  createHash("sha256")
    .update(addressOf(username) ?? username)
    .digest("base64url");
