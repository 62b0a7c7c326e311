import { labelPath } from "../../shared/label.js";
import type { Account } from "../account.js";
import { noteRegistration, sendRegistrations } from "../outbox.js";
import { currentPolicy } from "../policy-cache.js";
import { chooseLabel, openProtector } from "../protector.js";
import { type Protecting, type Protector, protectFile, protectStream } from "../work/protect-file.js";
import { recover } from "../work/recover.js";
import { exits } from "./exit.js";
import { filesIn, isClearName, outFolder } from "./paths.js";
import { eachFile, type ReportOptions } from "./report.js";
import { say, shown } from "./say.js";
import { openHomeJournal, openSession } from "./session.js";
import { piecesOfInput, toStandardOutput } from "./streams.js";

export interface ProtectOptions extends ReportOptions {
  label?: string;
  generic?: boolean;
  out?: string;
  keep?: boolean;
}

export async function protect(paths: readonly string[], options: ProtectOptions): Promise<number> {
  const { home, account, engine } = await openSession();
  const current = await currentPolicy(account);
  const { policy, label } = chooseLabel(current, options.label, Date.now());
  const journal = await openHomeJournal(home);
  await recover(journal);
  const protector = await openProtector(await account.renew().catch(() => account), engine, journal);
  const { generic = false, keep = false } = options;
  const how = { policy, label: label.id, generic, keep, out: await outFolder(options.out) };
  const named = labelPath(current.labels, label);
  if (paths.length === 1 && paths[0] === "-") return protectInput(account, how, protector);
  const files = await filesIn(paths, isClearName);
  const code = await eachFile(files, options, async (path) => {
    const { path: made, kind, published } = await protectFile(path, how, protector);
    await noteRegistration(account, published.license, published.digest);
    if (kind.note) say(`${shown(path)}: ${kind.note}`);
    const report = { path: made, state: "protected", label: named, contentId: published.contentId, edition: 1 };
    return { report, lines: [`${shown(made)} is protected: ${shown(named)}`] };
  });
  if (files.length === 0) say("there is no file to protect there");
  await sendRegistrations(account);
  return files.length === 0 ? exits.done : code;
}

/** From standard input to standard output: what has no name is wrapped as a `.pfile` without an extension. */
async function protectInput(account: Account, how: Protecting, protector: Protector): Promise<number> {
  const { published, bytes } = await protectStream(piecesOfInput(process.stdin), how, protector);
  await toStandardOutput(bytes);
  await noteRegistration(account, published.license, published.digest);
  await sendRegistrations(account);
  return exits.done;
}
