import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

type Setting = readonly [path: string, name: string, value: string];

/** Macros never run, links are never followed, nothing is asked or told, and no time is lost. */
const settings: readonly Setting[] = [
  ["Office.Common/Security/Scripting", "MacroSecurityLevel", "3"],
  ["Office.Common/Security/Scripting", "DisableMacrosExecution", "true"],
  ["Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"],
  ["Office.Common/Security/Scripting", "DisableActiveContent", "true"],
  ["Office.Writer/Content/Update", "Link", "0"],
  ["Office.Calc/Content/Update", "Link", "1"],
  ["Office.Common/Misc", "FirstRun", "false"],
  ["Setup/Product", "ooSetupLastVersion", "99.9"], // else it tries out its graphics at each start, which takes most of it
];

const item = ([path, name, value]: Setting) =>
  `<item oor:path="/org.openoffice.${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`;

/** A profile of LibreOffice that was never used before, in `folder`. @param libreOffice - where its program is. */
export async function makeProfile(folder: string, libreOffice: string): Promise<void> {
  const user = join(folder, "user");
  await mkdir(join(user, "extensions"), { recursive: true, mode: 0o700 });
  const namespaces = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"';
  const items = `<?xml version="1.0" encoding="UTF-8"?>\n<oor:items ${namespaces}>${settings.map(item).join("")}</oor:items>\n`;
  await writeFile(join(user, "registrymodifications.xcu"), items, { mode: 0o600 });
  const build = await buildOf(libreOffice);
  if (build !== null) await writeFile(join(user, "extensions", "buildid"), build, { mode: 0o600 });
}

/** What the extensions of a profile are noted to be for: where that is another build or none, it starts a second time. */
async function buildOf(libreOffice: string): Promise<string | null> {
  try {
    const version = await readFile(join(dirname(await realpath(libreOffice)), "versionrc"), "utf8");
    return /^buildid=(.+)$/m.exec(version)?.[1] ?? null;
  } catch {
    return null; // elsewhere in this one
  }
}
