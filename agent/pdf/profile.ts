import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

type Setting = readonly [path: string, name: string, value: string];

/** Macros never run, links are never followed, and nothing is asked or told. */
const settings: readonly Setting[] = [
  ["Common/Security/Scripting", "MacroSecurityLevel", "3"],
  ["Common/Security/Scripting", "DisableMacrosExecution", "true"],
  ["Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"],
  ["Common/Security/Scripting", "DisableActiveContent", "true"],
  ["Writer/Content/Update", "Link", "0"],
  ["Calc/Content/Update", "Link", "1"],
  ["Common/Misc", "FirstRun", "false"],
];

const item = ([path, name, value]: Setting) =>
  `<item oor:path="/org.openoffice.Office.${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`;

/** A profile of LibreOffice that was never used before, in `folder`. */
export async function makeProfile(folder: string): Promise<void> {
  await mkdir(join(folder, "user"), { recursive: true, mode: 0o700 });
  const namespaces = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"';
  const items = `<?xml version="1.0" encoding="UTF-8"?>\n<oor:items ${namespaces}>${settings.map(item).join("")}</oor:items>\n`;
  await writeFile(join(folder, "user", "registrymodifications.xcu"), items, { mode: 0o600 });
}
