import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Bytes, toHex } from "../shared/bytes.js";
import { RightsError, type RightsErrorCode } from "../shared/errors.js";
import { maxReadBytes } from "../shared/license/xrml.js";
import type { Account } from "./account.js";
import { withLock } from "./lock.js";
import { isTemporary, readSmallFile, replaceSmallFile } from "./small-file.js";

/** More than this do not wait: then tracking of the documents after them begins at their first use. */
const maxWaiting = 50_000;

/** A file is named by whose it is and by its license, so noting twice is noting once. */
const nameOf = (account: Account, digest: Bytes): string => `${account.info.subject}.${toHex(digest)}`;

async function namesOf({ home, info }: Account): Promise<string[]> {
  const names = await readdir(home.outbox);
  return names.filter((name) => !isTemporary(name) && name.startsWith(`${info.subject}.`));
}

/**
 * Notes that a document is to be registered (tracking needs it, opening does not). Durable when this returns.
 * @param license - the chain as the document carries it; nothing in it is secret.
 * @returns whether there was room: more than 50,000 are not kept.
 */
export async function noteRegistration(account: Account, license: Bytes, digest: Bytes): Promise<boolean> {
  if ((await namesOf(account)).length >= maxWaiting) return false;
  await replaceSmallFile(join(account.home.outbox, nameOf(account, digest)), license);
  return true;
}

export interface Sent {
  readonly sent: number;
  /** The service will never take them, so they are gone. */
  readonly refused: number;
  readonly waiting: number;
}

/** Answers that would be the same every time; with all others the note waits for the next round. */
const final: readonly RightsErrorCode[] = [
  "license-invalid",
  "request-malformed",
  "access-denied",
  "access-revoked",
  "access-expired",
  "account-mismatch",
  "state-damaged",
];

/**
 * Sends what waits, oldest first, until the service stops answering; that is no error here, and neither is another
 * process doing the same. Safe to repeat and to kill: a note goes after its answer came, and registering twice is
 * registering once. @throws RightsError `keystore-unavailable`, `state-damaged` and what else has to do with this device.
 */
export async function sendRegistrations(account: Account): Promise<Sent> {
  try {
    return await withLock(account.home, () => sendAll(account), { name: "outbox", waitMs: 0 });
  } catch (error) {
    if (error instanceof RightsError && error.code === "busy")
      return { sent: 0, refused: 0, waiting: (await namesOf(account)).length };
    throw error;
  }
}

async function sendAll(account: Account): Promise<Sent> {
  const names = await oldestFirst(account);
  let [sent, refused] = [0, 0];
  for (const name of names) {
    const outcome = await sendOne(account, join(account.home.outbox, name));
    if (outcome === "stop") break;
    if (outcome === "sent") sent++;
    if (outcome === "refused") refused++;
  }
  return { sent, refused, waiting: names.length - sent - refused };
}

async function oldestFirst(account: Account): Promise<string[]> {
  const names = await namesOf(account);
  const times = await Promise.all(names.map((name) => stat(join(account.home.outbox, name))));
  const dated = names.map((name, i) => ({ name, ms: times[i]!.mtimeMs }));
  return dated.sort((a, b) => a.ms - b.ms).map(({ name }) => name);
}

async function sendOne(account: Account, path: string): Promise<"sent" | "refused" | "kept" | "stop"> {
  try {
    const license = await readSmallFile(path, maxReadBytes);
    if (license !== null) await account.service.register(license);
    await rm(path, { force: true });
    return "sent";
  } catch (error) {
    if (!(error instanceof RightsError)) throw error;
    if (final.includes(error.code)) {
      await rm(path, { force: true });
      return "refused";
    }
    if (error.code === "keystore-unavailable") throw error;
    return error.code === "service-failed" ? "kept" : "stop";
  }
}
