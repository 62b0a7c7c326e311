import { basename } from "node:path";
import { codeOf, RightsError } from "../../shared/errors.js";
import { isIgnoredName } from "../../shared/format/kind.js";
import type { PolicyAnswer } from "../../shared/protocol/service-api.js";
import { choosePolicy, isOwn, labelFor } from "../chosen-policy.js";
import { type Cover, type Document, readDocument, withDocument } from "../document.js";
import { noteRegistrations, sendNotes } from "../outbox.js";
import { ownLabelIn } from "../own-label.js";
import { currentPolicy } from "../policy-cache.js";
import { relabelling } from "../relabel.js";
import { reasonFrom, tellRelabel } from "../tell-relabel.js";
import { insideOf } from "../work/inside-label.js";
import { type Protector, protectStream } from "../work/protect-file.js";
import { carrierIn, reprotectFile, reprotectStream } from "../work/reprotect-file.js";
import { WantedCopies } from "./copies.js";
import { exits } from "./exit.js";
import { labelClear } from "./label-clear.js";
import { filesIn, outFolder } from "./paths.js";
import type { Progress } from "./progress.js";
import { openWork, type ProtectOptions, protectingFrom, protectOne, putOut } from "./protect.js";
import { accessTo } from "./read.js";
import { eachFile, type Told } from "./report.js";
import { reportOn } from "./report-protected.js";
import { say, shown } from "./say.js";
import { openSession, type Session } from "./session.js";
import { contentOfInput, meansStream, showingProgress } from "./streams.js";

export interface LabelOptions extends ProtectOptions {
  justification?: string;
  /** Take the label off instead of giving one. */
  remove?: boolean;
}

interface Labelling {
  readonly session: Session;
  readonly current: PolicyAnswer;
  readonly protector: Protector;
  readonly options: LabelOptions;
  readonly out: string | null;
  readonly reason: string | null;
  readonly copies: WantedCopies;
}

/** `seal label`: a clear file is protected under the label, a protected one is protected anew. */
export async function label(path: string, options: LabelOptions): Promise<number> {
  checkWish(options);
  const isStream = meansStream([path], options);
  const reason = reasonFrom(options.justification);
  const session = await openSession();
  const current = await currentPolicy(session.account);
  const by: Labelling = {
    session,
    current,
    protector: await openWork(session, current),
    options,
    out: await outFolder(options.out),
    reason,
    copies: new WantedCopies(options),
  };
  if (isStream) return labelInput(by);
  const files = await filesIn([path], (one) => !isIgnoredName(basename(one)));
  const code = await eachFile(files, options, (one, progress) => labelOne(one, by, progress));
  const codeOfCopies = await by.copies.make(session, by.protector);
  await sendNotes(session.account);
  return code || codeOfCopies;
}

/** @throws RightsError `usage`. */
function checkWish({ label, remove = false, ...wish }: LabelOptions): void {
  if ((label !== undefined) === remove)
    throw new RightsError("usage", "name a label with --label, or take the one a file has off with --remove");
  if (remove && (isOwn(wish) || (wish.expires ?? wish.offline ?? wish.ppdf) !== undefined || wish.generic || wish.html))
    throw new RightsError("usage", "--remove takes a label off and protects nothing; leave the other options out");
}

/** What a file is, its content says. */
async function labelOne(path: string, by: Labelling, progress: Progress): Promise<Told> {
  try {
    return await withDocument(path, (document) => relabel(document, by, progress));
  } catch (error) {
    if (codeOf(error) !== "not-protected") throw error;
    const told = await inClear(path, by, progress);
    if (told !== null) return told;
    const { protector, session, copies } = by;
    await tellLowering(path, by);
    return protectOne(path, { ...(await asClear(by)), protector, account: session.account, progress, copies });
  }
}

/** Of a clear file that is to be protected, and carries another label so far. */
async function tellLowering(path: string, { session, current, options, reason }: Labelling): Promise<void> {
  const { account } = session;
  const from = await ownLabelIn(path, account.info.tenant);
  const to = labelFor(current, options.label);
  if (from !== null && from !== to.id) await tellRelabel(account, current.labels, { license: null, from, to, reason });
}

/** A label that protects nothing is written into the file; `null` where there is more to do. */
async function inClear(path: string, by: Labelling, progress: Progress): Promise<Told | null> {
  const { options, current } = by;
  const label = options.remove ? null : labelFor(current, options.label);
  if (label !== null && (label.template !== null || isOwn(options) || options.generic || options.html)) return null;
  const told = await labelClear(path, { ...by, label, keep: options.keep ?? false }, progress);
  if (told === null && label === null) throw new RightsError("usage", "files of this kind carry no label inside");
  return told;
}

/** How what is clear yet is protected. */
async function asClear({ current, options }: Labelling) {
  const choice = choosePolicy(current, options, Date.now());
  return { ...(await protectingFrom(choice, options)), choice };
}

/** What a protected document becomes, after the service heard, or will hear, why. */
async function becoming(cover: Cover, { session, current, options, reason }: Labelling) {
  if (options.remove)
    throw new RightsError("usage", "it is protected under its label; both come off with: seal unprotect");
  const { account } = session;
  const granted = await accessTo(session, cover, { right: "EXPORT" });
  const { choice, from, name, isSame, isUnsure } = await relabelling(account, cover, granted, current, options);
  const { license: before, licenseBytes: license } = cover;
  const to = choice.label;
  if (!isSame) await tellRelabel(account, current.labels, { license, from: before.label, to, reason });
  const { ext: extension } = granted.use.terms;
  const anew = { access: granted, policy: choice.policy, label: to?.id ?? null, from, name, extension };
  return { choice, isSame, isUnsure, anew };
}

const unsure = (path: string) =>
  say(`${shown(path)}: the service is away; rights that were changed before go on holding`);

async function relabel(document: Document, by: Labelling, progress: Progress): Promise<Told> {
  const { protector, options, out } = by;
  const { account } = by.session;
  const { choice, isSame, isUnsure, anew } = await becoming(document, by);
  const isReadBefore = carrierIn(document.file.container, anew.extension) !== null;
  progress.expect((isReadBefore ? 3 : 2) * document.file.region.size);
  const inside = insideOf(choice, "Privileged");
  const how = { ...anew, inside, out, keep: options.keep ?? false, count: progress.count };
  const made = await reprotectFile(document, how, protector);
  by.copies.add(made, document.file.container, choice);
  await noteRegistrations(account, [made.published.license]);
  if (made.note !== undefined) say(`${shown(made.path)}: ${made.note}`);
  if (isUnsure) unsure(made.path);
  const what = isSame ? "has a new key, and opens for the same people" : "is protected";
  return {
    report: { ...reportOn(made, choice, account), owner: anew.from.owner },
    lines: [`${shown(made.path)} ${what}: ${shown(choice.name)}`],
  };
}

/** From standard input to standard output, whether it is protected or not. */
async function labelInput(by: Labelling): Promise<number> {
  const { session, protector } = by;
  await showingProgress("-", null, async (count) => {
    const { cover, rest } = await readDocument(contentOfInput(session.engine, count));
    if (cover === null) return putOut(await protectStream(rest, await asClear(by), protector), session);
    const { anew, isUnsure } = await becoming(cover, by);
    await putOut(await reprotectStream(rest, anew, protector), session);
    if (isUnsure) unsure("-");
  });
  return exits.done;
}
