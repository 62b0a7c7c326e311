import { shownKeyId } from "../../../shared/crypto/keys.js";
import { RightsError } from "../../../shared/errors.js";
import type { KeysAnswer, TenantKeySummary } from "../../../shared/protocol/key-api.js";
import type { Account } from "../../account.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson, say } from "../say.js";
import { openSession } from "../session.js";
import { timeFrom } from "../time.js";

/** `seal admin keys list`. */
export async function list(options: ReportOptions): Promise<number> {
  const { account } = await openSession();
  return show(await account.service.admin.keys(), options);
}

/** `seal admin keys roll`: to a new key, or to one that was brought. */
export async function roll({ to, ...options }: ReportOptions & { to?: string }): Promise<number> {
  const { account } = await openSession();
  const answer = await account.service.admin.rollKey(to === undefined ? null : await kidOf(account, to));
  say("devices follow by themselves; what they protect meanwhile with the key before opens as well");
  say("keep a copy of the new key, apart from its passphrase, before much is protected with it");
  return show(answer, options);
}

/** `seal admin keys compromise`. */
export async function compromise(
  words: readonly string[],
  { since, ...options }: ReportOptions & { since?: string },
): Promise<number> {
  const { account } = await openSession();
  const answer = await account.service.admin.compromiseKey(
    await kidOf(account, words.join(" ")),
    since === undefined ? null : timeFrom(since),
  );
  say("from now on this key vouches only for what was registered before, or is by those who protected it");
  return show(answer, options);
}

/** The key whose id begins as people write it, with or without the spaces. */
async function kidOf({ service }: Account, typed: string): Promise<string> {
  const { keys } = await service.admin.keys();
  const wanted = typed.toLowerCase().replace(/[^0-9a-f]/g, "");
  const found = keys.filter(({ kid }) => shownKeyId(kid).replaceAll(" ", "").startsWith(wanted));
  if (wanted.length >= 8 && found.length === 1) return found[0]!.kid;
  throw new RightsError("usage", "that names no key, or more than one; see them with: seal admin keys list");
}

function show({ keys }: KeysAnswer, { json }: ReportOptions): number {
  for (const key of keys) {
    if (json) printJson(key);
    else print(lineOf(key));
  }
  return exits.done;
}

function lineOf({ kid, bits, state, generation, since, archived, compromised }: TenantKeySummary): string {
  const life = [
    state === "active" ? `active since ${since}` : "",
    state === "unused" ? "never used" : "",
    archived === null ? "" : `archived ${archived}`,
    compromised === null ? "" : `compromised since ${compromised}`,
  ];
  const turn = generation === null ? "" : `generation ${generation}, `;
  return `${shownKeyId(kid)}  ${bits} bits, ${turn}${life.filter(Boolean).join(", ")}`;
}
