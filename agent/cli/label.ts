import { codeOf } from "../../shared/errors.js";
import { isIgnoredName } from "../../shared/format/kind.js";
import type { PolicyAnswer } from "../../shared/protocol/service-api.js";
import { choosePolicy } from "../chosen-policy.js";
import { type Document, withDocument } from "../document.js";
import { noteRegistrations, sendNotes } from "../outbox.js";
import { currentPolicy } from "../policy-cache.js";
import { relabelling } from "../relabel.js";
import type { Protector } from "../work/protect-file.js";
import { reprotectFile } from "../work/reprotect-file.js";
import { filesIn, outFolder } from "./paths.js";
import type { Progress } from "./progress.js";
import { openWork, type ProtectOptions, protectingFrom, protectOne, reportOn } from "./protect.js";
import { accessTo } from "./read.js";
import { reasonFrom, tellRelabel } from "./reason.js";
import { eachFile, type Told } from "./report.js";
import { say, shown } from "./say.js";
import { openSession, type Session } from "./session.js";

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
}

/** `seal label`: a clear file is protected under the label, a protected one is protected anew. */
export async function label(path: string, options: LabelOptions): Promise<number> {
  const reason = reasonFrom(options.justification);
  const session = await openSession();
  const current = await currentPolicy(session.account);
  const by: Labelling = {
    session,
    current,
    protector: await openWork(session),
    options,
    out: await outFolder(options.out),
    reason,
  };
  const files = await filesIn([path], (name) => !isIgnoredName(name));
  const code = await eachFile(files, options, (one, progress) => labelOne(one, by, progress));
  await sendNotes(session.account);
  return code;
}

/** What a file is, its content says. */
async function labelOne(path: string, by: Labelling, progress: Progress): Promise<Told> {
  try {
    return await withDocument(path, (document) => relabel(document, by, progress));
  } catch (error) {
    if (codeOf(error) !== "not-protected") throw error;
    const { current, options, protector, session } = by;
    const choice = choosePolicy(current, options, Date.now());
    const how = await protectingFrom(choice, options);
    return protectOne(path, { ...how, choice, protector, account: session.account, progress });
  }
}

async function relabel(document: Document, by: Labelling, progress: Progress): Promise<Told> {
  const { session, current, protector, options, out, reason } = by;
  const { account } = session;
  const granted = await accessTo(session, document, { right: "EXPORT" });
  const { choice, from, name, isSame, isUnsure } = await relabelling(account, document, granted, current, options);
  const { license: before, licenseBytes: license } = document;
  const to = choice.label;
  if (!isSame) await tellRelabel(account, current.labels, { license, from: before.label, to, reason });
  progress.expect(2 * document.file.region.size);
  const { policy } = choice;
  const access = { ...granted, trust: account.trust };
  const { count } = progress;
  const how = { access, policy, label: to?.id ?? null, from, name, out, keep: options.keep ?? false, count };
  const made = await reprotectFile(document, how, protector);
  await noteRegistrations(account, [made.published.license]);
  if (isUnsure) say(`${shown(made.path)}: the service is away; rights that were changed before go on holding`);
  const what = isSame ? "has a new key, and opens for the same people" : "is protected";
  return {
    report: { ...reportOn(made, choice, account), owner: from.owner },
    lines: [`${shown(made.path)} ${what}: ${shown(choice.name)}`],
  };
}
