import { extname } from "node:path";
import type { Account } from "../account.js";
import { type Choice, choosePolicy, needsLabels, type Wish } from "../chosen-policy.js";
import { noteRegistrations, sendRegistrations } from "../outbox.js";
import { currentPolicy } from "../policy-cache.js";
import { openProtector } from "../protector.js";
import {
  type ProtectedResult,
  type Protecting,
  type Protector,
  protectFile,
  protectStream,
} from "../work/protect-file.js";
import { recover } from "../work/recover.js";
import { exits } from "./exit.js";
import { filesIn, isClearName, outFolder, sizeIn } from "./paths.js";
import { eachFile, type FileReport, type ReportOptions } from "./report.js";
import { say, shown } from "./say.js";
import { openHomeJournal, openSession } from "./session.js";
import { meansStream, piecesOfInput, toStandardOutput } from "./streams.js";

export interface ProtectOptions extends Wish, ReportOptions {
  generic?: boolean;
  out?: string;
  keep?: boolean;
}

export async function protect(paths: readonly string[], options: ProtectOptions): Promise<number> {
  const isStream = meansStream(paths, options);
  const { home, account, engine } = await openSession();
  const choice = choosePolicy(needsLabels(options) ? await currentPolicy(account) : null, options, Date.now());
  const journal = await openHomeJournal(home);
  await recover(journal);
  const protector = await openProtector(await account.renew().catch(() => account), engine, journal);
  const { generic = false, keep = false } = options;
  const { policy, label } = choice;
  const how = { policy, label: label?.id ?? null, generic, keep, out: await outFolder(options.out) };
  if (isStream) return protectInput(account, how, protector);
  const files = await filesIn(paths, isClearName);
  const code = await eachFile(files, options, async (path, progress) => {
    progress.expect(2 * (await sizeIn(path)));
    const result = await protectFile(path, { ...how, count: progress.count }, protector);
    await noteRegistrations(account, [result.published.license]);
    if (result.kind.note) say(`${shown(path)}: ${result.kind.note}`);
    return {
      report: reportOn(result, choice, account),
      lines: [`${shown(result.path)} is protected: ${shown(choice.name)}`],
    };
  });
  if (files.length === 0) say("there is no file to protect there");
  await sendRegistrations(account);
  return files.length === 0 ? exits.done : code;
}

/** What is said of a file just protected: whoever did has every right, and asks for a license like everybody. */
export function reportOn({ path, published }: ProtectedResult, { policy, labelName }: Choice, { info }: Account) {
  const report: FileReport = {
    path,
    state: "protected",
    format: extname(path).slice(1),
    label: labelName,
    organisation: info.organisation,
    owner: info.address,
    contentId: published.contentId,
    edition: 1,
    rights: ["OWNER"],
    expires: policy.until,
  };
  return report;
}

/** From standard input to standard output: what has no name is wrapped as a `.pfile` without an extension. */
async function protectInput(account: Account, how: Protecting, protector: Protector): Promise<number> {
  const { published, bytes } = await protectStream(piecesOfInput(process.stdin), how, protector);
  await toStandardOutput(bytes, "-", null);
  await noteRegistrations(account, [published.license]);
  await sendRegistrations(account);
  return exits.done;
}
