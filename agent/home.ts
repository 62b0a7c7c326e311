import { chmod, mkdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { RightsError } from "../shared/errors.js";
import { socketOf } from "./control-socket.js";

/** Where everything of one person on one device lies. All of it is private to them: folders 0700, files 0600. */
export interface Home {
  readonly path: string;
  /** Sealed under the device key: private keys, tokens, the time record, policy. */
  readonly secrets: string;
  /** Use licenses, sealed likewise. */
  readonly licenses: string;
  readonly journal: string;
  /** Documents and labels that the service has not heard of yet. */
  readonly outbox: string;
  readonly locks: string;
  /** Which PDF copies this person's programs made, and which are still to be made; nothing secret. */
  readonly copies: string;
  /** Documents being edited, and changes that wait to be protected: sealed, or clear while a program has them. */
  readonly edits: string;
  readonly watches: string;
  /** Who is signed in, and the certificates; nothing secret. */
  readonly account: string;
  /** The agent's link to pages: its certificate, and where it listens. */
  readonly link: string;
  /** Which pages may pair; written by a person. */
  readonly linkSettings: string;
  /** How labels and templates are called, for who types; nothing secret. */
  readonly names: string;
  /** Which store holds the device key; the key itself only where there is no other. */
  readonly device: string;
  readonly deviceKey: string;
  readonly devicePass: string;
  /** Where the background process listens: a Unix socket, on Windows the name of a pipe. */
  readonly socket: string;
}

const chosenPath = (): string => process.env.SEALWRIGHT_HOME || join(homedir(), ".sealwright");

const placesIn = (path: string): Home => ({
  path,
  secrets: join(path, "secrets"),
  licenses: join(path, "licenses"),
  journal: join(path, "journal"),
  outbox: join(path, "outbox"),
  locks: join(path, "locks"),
  copies: join(path, "copies"),
  edits: join(path, "edits"),
  watches: join(path, "watches.json"),
  account: join(path, "account.json"),
  link: join(path, "link"),
  linkSettings: join(path, "link.json"),
  names: join(path, "names.json"),
  device: join(path, "device.json"),
  deviceKey: join(path, "device.key"),
  devicePass: join(path, "device.pass"),
  socket: socketOf(path),
});

/** Where a home is or would be, without making it or looking whose it is. */
export const homeAt = (path = chosenPath()): Home => placesIn(resolve(path));

/** A folder only this person can enter: made if missing, its mode put right if it is theirs. */
async function claimFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(path);
  if (process.platform === "win32") return;
  if (uid !== process.getuid?.())
    throw new RightsError(
      "config-invalid",
      `${path} belongs to another user; set SEALWRIGHT_HOME to a folder of yours`,
    );
  if ((mode & 0o077) !== 0) await chmod(path, 0o700);
}

/**
 * The home of this person, ready to use.
 * @param path - `SEALWRIGHT_HOME` if left out, else `~/.sealwright`.
 * @throws RightsError `config-invalid` when it is another user's or cannot be made.
 */
export async function openHome(path = chosenPath()): Promise<Home> {
  const home = homeAt(path);
  try {
    await claimFolder(home.path);
    for (const folder of [home.secrets, home.licenses, home.journal, home.outbox, home.locks, home.copies, home.edits])
      await claimFolder(folder);
    return home;
  } catch (cause) {
    if (cause instanceof RightsError) throw cause;
    const message = `${home.path} cannot be used as the home of Sealwright; set SEALWRIGHT_HOME to a folder of yours`;
    throw new RightsError("config-invalid", message, { cause });
  }
}
