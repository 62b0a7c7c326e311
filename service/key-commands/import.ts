import { createPrivateKey } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Bytes } from "../../shared/bytes.js";
import { shownKeyId } from "../../shared/crypto/keys.js";
import { RightsError } from "../../shared/errors.js";
import { type Pkcs12Options, readPkcs12 } from "../custody/pkcs12-read.js";
import { publicHalfOf, readPassphrase } from "../custody/software.js";
import { type Ground, note, onGround } from "./ground.js";
import { keyOptions } from "./options.js";

/** No PKCS#12 file with one key is longer. */
const maxFileBytes = 1024 * 1024;

/** `seal service keys import`: a key of one's own. @throws RightsError usage, file-missing, config-invalid. */
export async function importKey(args: string[], options: Pkcs12Options = {}): Promise<void> {
  const { what: file, configFile, passphraseFile, archived } = keyOptions(args, "what", "passphraseFile");
  const pkcs8 = await readPkcs12(await readBounded(file), await readPassphrase(passphraseFile), options);
  try {
    const kid = await onGround(configFile, (ground) => bring(pkcs8, archived, ground));
    process.stdout.write(`${shownKeyId(kid)}\n`);
    for (const line of nextSteps(kid, archived)) process.stderr.write(`seal: ${line}\n`);
  } finally {
    pkcs8.fill(0);
  }
}

async function bring(pkcs8: Bytes, archived: boolean, ground: Ground): Promise<string> {
  const { store, keys } = ground;
  const { kid, bits } = await publicHalfOf(createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }));
  if (bits < 2048 && !archived)
    throw new RightsError(
      "config-invalid",
      `a key of ${bits} bits is too short to be used; it can be brought --archived`,
    );
  if ((await store.tenantKeys.all()).some((one) => one.kid === kid))
    throw new RightsError("config-invalid", "this organisation has this key already");
  await note(ground, `import${archived ? " --archived" : ""}: ${shownKeyId(kid)}`);
  const isThere = (await keys.list()).some((one) => one.kid === kid);
  if (!isThere) await keys.add(pkcs8); // there, and unused: the last import was cut off, or it becomes archived now
  if (archived) await store.tenantKeys.addArchived(kid, Date.now());
  return kid;
}

const nextSteps = (kid: string, archived: boolean): string[] =>
  archived
    ? ["what was sealed to this key opens within seconds, if the service runs; keep a copy of its file"]
    : [`nothing uses this key yet; let it take over with: seal admin keys roll --to '${shownKeyId(kid)}'`];

async function readBounded(path: string): Promise<Bytes> {
  try {
    if ((await stat(path)).size > maxFileBytes)
      throw new RightsError("config-invalid", `${path} is too long for a key`);
    return Uint8Array.from(await readFile(path));
  } catch (cause) {
    if (cause instanceof RightsError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const words = missing ? `${path} is missing` : `${path} cannot be read`;
    throw new RightsError(missing ? "file-missing" : "file-unreadable", words, { cause });
  }
}
