import { labelPath } from "../../shared/label.js";
import { noteRegistration, sendRegistrations } from "../outbox.js";
import { currentPolicy } from "../policy-cache.js";
import { chooseLabel, openProtector } from "../protector.js";
import { protectFile } from "../work/protect-file.js";
import { recover } from "../work/recover.js";
import { exits } from "./exit.js";
import { filesIn, isClearName, outFolder } from "./paths.js";
import { eachFile, type ReportOptions } from "./report.js";
import { say, shown } from "./say.js";
import { openHomeJournal, openSession } from "./session.js";

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
