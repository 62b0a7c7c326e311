import { randomUUID } from "node:crypto";
import * as z from "zod";
import { type Bytes, fromBase64url, toBase64url, utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { isId } from "../../shared/ids.js";
import { parseJson } from "../../shared/json.js";
import type { Account } from "../account.js";
import { withLock } from "../lock.js";
import { limits } from "./limits.js";

/** A page that a person paired with this computer. */
export interface Pairing {
  readonly id: string;
  /** The only one its token is good for. */
  readonly origin: string;
  /** As the page called itself: "Word". */
  readonly name: string;
  readonly madeMs: number;
  readonly usedMs: number;
}

export interface TokenPairing extends Pairing {
  readonly token: Bytes;
}

const Kept = z.object({
  v: z.literal(1),
  pairings: z
    .array(
      z.object({
        id: z.string().refine(isId),
        origin: z.string(),
        name: z.string(),
        token: z.string(),
        madeMs: z.number(),
        usedMs: z.number(),
      }),
    )
    .max(limits.pairings),
});
type KeptPairing = z.infer<typeof Kept>["pairings"][number];

const file = "pairings";
/** When a pairing was last used is kept to the hour. */
const usedGrainMs = 3_600_000;

async function read({ secrets }: Account): Promise<KeptPairing[]> {
  const bytes = await secrets.read(file);
  return bytes === null ? [] : Kept.parse(parseJson(bytes, "state-damaged")).pairings;
}

/** One process at a time, since the command line removes while the agent adds. */
const change = (account: Account, to: (pairings: KeptPairing[]) => KeptPairing[]): Promise<void> =>
  withLock(
    account.home,
    async () => {
      const pairings = to(await read(account));
      await account.secrets.write(file, utf8(JSON.stringify({ v: 1, pairings } satisfies z.infer<typeof Kept>)));
    },
    { name: "pairings" },
  );

/** Without their tokens. They belong to the person signed in, and end with the sign-in. */
export const listPairings = async (account: Account): Promise<Pairing[]> =>
  (await read(account)).map(({ token: _token, ...pairing }) => pairing);

export async function findPairing(account: Account, id: string): Promise<TokenPairing | null> {
  const found = (await read(account)).find((pairing) => pairing.id === id);
  return found === undefined ? null : { ...found, token: fromBase64url(found.token, "state-damaged") };
}

/** @throws RightsError `busy` when there are too many. */
export async function addPairing(account: Account, origin: string, name: string, token: Bytes): Promise<Pairing> {
  const now = Date.now();
  const pairing = { id: randomUUID(), origin, name, madeMs: now, usedMs: now };
  await change(account, (pairings) => {
    if (pairings.length >= limits.pairings)
      throw new RightsError(
        "busy",
        `${limits.pairings} pages are paired already; remove one with: seal pair remove ID`,
      );
    return [...pairings, { ...pairing, token: toBase64url(token) }];
  });
  return pairing;
}

export async function noteUse(account: Account, { id, usedMs }: Pairing): Promise<void> {
  const now = Date.now();
  if (Math.abs(now - usedMs) < usedGrainMs) return;
  await change(account, (pairings) => pairings.map((one) => (one.id === id ? { ...one, usedMs: now } : one)));
}

/** @returns what was removed. */
export async function removePairing(account: Account, id: string): Promise<Pairing | null> {
  let removed: Pairing | null = null;
  await change(account, (pairings) => {
    removed = pairings.find((one) => one.id === id) ?? null;
    return pairings.filter((one) => one.id !== id);
  });
  return removed;
}
