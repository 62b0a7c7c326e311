import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Bytes, fromBase64, toBase64, toHex, utf8 } from "../shared/bytes.js";
import { sha256 } from "../shared/crypto/keys.js";
import { RightsError, type RightsErrorCode } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import { maxWrittenBytes } from "../shared/license/xrml.js";
import type { Account } from "./account.js";
import { withLock } from "./lock.js";
import { isTemporary, readSmallFile, replaceSmallFile } from "./small-file.js";

/** More notes than this do not wait: then tracking of the documents after them begins at their first use. */
const maxWaiting = 10_000;
/** Documents in one note. */
export const maxTogether = 32;
const maxNoteBytes = 2 * maxTogether * maxWrittenBytes;

const Note = z.object({ v: z.literal(1), licenses: z.array(z.base64()).max(maxTogether) });

/** A note is named by whose it is and by what it holds, so noting twice is noting once. */
const nameOf = async (account: Account, content: Bytes): Promise<string> =>
  `${account.info.subject}.${toHex(await sha256(content))}`;

async function namesOf({ home, info }: Account): Promise<string[]> {
  const names = await readdir(home.outbox);
  return names.filter((name) => !isTemporary(name) && name.startsWith(`${info.subject}.`));
}

/**
 * Notes that documents are to be registered (tracking needs it, opening does not). Durable when this returns.
 * @param licenses - the chains as the documents carry them, at most `maxTogether`; nothing in them is secret.
 * @returns whether there was room: more than 10,000 notes are not kept.
 */
export async function noteRegistrations(account: Account, licenses: readonly Bytes[]): Promise<boolean> {
  if ((await namesOf(account)).length >= maxWaiting) return false;
  const content = utf8(JSON.stringify({ v: 1, licenses: licenses.map(toBase64) } satisfies z.infer<typeof Note>));
  await replaceSmallFile(join(account.home.outbox, await nameOf(account, content)), content);
  return true;
}

/** What became of the documents that waited; `waiting` counts notes. */
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
  const total = { sent: 0, refused: 0, waiting: names.length };
  for (const name of names) {
    const { sent, refused, next } = await sendNote(account, join(account.home.outbox, name));
    total.sent += sent;
    total.refused += refused;
    if (next === "done") total.waiting--;
    if (next === "stop") break;
  }
  return total;
}

async function oldestFirst(account: Account): Promise<string[]> {
  const names = await namesOf(account);
  const times = await Promise.all(names.map((name) => stat(join(account.home.outbox, name))));
  const dated = names.map((name, i) => ({ name, ms: times[i]!.mtimeMs }));
  return dated.sort((a, b) => a.ms - b.ms).map(({ name }) => name);
}

/** The licenses of a note; `null` for what is none. */
async function licensesIn(path: string): Promise<Bytes[] | null> {
  try {
    const bytes = await readSmallFile(path, maxNoteBytes);
    if (bytes === null) return []; // another process sent it
    return Note.parse(parseJson(bytes, "state-damaged")).licenses.map((text) => fromBase64(text, "state-damaged"));
  } catch (error) {
    if (error instanceof RightsError && error.code !== "state-damaged") throw error;
    return null;
  }
}

interface SentNote {
  sent: number;
  refused: number;
  /** `keep`: the service fails over this one, not over others. `stop`: it takes none now. */
  next: "done" | "keep" | "stop";
}

async function sendNote(account: Account, path: string): Promise<SentNote> {
  const licenses = await licensesIn(path);
  const note: SentNote = { sent: 0, refused: licenses === null ? 1 : 0, next: "done" };
  for (const license of licenses ?? []) {
    const outcome = await register(account, license);
    if (outcome === "sent") note.sent++;
    else if (outcome === "refused") note.refused++;
    else note.next = outcome;
    if (outcome === "stop") break;
  }
  if (note.next === "done") await rm(path, { force: true });
  return note;
}

async function register(account: Account, license: Bytes): Promise<"sent" | "refused" | "keep" | "stop"> {
  try {
    await account.service.register(license);
    return "sent";
  } catch (error) {
    if (!(error instanceof RightsError) || error.code === "keystore-unavailable") throw error;
    if (final.includes(error.code)) return "refused";
    return error.code === "service-failed" ? "keep" : "stop";
  }
}
