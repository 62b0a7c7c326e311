import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
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

const Relabelled = z.object({ label: z.string().nullable(), reason: z.string().nullable() });
/** Of a file that is not protected. `at` tells one from another that is just like it. */
const ClearRelabelled = z.object({ from: z.string().nullable(), ...Relabelled.shape, at: z.number() });
/** To be registered, or with `relabelled`: that a copy of it got another label. */
const Note = z.object({
  v: z.literal(1),
  licenses: z.array(z.base64()).max(maxTogether),
  relabelled: Relabelled.optional(),
  clear: ClearRelabelled.optional(),
});
type Relabelled = z.infer<typeof Relabelled>;
type ClearRelabelled = z.infer<typeof ClearRelabelled>;

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
export const noteRegistrations = (account: Account, licenses: readonly Bytes[]): Promise<boolean> =>
  note(account, { v: 1, licenses: licenses.map(toBase64) });

/** Notes that a copy of a document got another label (its id), or none, and why. @returns likewise. */
export const noteRelabel = (account: Account, license: Bytes, relabelled: Relabelled): Promise<boolean> =>
  note(account, { v: 1, licenses: [toBase64(license)], relabelled });

/** The same of a file that is not protected. @param from, label - ids, `null` for none. @returns likewise. */
export const noteClearRelabel = (account: Account, relabelled: Omit<ClearRelabelled, "at">): Promise<boolean> =>
  note(account, { v: 1, licenses: [], clear: { ...relabelled, at: Date.now() } });

async function note(account: Account, told: z.infer<typeof Note>): Promise<boolean> {
  if ((await namesOf(account)).length >= maxWaiting) return false;
  const content = utf8(JSON.stringify(told));
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
  "right-missing",
  "access-revoked",
  "access-expired",
  "account-mismatch",
  "state-damaged",
];

/**
 * Sends what waits, oldest first, until the service stops answering; that is no error here, and neither is another
 * process doing the same. Safe to repeat and to kill: a note goes after its answer came, registering twice is
 * registering once, and another label told twice is two records of it. @throws RightsError `keystore-unavailable`, `state-damaged` and what else has to do with this device.
 */
export async function sendNotes(account: Account): Promise<Sent> {
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

interface Told {
  licenses: Bytes[];
  relabelled?: Relabelled | undefined;
  clear?: ClearRelabelled | undefined;
}

/** What a note says; `null` for what is none. */
async function toldIn(path: string): Promise<Told | null> {
  try {
    const bytes = await readSmallFile(path, maxNoteBytes);
    if (bytes === null) return { licenses: [] }; // another process sent it
    const { licenses, ...told } = Note.parse(parseJson(bytes, "state-damaged"));
    return { licenses: licenses.map((text) => fromBase64(text, "state-damaged")), ...told };
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
  const told = await toldIn(path);
  const note: SentNote = { sent: 0, refused: told === null ? 1 : 0, next: "done" };
  for (const send of sendings(account, told)) {
    const outcome = await tell(send);
    if (outcome === "sent") note.sent++;
    else if (outcome === "refused") note.refused++;
    else note.next = outcome;
    if (outcome === "stop") break;
  }
  if (note.next === "done") await rm(path, { force: true });
  return note;
}

/** What of a note goes to the service, one request each. */
function sendings({ service }: Account, told: Told | null): (() => Promise<unknown>)[] {
  if (told === null) return [];
  const { licenses, relabelled, clear } = told;
  const about = licenses.map(
    (license) => () =>
      relabelled === undefined ? service.register(license) : service.relabel({ license, ...relabelled }),
  );
  if (clear === undefined) return about;
  const { from, label, reason } = clear;
  return [...about, () => service.relabelClear({ from, label, reason })];
}

async function tell(send: () => Promise<unknown>) {
  try {
    await send();
    return "sent";
  } catch (error) {
    if (!(error instanceof RightsError) || error.code === "keystore-unavailable") throw error;
    if (final.includes(error.code)) return "refused";
    return error.code === "service-failed" ? "keep" : "stop";
  }
}
