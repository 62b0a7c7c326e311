import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { shownKeyId } from "../../shared/crypto/keys.js";
import { RightsError } from "../../shared/errors.js";
import { encodePkcs12 } from "../custody/pkcs12-write.js";
import { readPassphrase } from "../custody/software.js";
import { writeNewFile } from "../private-files.js";
import { type Ground, keyNamed, note, onGround, plainId } from "./ground.js";
import { keyOptions } from "./options.js";

/** Of the passphrase that a key leaves under. */
const minPassphrase = 12;

/** `seal service keys export`: a key in a PKCS#12 file. @throws RightsError usage, file-missing, config-invalid. */
export async function exportKey(args: string[]): Promise<void> {
  const { what, configFile, passphraseFile, out } = keyOptions(args, "what", "passphraseFile", "out");
  const passphrase = await readPassphrase(passphraseFile);
  if (passphrase.length < minPassphrase)
    throw new RightsError("config-invalid", `the passphrase for the file has at least ${minPassphrase} characters`);
  if (existsSync(out)) throw new RightsError("config-invalid", `${out} is there already; it is never overwritten`);
  await onGround(configFile, (ground) => take(ground, what, out, passphrase));
  process.stderr.write(
    `seal: ${out} opens everything that was ever sealed to this key; keep it apart from its passphrase\n`,
  );
}

async function take(ground: Ground, typed: string, out: string, passphrase: string): Promise<void> {
  const { kid } = await keyNamed(ground, typed);
  const name = shownKeyId(kid);
  process.stderr.write(`seal: the private key ${name} is about to leave the service. Type its id to go on: `);
  if (plainId(await lineOfInput()) !== plainId(name))
    throw new RightsError("usage", "that is not the id of this key, all of it; nothing was exported");
  await note(ground, `export: ${name}`);
  const pkcs8 = await ground.keys.read(kid);
  try {
    await writeNewFile(out, await encodePkcs12(pkcs8, `Sealwright tenant key ${name}`, passphrase));
  } finally {
    pkcs8.fill(0);
  }
}

async function lineOfInput(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return line.slice(0, 200);
  return "";
}
