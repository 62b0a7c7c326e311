import type { Bytes } from "../shared/bytes.js";
import type { Account } from "./account.js";

/**
 * Notes that a document is to be registered (tracking needs it, opening does not). Durable when this returns.
 * @returns whether there was room: more than 50,000 are not kept.
 */
export declare function noteRegistration(account: Account, license: Bytes, digest: Bytes): Promise<boolean>;

export interface Sent {
  readonly sent: number;
  /** The service refused them, so they are gone. */
  readonly refused: number;
  readonly waiting: number;
}

/** Sends what waits, oldest first, until the service is away; never throws for that. Safe to repeat and to kill. */
export declare function sendRegistrations(account: Account): Promise<Sent>;
