import { RightsError } from "../../shared/errors.js";
import { labelPath, needsReason } from "../../shared/label.js";
import type { Published } from "../../shared/protect.js";
import type { Account } from "../account.js";
import { type Choice, choosePolicy, needsLabels, type Wish } from "../chosen-policy.js";
import { noteRegistrations, sendNotes } from "../outbox.js";
import { ownLabelIn } from "../own-label.js";
import { type CurrentPolicy, currentPolicy } from "../policy-cache.js";
import { asAllowed, openProtector } from "../protector.js";
import { insideOf } from "../work/inside-label.js";
import {
  type ProtectedStream,
  type Protecting,
  type Protector,
  protectFile,
  protectStream,
} from "../work/protect-file.js";
import { recover } from "../work/recover.js";
import { pageOfStream } from "../work/sealed-page.js";
import { type CopyOptions, WantedCopies } from "./copies.js";
import { exits } from "./exit.js";
import { filesIn, isClearFile, outFolder, sizeIn } from "./paths.js";
import type { Progress } from "./progress.js";
import { eachFile, type Told } from "./report.js";
import { reportOn } from "./report-protected.js";
import { say, shown } from "./say.js";
import { openHomeJournal, openSession, type Session } from "./session.js";
import { contentOfInput, meansStream, piecesOfStream, showingProgress, toStandardOutput } from "./streams.js";

export interface ProtectOptions extends Wish, CopyOptions {
  generic?: boolean;
  out?: string;
  keep?: boolean;
}

export async function protect(paths: readonly string[], options: ProtectOptions): Promise<number> {
  const isStream = meansStream(paths, options);
  const session = await openSession();
  const { account } = session;
  const current = needsLabels(options) ? await currentPolicy(account) : null;
  const choice = choosePolicy(current, options, Date.now());
  const protector = await openWork(session, current);
  const how = await protectingFrom(choice, options);
  if (isStream) return protectInput(session, how, protector, options);
  const files = await filesIn(paths, isClearFile);
  const copies = new WantedCopies(options);
  const code = await eachFile(files, options, async (path, progress) => {
    await checkLowering(path, choice, account, current);
    return protectOne(path, { ...how, choice, protector, account, progress, copies });
  });
  if (files.length === 0) say("there is no file to protect there");
  const sending = sendNotes(account); // while copies are made, which add theirs
  sending.catch(() => undefined); // looked at below
  const codeOfCopies = await copies.make(session, protector);
  await sending;
  await sendNotes(account);
  return code || codeOfCopies;
}

/** A label that is less sensitive than the one in the file may take a reason, which `seal label` has a place for. */
async function checkLowering(path: string, { label }: Choice, account: Account, current: CurrentPolicy | null) {
  if (label === null || current === null) return;
  const from = await ownLabelIn(path, account.info.tenant);
  if (!needsReason(current.labels, from, label)) return;
  const before = labelPath(current.labels, current.labels.find(({ id }) => id === from)!);
  const how = "say why with: seal label --justification TEXT";
  throw new RightsError("usage", `this label is less sensitive than ${before}, which the file carries; ${how}`);
}

/** What replacing files by protected ones takes; what a dead process left is settled first. */
export async function openWork({ home, account, engine }: Session, current: CurrentPolicy | null): Promise<Protector> {
  const journal = await openHomeJournal(home);
  await recover(journal);
  return openProtector(await asAllowed(account, current), engine, journal);
}

export async function protectingFrom(choice: Choice, options: ProtectOptions): Promise<Protecting> {
  const { generic = false, keep = false, out } = options;
  const { policy, label } = choice;
  const inside = insideOf(choice, options.label === undefined ? "Standard" : "Privileged");
  return { policy, label: label?.id ?? null, inside, generic, keep, out: await outFolder(out) };
}

interface One extends Protecting {
  readonly choice: Choice;
  readonly protector: Protector;
  readonly account: Account;
  readonly progress: Progress;
  readonly copies: WantedCopies;
}

export async function protectOne(
  path: string,
  { choice, protector, account, progress, copies, ...how }: One,
): Promise<Told> {
  progress.expect(2 * (await sizeIn(path)));
  const result = await protectFile(path, { ...how, count: progress.count }, protector);
  await noteRegistrations(account, [result.published.license]);
  copies.add(result, result.kind.container, choice);
  if (result.kind.note) say(`${shown(path)}: ${result.kind.note}`);
  return {
    report: reportOn(result, choice, account),
    lines: [`${shown(result.path)} is protected: ${shown(choice.name)}`],
  };
}

/** From standard input to standard output: what has no name is wrapped as a `.pfile` without an extension. */
async function protectInput(session: Session, how: Protecting, by: Protector, { html }: ProtectOptions) {
  await showingProgress("-", null, async (count) => {
    if (!html) return putOut(await protectStream(contentOfInput(session.engine, count), how, by), session);
    const { published, bytes } = await protectStream(piecesOfStream(process.stdin, count), how, by);
    const { organisation } = session.account.info;
    await putOut({ published, bytes: pageOfStream(bytes, organisation) }, session);
  });
  return exits.done;
}

/** Registered at once, since what has left cannot be called back, should the rest fail. */
export async function putOut({ published, bytes }: ProtectedStream, { account, engine }: Session): Promise<void> {
  const registered = register(account, published);
  registered.catch(() => undefined); // looked at below
  await toStandardOutput(bytes, engine.memory);
  await registered;
}

async function register(account: Account, { license }: Published): Promise<void> {
  await noteRegistrations(account, [license]);
  await sendNotes(account);
}
