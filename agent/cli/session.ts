import { usePrimitives } from "../../shared/crypto/primitives.js";
import { nodePrimitives } from "../../shared/node/primitives.js";
import { type Account, openAccount } from "../account.js";
import { type NodeEngine, nodeEngine } from "../bulk/node-engine.js";
import { type Home, openHome } from "../home.js";
import { type Journal, openJournal } from "../work/journal.js";

/** What most commands begin with: this home, and the person signed in. */
export interface Session {
  readonly home: Home;
  readonly account: Account;
  readonly engine: NodeEngine;
}

/** Beside the program itself, as the build lays them. */
export const segmentWorker = new URL("./segment-worker.js", import.meta.url);

/** @throws RightsError `sign-in-needed`, `config-invalid`, `state-damaged`. */
export async function openSession(): Promise<Session> {
  const home = await openHome();
  usePrimitives(nodePrimitives);
  return { home, account: await openAccount(home), engine: nodeEngine(segmentWorker) };
}

export const openHomeJournal = (home: Home): Promise<Journal> => openJournal(home.path);
