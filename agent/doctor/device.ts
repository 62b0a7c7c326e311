import { readdir, stat, statfs } from "node:fs/promises";
import type { Home } from "../home.js";
import { keystoreKind, openDeviceKey } from "../os-keystore.js";
import { openJournal } from "../work/journal.js";
import { type Check, note, well, wrong } from "./finding.js";

/** What is on this computer, whoever is signed in. */

const oldestNode = [20, 19] as const;
const enoughBytes = { little: 1e9, none: 100e6 };

const checkNode = async () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
  return isOld ? wrong(`${process.version} is too old`, "install Node 20.19 or newer") : well(process.version);
};

async function checkHome({ path }: Home) {
  const found = await stat(path).catch(() => null);
  if (found === null) return note(`${path} is not there yet`, "seal login makes it");
  if (!found.isDirectory()) return wrong(`${path} is no folder`, "move it away, or set SEALWRIGHT_HOME");
  if (process.platform === "win32") return well(path);
  if (found.uid !== process.getuid?.())
    return wrong(`${path} belongs to another user`, "set SEALWRIGHT_HOME to a folder of yours");
  if ((found.mode & 0o077) !== 0) return wrong(`${path} is open to others`, `chmod 700 ${path}`);
  return well(`${path}, open to its owner only`);
}

const lies = {
  os: well("in the system's password store"),
  passphrase: well("in the home, sealed with the passphrase in SEALWRIGHT_PASSPHRASE_FILE"),
  "device-pass": note(
    "in the home, beside the file that opens it: who can copy the home can open what it keeps",
    "with a password store running, or SEALWRIGHT_PASSPHRASE_FILE set: seal logout, then seal login",
  ),
};

async function checkDeviceKey(home: Home) {
  const kind = await keystoreKind(home);
  if (kind === null) return null;
  await openDeviceKey(home);
  return lies[kind];
}

const settled = "nothing is left half done";

async function checkJournal(home: Home) {
  if ((await readdir(home.journal).catch(() => [])).length === 0) return well(settled);
  const left = (await (await openJournal(home.path)).pending()).filter(({ abandoned }) => abandoned);
  if (left.length === 0) return well(settled);
  const plural = left.length === 1 ? "file was" : "files were";
  return note(`${left.length} ${plural} being replaced when a program ended`, "seal protect, or the agent, settles it");
}

async function checkSpace({ path }: Home) {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  const says = `${(free / 1e9).toFixed(1)} GB free`;
  if (free < enoughBytes.none) return wrong(says, "make room: protecting a file needs its size again");
  return free < enoughBytes.little ? note(says, "protecting a file needs its size again") : well(says);
}

export const deviceChecks = (home: Home): Check[] => [
  { name: "node", look: checkNode },
  { name: "home", look: () => checkHome(home) },
  { name: "device key", look: () => checkDeviceKey(home) },
  { name: "journal", look: () => checkJournal(home) },
  { name: "disk", look: () => checkSpace(home).catch(() => null) }, // no home yet
];
