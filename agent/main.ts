import { setTimeout as sleep } from "node:timers/promises";
import { equalBytes } from "../shared/bytes.js";
import { usePrimitives } from "../shared/crypto/primitives.js";
import { codeOf, RightsError, type RightsErrorCode } from "../shared/errors.js";
import { nodeHttp } from "../shared/node/http.js";
import { nodePrimitives } from "../shared/node/primitives.js";
import { useHttp } from "../shared/protocol/http.js";
import { type Account, openAccount } from "./account.js";
import { type NodeEngine, nodeEngine } from "./bulk/node-engine.js";
import { type ControlRequest, serveControl } from "./control.js";
import { FreshPolicy } from "./fresh-policy.js";
import { type Home, openHome } from "./home.js";
import { answerOfLink } from "./link/control.js";
import { type Link, openLink } from "./link/link.js";
import type { LinkParts } from "./link/link-parts.js";
import { PromisedDocuments } from "./link/promised.js";
import { keepPromises } from "./link/protect-path.js";
import { withLock } from "./lock.js";
import { asAllowed, openProtector } from "./protector.js";
import { Registrations } from "./registrations.js";
import { eraseAbandoned } from "./session/private-folder.js";
import { recoverEdits } from "./session/recover-edits.js";
import { WaitingCopies } from "./waiting-copies.js";
import { Watcher } from "./watch/watcher.js";
import { chooseWatched } from "./watched-choice.js";
import { readWatches, type Watch } from "./watches.js";
import { insideOf } from "./work/inside-label.js";
import { openJournal } from "./work/journal.js";
import { shown } from "./work/names.js";
import { type Protector, protectFile } from "./work/protect-file.js";
import { recover } from "./work/recover.js";

/** The background process: builds the parts, watches folders, tells the service what was protected. */

const chores = { everyMs: 30_000, renewEveryMs: 6 * 3_600_000, retryEveryMs: 600_000 };

declare const SEALWRIGHT_VERSION: string;

/** What a new sign-in may have put right. */
const signInCodes: readonly RightsErrorCode[] = ["sign-in-needed", "device-removed", "account-mismatch"];

interface Parts {
  readonly home: Home;
  readonly promised: PromisedDocuments;
  readonly policy: FreshPolicy;
  readonly registrations: Registrations;
  readonly copies: WaitingCopies;
  readonly engine: NodeEngine;
  account: Account;
  protector: Protector;
}

/** @param remark - says of a file in a watched folder what there is to say. */
async function build(home: Home, remark: (path: string, reason: string) => void): Promise<Parts> {
  const account = await openAccount(home);
  const journal = await openJournal(home.path);
  await recover(journal);
  const engine = nodeEngine(new URL("./segment-worker.js", import.meta.url));
  const protector = await openProtector(account, engine, journal);
  const registrations = new Registrations();
  const copies = new WaitingCopies({
    home,
    protector: () => parts.protector,
    made: (license) => registrations.add(parts.account, license),
    failed: remark,
  });
  const [policy, promised] = [new FreshPolicy(), new PromisedDocuments(home)];
  const parts: Parts = { home, promised, policy, registrations, copies, engine, account, protector };
  return parts;
}

/** Everything dropped in a watched folder comes through here. Who signed in anew meanwhile is who protects. */
async function protectWatched(parts: Parts, path: string, watch: Watch): Promise<string> {
  try {
    return await protectNow(parts, path, watch);
  } catch (error) {
    if (!signInCodes.includes(codeOf(error)) || !(await followAccount(parts).catch(() => false))) throw error;
    return protectNow(parts, path, watch);
  }
}

async function protectNow(parts: Parts, path: string, watch: Watch): Promise<string> {
  const current = await parts.policy.get(parts.account);
  await goOnWith(parts, await asAllowed(parts.account, current));
  const choice = await chooseWatched(path, watch, current, parts.account.info.tenant, Date.now());
  const { policy, label } = choice;
  const how = { policy, label: label.id, inside: insideOf(choice, "Standard"), within: watch.folder };
  const { path: made, published, kind } = await protectFile(path, how, parts.protector);
  parts.registrations.add(parts.account, published.license);
  if (kind.container === "office" && label.pdfCopy)
    await parts.copies.add({ path: made, contentKey: published.contentKey }, published.contentId);
  return made;
}

/** What the link to pages takes of all this. */
const partsOfLink = (parts: Parts): LinkParts => ({
  home: parts.home,
  version: SEALWRIGHT_VERSION,
  engine: parts.engine,
  promised: parts.promised,
  account: () => parts.account,
  async signedIn() {
    await followAccount(parts);
    return parts.account;
  },
  expect(bytes) {
    parts.engine.expect(bytes);
    void forProtecting(parts).catch(() => undefined); // whoever then needs it hears why
  },
  forProtecting: () => forProtecting(parts),
  protected: (license) => parts.registrations.add(parts.account, license),
  copyLater: (original, contentId) => parts.copies.add(original, contentId),
});

