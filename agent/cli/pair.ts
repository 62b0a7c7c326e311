import { setTimeout as sleep } from "node:timers/promises";
import { RightsError } from "../../shared/errors.js";
import { openAccount } from "../account.js";
import { askAgent } from "../control.js";
import { type Home, openHome } from "../home.js";
import { spacedCode } from "../link/local-page.js";
import type { CodeState } from "../link/pairing-code.js";
import { listPairings, type Pairing, removePairing } from "../link/pairings.js";
import type { Question } from "../link/questions.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, say, shown } from "./say.js";

const lookEveryMs = 500;

/** @throws RightsError `busy` when no agent runs, or it could not listen. */
async function askLink<T>(home: Home, request: Parameters<typeof askAgent>[1]): Promise<T> {
  const answer = await askAgent(home, request);
  if (answer !== null) return answer as T;
  throw new RightsError("busy", "the agent is not running, or pages cannot reach it; start it with: seal agent");
}

/** `seal pair`: shows a code until a page was paired with it, or it is over. */
export async function pair({ json }: ReportOptions): Promise<number> {
  const home = await openHome();
  const before = await listPairings(await openAccount(home));
  const { code, untilMs } = await askLink<{ code: string; untilMs: number }>(home, { ask: "pair" });
  const until = new Date(untilMs).toISOString();
  if (json) printJson({ code: spacedCode(code), until });
  else print(spacedCode(code));
  if (!json) say("type this code into the page that is to be paired with this computer; it is valid for two minutes");
  const state = await untilSettled(home, code);
  if (state === "over")
    throw new RightsError("pairing-failed", "the code was not used in time; show another one with: seal pair");
  const known = new Set(before.map(({ id }) => id));
  const made = (await listPairings(await openAccount(home))).filter(({ id }) => !known.has(id));
  for (const pairing of made) tell(pairing, json, "is paired");
  return exits.done;
}

async function untilSettled(home: Home, code: string): Promise<CodeState> {
  for (;;) {
    const state = await askLink<CodeState>(home, { ask: "pairing", code });
    if (state !== "open") return state;
    await sleep(lookEveryMs);
  }
}

function tell(pairing: Pairing, json: boolean | undefined, what: string): void {
  if (json) printJson(forPrograms(pairing));
  else say(`${shown(`${pairing.name} at ${pairing.origin}`)} ${what}`);
}

const forPrograms = ({ id, origin, name, madeMs, usedMs }: Pairing) => ({
  id,
  origin,
  name,
  paired: new Date(madeMs).toISOString(),
  used: new Date(usedMs).toISOString(),
});

/** `seal pair list`. */
export async function list({ json }: ReportOptions): Promise<number> {
  const pairings = await listPairings(await openAccount(await openHome()));
  for (const pairing of pairings) {
    if (json) printJson(forPrograms(pairing));
    else
      print(shown(`${pairing.id}  ${pairing.name}  ${pairing.origin}  used ${forPrograms(pairing).used.slice(0, 10)}`));
  }
  if (pairings.length === 0) say("no page is paired with this computer; pair one with: seal pair");
  return exits.done;
}

/** `seal pair remove`: its page is heard no more, from now on. */
export async function remove(id: string, { json }: ReportOptions): Promise<number> {
  const home = await openHome();
  const removed = await removePairing(await openAccount(home), id);
  if (removed === null) throw new RightsError("usage", `there is no pairing ${id}; see: seal pair list`);
  await askAgent(home, { ask: "unpaired", id });
  tell(removed, json, "is paired no longer");
  return exits.done;
}

/** `seal pair questions`: what pages want that a person has to agree to. */
export async function questions({ json }: ReportOptions): Promise<number> {
  const open = await askLink<Question[]>(await openHome(), { ask: "questions" });
  for (const { id, origin, client, file, owner, untilMs } of open) {
    if (json) printJson({ id, origin, name: client, file, owner, until: new Date(untilMs).toISOString() });
    else print(shown(`${id}  ${client} (${origin}) wants the clear content of ${file}, which ${owner} protected`));
  }
  if (open.length === 0) say("no page waits for an answer");
  return exits.done;
}

export const allow = (id: string, options: ReportOptions): Promise<number> => answer(id, true, options);
export const deny = (id: string, options: ReportOptions): Promise<number> => answer(id, false, options);

async function answer(id: string, allowed: boolean, { json }: ReportOptions): Promise<number> {
  const waited = await askLink<boolean>(await openHome(), { ask: "answer", id, allow: allowed });
  if (!waited) throw new RightsError("usage", `no page waits for the answer ${id}; see: seal pair questions`);
  if (json) printJson({ id, allowed });
  else say(allowed ? "the page gets the document without protection" : "the document stays protected");
  return exits.done;
}
