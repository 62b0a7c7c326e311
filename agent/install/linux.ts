import { join } from "node:path";
import { protectedSuffixes } from "../../shared/format/kind.js";
import { type Around, ownHome, type Plan } from "./plan.js";

/** shared-mime-info and .desktop files, and a user's systemd or the desktop's autostart. */

export const mimeType = "application/x-sealwright";
const unit = "sealwright-agent.service";

/** One word of Exec= in a .desktop file: quoted, and then written as a string of such a file. */
export const desktopWord = (word: string): string =>
  `"${word.replace(/["`$\\]/g, "\\$&").replaceAll("%", "%%")}"`.replaceAll("\\", "\\\\");

/** One word of ExecStart= in a unit. */
export const unitWord = (word: string): string =>
  `"${word.replace(/["\\]/g, "\\$&").replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;

const xml = (text: string): string => text.replace(/[<>&"]/g, (char) => `&#${char.charCodeAt(0)};`);

const mimePackage = (): string => `<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="${mimeType}">
    <comment>protected file</comment>
    <comment xml:lang="de">geschützte Datei</comment>
    <generic-icon name="x-office-document"/>
    <magic priority="60"><match type="string" offset="0" value=".pfile"/></magic>
${protectedSuffixes.map((suffix) => `    <glob pattern="*${xml(suffix)}"/>`).join("\n")}
  </mime-type>
</mime-info>
`;

function exec(around: Around, ...words: string[]): string {
  const own = ownHome(around);
  const env = own === undefined ? [] : ["env", `SEALWRIGHT_HOME=${own}`];
  return [...env, ...around.program, ...words].map(desktopWord).join(" ");
}

const application = (around: Around): string => `[Desktop Entry]
Type=Application
Name=Sealwright
Comment=Open protected files
Comment[de]=Geschützte Dateien öffnen
Exec=${exec(around, "open")} %f
MimeType=${mimeType};
NoDisplay=true
Terminal=false
`;

const autostart = (around: Around): string => `[Desktop Entry]
Type=Application
Name=Sealwright agent
Comment=Protects what is put into watched folders
Exec=${exec(around, "agent")}
NoDisplay=true
Terminal=false
`;

function userUnit(around: Around): string {
  const own = ownHome(around);
  return `[Unit]
Description=Sealwright agent: protects what is put into watched folders

[Service]
${own === undefined ? "" : `Environment=${unitWord(`SEALWRIGHT_HOME=${own}`)}\n`}ExecStart=${[...around.program, "agent"].map(unitWord).join(" ")}
Restart=on-failure
RestartSec=30
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`;
}

/** What `update-mime-database` and `update-desktop-database` write. */
const mimeFiles =
  "aliases generic-icons globs globs2 icons magic mime.cache subclasses treemagic types version XMLnamespaces";

/** @param hasUserUnits - whether this user's systemd runs. */
export function linuxPlan(around: Around, hasUserUnits: boolean): Plan {
  const data = around.env.XDG_DATA_HOME || join(around.home, ".local/share");
  const config = around.env.XDG_CONFIG_HOME || join(around.home, ".config");
  const [mime, applications] = [join(data, "mime"), join(data, "applications")];
  const background = hasUserUnits
    ? { path: join(config, "systemd/user", unit), content: userUnit(around) }
    : { path: join(config, "autostart/sealwright-agent.desktop"), content: autostart(around) };
  const systemctl = (about: string, ...words: string[]) =>
    hasUserUnits ? [{ command: ["systemctl", "--user", ...words], about } as const] : [];
  return {
    files: [
      { path: join(mime, "packages/sealwright.xml"), content: mimePackage(), about: "what a protected file is" },
      { path: join(applications, "sealwright.desktop"), content: application(around), about: "what opens it" },
      { ...background, about: "the agent, started when you log in" },
    ],
    enable: systemctl("the agent runs", "enable", "--now", unit),
    disable: systemctl("the agent is stopped", "disable", "--now", unit),
    refresh: [
      { command: ["update-mime-database", mime], about: "file types are known" },
      { command: ["update-desktop-database", applications], about: "programs for them are known" },
      ...systemctl("units are known", "daemon-reload"),
    ],
    made: [
      { folder: join(mime, "packages"), names: [] },
      { folder: mime, names: mimeFiles.split(" ") },
      { folder: applications, names: ["mimeinfo.cache"] },
    ],
  };
}