async function forProtecting(parts: Parts) {
  await followAccount(parts);
  const current = await parts.policy.get(parts.account);
  await goOnWith(parts, await asAllowed(parts.account, current));
  return { current, protector: parts.protector, account: parts.account };
}

/** Watching goes on without a link: other programs may have its ports. */
async function linkOf(parts: Parts): Promise<Link | null> {
  try {
    return await openLink(partsOfLink(parts));
  } catch (error) {
    process.stderr.write(`seal: pages cannot reach the agent: ${sentenceOf(error)}\n`);
    return null;
  }
}

/** Now and then: what the service has not heard of, and certificates near their end. */
async function doChores(parts: Parts): Promise<void> {
  let [renewedMs, retriedMs] = [0, 0];
  const tell = notKept(new Set());
  for (;;) {
    await followAccount(parts).catch(() => undefined); // nobody is signed in, or the device was removed
    await parts.registrations.send(parts.account);
    await recover(parts.protector.journal).catch(() => undefined); // a drive may be back, or another agent gone
    await keepPromises(partsOfLink(parts), tell).catch(() => undefined);
    await parts.copies.resume(parts.account).catch(() => undefined);
    const retryKept = Date.now() - retriedMs > chores.retryEveryMs;
    if (retryKept) retriedMs = Date.now();
    await recoverEdits(parts, { retryKept }).catch(() => undefined); // another time
    if (Date.now() - renewedMs > chores.renewEveryMs) {
      renewedMs = Date.now();
      await renew(parts).catch(() => undefined); // the service is away: what is at hand lasts for weeks
    }
    await sleep(chores.everyMs, undefined, { ref: false });
  }
}

/** Once for each reason: it is tried again every half minute. */
function notKept(said: Set<string>): (path: string, error: unknown) => void {
  return (path, error) => {
    const line = `seal: ${shown(path)} is not protected yet: ${sentenceOf(error)}\n`;
    if (!said.has(line)) process.stderr.write(line);
    said.add(line);
  };
}

const renew = async (parts: Parts): Promise<void> => goOnWith(parts, await parts.account.renew());

/** Takes over what another process made of the account: a new sign-in, new certificates. @returns whether it was. */
async function followAccount(parts: Parts): Promise<boolean> {
  const account = await openAccount(parts.home);
  if (equalBytes(account.certificates.account, parts.account.certificates.account)) return false;
  await goOnWith(parts, account);
  return true;
}

async function goOnWith(parts: Parts, account: Account): Promise<void> {
  if (account === parts.account) return;
  const { engine, journal } = parts.protector;
  parts.protector = await openProtector(account, engine, journal);
  parts.account = account;
}

/** One that is just ending has so long, in ms, to be gone. */
const handOverMs = 2000;

async function run(): Promise<void> {
  usePrimitives(nodePrimitives);
  useHttp(nodeHttp);
  const home = await openHome();
  const because = "the agent is running already";
  await withLock(home, () => runIn(home), { name: "agent", waitMs: handOverMs, because });
}

async function runIn(home: Home): Promise<void> {
  await eraseAbandoned(home);
  const parts = await build(home, (path, reason) => watcher.remark(path, reason));
  const watcher: Watcher = new Watcher((path, watch) => protectWatched(parts, path, watch), undefined, home.path);
  const ended = deferred();
  const link = await linkOf(parts);
  const end = () => ended.resolve(undefined);
  const server = await serveControl(home, (request) => answer(request, watcher, home, link, end));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const)
    process.once(signal as NodeJS.Signals, () => ended.resolve(undefined));
  await watcher.set(await readWatches(home));
  void doChores(parts);
  process.stdout.write(`${JSON.stringify({ ready: home.path })}\n`);
  await ended.promise;
  await link?.close();
  await watcher.close();
  await parts.copies.close();
  await parts.registrations.note();
  server.close();
}

function deferred() {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((given) => {
    resolve = given;
  });
  return { promise, resolve };
}

async function answer(
  request: ControlRequest,
  watcher: Watcher,
  home: Home,
  link: Link | null,
  end: () => void,
): Promise<unknown> {
  if (request.ask === "reload") await watcher.set(await readWatches(home));
  else if (request.ask === "stop") end();
  else if (request.ask !== "status") return answerOfLink(request, link);
  return watcher.snapshot();
}

const sentenceOf = (error: unknown): string =>
  error instanceof RightsError ? error.message : "something went wrong inside this program";

run().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`seal: error: ${sentenceOf(error)}\n`);
    if (process.env.SEALWRIGHT_DEBUG === "1") console.error(error);
    process.exit(1);
  },
);
