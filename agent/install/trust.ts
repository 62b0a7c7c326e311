import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Home } from "../home.js";
import { authorityFile, openCertificate } from "../link/link-files.js";
import { type Done, run } from "./apply.js";
import type { Step } from "./plan.js";

/** Lets this person's browsers trust the authority of the agent's link; which trusts for localhost and nothing else. */

/** What it is called among other certificates. */
const nickname = "Sealwright on this computer";

export interface TrustPlan {
  readonly trust: readonly Step[];
  readonly distrust: readonly Step[];
}

/** Each person's own certificates: Chromium's, and those of each of Firefox's profiles. */
export function browserDatabases(home: string): string[] {
  const chromium = [join(home, ".pki/nssdb"), join(home, "snap/chromium/current/.pki/nssdb")];
  const profiles = [join(home, ".mozilla/firefox"), join(home, "snap/firefox/common/.mozilla/firefox")];
  const firefox = profiles
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return [...chromium, ...firefox].filter((folder) => existsSync(join(folder, "cert9.db")));
}

/** @param file - the authority, PEM. @param databases - of browsers, where they have some of their own. */
export function trustPlan(
  platform: NodeJS.Platform,
  file: string,
  pem: string,
  databases: readonly string[],
): TrustPlan {
  const sha1 = new X509Certificate(pem).fingerprint.replaceAll(":", "");
  if (platform === "darwin")
    return {
      trust: [step("the system trusts the agent's pages", "security", "add-trusted-cert", "-r", "trustRoot", file)],
      distrust: [step("the system trusts them no longer", "security", "delete-certificate", "-t", "-Z", sha1)],
    };
  if (platform === "win32")
    return {
      trust: [step("the system trusts the agent's pages", "certutil", "-user", "-addstore", "Root", file)],
      distrust: [step("the system trusts them no longer", "certutil", "-user", "-delstore", "Root", sha1)],
    };
  const of = (database: string) => ["-d", `sql:${database}`, "-n", nickname];
  return {
    trust: databases.map((database) =>
      step("this browser trusts the agent's pages", "certutil", "-A", "-t", "C,,", "-i", file, ...of(database)),
    ),
    distrust: databases.map((database) =>
      step("this browser trusts them no longer", "certutil", "-D", ...of(database)),
    ),
  };
}

const step = (about: string, ...command: [string, ...string[]]): Step => ({ command, about });

/** What stands in a database may be of a certificate before: it goes first. */
export async function trustHere(home: Home, person: string): Promise<Done[]> {
  const databases = browserDatabases(person);
  if (process.platform === "linux" && databases.length === 0) return [];
  const { authority } = await openCertificate(home);
  const { trust, distrust } = trustPlan(process.platform, authorityFile(home), authority, databases);
  if (process.platform === "linux") for (const { command } of distrust) spawnSync(command[0], command.slice(1));
  return trust.map(run);
}

/** Nothing where nothing was trusted. */
export async function distrustHere(home: Home, person: string): Promise<Done[]> {
  const pem = await readFile(authorityFile(home), "utf8").catch(() => null);
  if (pem === null) return [];
  const { distrust } = trustPlan(process.platform, authorityFile(home), pem, browserDatabases(person));
  return distrust.map(run).filter(({ state }) => state === "done");
}
