import { basename } from "node:path";
import { codeOf } from "../../shared/errors.js";
import { isIgnoredName } from "../../shared/format/kind.js";
import type { PolicyAnswer } from "../../shared/protocol/service-api.js";
import { choosePolicy } from "../chosen-policy.js";
import { type Cover, type Document, readDocument, withDocument } from "../document.js";
import { noteRegistrations, sendNotes } from "../outbox.js";
import { currentPolicy } from "../policy-cache.js";
import { relabelling } from "../relabel.js";
import { reasonFrom, tellRelabel } from "../tell-relabel.js";
import { type Protector, protectStream } from "../work/protect-file.js";
import { reprotectFile, reprotectStream } from "../work/reprotect-file.js";
import { WantedCopies } from "./copies.js";
import { exits } from "./exit.js";
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
  label: string;
  justification?: string;
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

/** What a file is, its content says. */
async function labelOne(path: string, by: Labelling, progress: Progress): Promise<Told> {
  try {
    return await withDocument(path, (document) => relabel(document, by, progress));
  } catch (error) {
    if (codeOf(error) !== "not-protected") throw error;
    const { protector, session, copies } = by;
    return protectOne(path, { ...(await asClear(by)), protector, account: session.account, progress, copies });
  }
}

/** How what is clear yet is protected. */
async function asClear({ current, options }: Labelling) {
  const choice = choosePolicy(current, options, Date.now());
  return { ...(await protectingFrom(choice, options)), choice };
}

/** What a protected document becomes, after the service heard, or will hear, why. */
async function becoming(cover: Cover, { session, current, options, reason }: Labelling) {
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
  progress.expect(2 * document.file.region.size);
  const how = { ...anew, out, keep: options.keep ?? false, count: progress.count };
  const made = await reprotectFile(document, how, protector);
  by.copies.add(made, document.file.container, choice);
  await noteRegistrations(account, [made.published.license]);
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
