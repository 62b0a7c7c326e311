import type { Bytes } from "../shared/bytes.js";
import type { Account } from "./account.js";
import { maxTogether, noteRegistrations, sendNotes } from "./outbox.js";

/** How long documents gather before they are noted together. */
const gatherMs = 100;
/** The service hears of them once nothing more has come for this long: protecting goes first. */
const quietMs = 1000;

/**
 * What the service is still to hear of. A note is two flushes of the disk, so documents protected at the same time share
 * one; should the process die before, tracking of those begins at their first use.
 */
export class Registrations {
  #of: Account | null = null;
  #gathered: Bytes[] = [];
  #noting: Promise<void> = Promise.resolve();
  #noteTimer: NodeJS.Timeout | null = null;
  #sendTimer: NodeJS.Timeout | null = null;

  /** @param account - who made it. @param license - the chain as the document carries it. */
  add(account: Account, license: Bytes): void {
    if (this.#of !== account) void this.note();
    this.#of = account;
    this.#gathered.push(license);
    this.#noteTimer ??= setTimeout(() => void this.note(), gatherMs);
    if (this.#gathered.length >= maxTogether) void this.note();
    if (this.#sendTimer) this.#sendTimer.refresh();
    else this.#sendTimer = setTimeout(() => void this.#sendSoon(account), quietMs).unref();
  }

  /** When this returns, what was added survives a loss of power, as far as it can be written. */
  note(): Promise<void> {
    if (this.#noteTimer) clearTimeout(this.#noteTimer);
    this.#noteTimer = null;
    const [account, licenses] = [this.#of, this.#gathered.splice(0)];
    // A home that cannot be written says so wherever it matters; tracking then begins at the first use.
    if (account !== null && licenses.length > 0)
      this.#noting = this.#noting.then(() => noteRegistrations(account, licenses).then(ignore, ignore));
    return this.#noting;
  }

  async #sendSoon(account: Account): Promise<void> {
    this.#sendTimer = null;
    await this.note();
    await this.send(account);
  }

  /** Tells the service what was noted, as far as it listens; what it does not take now is sent another time. */
  send(account: Account): Promise<void> {
    return sendNotes(account).then(ignore, ignore);
  }
}

const ignore = (): void => undefined;
