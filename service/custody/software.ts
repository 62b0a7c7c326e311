import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Bytes } from "../../shared/bytes.js";
import { type PublicKey, publicKeyFromSpki, verifySignature } from "../../shared/crypto/keys.js";
import { RightsError } from "../../shared/errors.js";
import { writeNewFile } from "../private-files.js";
import type { Custody } from "./custody.js";
import { openKeyFile, sealKeyFile } from "./key-file.js";
import { RsaPool } from "./rsa-pool.js";

/** Of a tenant key, in bits. */
const keyBits = 2048;

const maxFileBytes = 64 * 1024;

export interface SoftwareKey {
  /** The key file, a `file:` URL. */
  url: URL;
  /** A file that holds the passphrase; one line end after it does not count. */
  passphraseFile: string;
}

export interface OpenOptions {
  /** The bundled worker, if not `rsa-worker.js` beside this bundle. */
  workerUrl?: URL;
  /** Worker threads: one per core unless told. */
  threads?: number;
}

/** Make a tenant key and its file, mode 0600. @throws RightsError config-invalid if the file is there already. */
export async function createSoftwareKey({ url, passphraseFile }: SoftwareKey): Promise<PublicKey> {
  const passphrase = await readPassphrase(passphraseFile);
  const pair = await promisify(generateKeyPair)("rsa", { modulusLength: keyBits, publicExponent: 0x10001 });
  const pkcs8 = Uint8Array.from(pair.privateKey.export({ type: "pkcs8", format: "der" }));
  const spki = spkiOf(pair.publicKey);
  try {
    await writeNewFile(fileURLToPath(url), await sealKeyFile(pkcs8, spki, passphrase));
  } finally {
    pkcs8.fill(0);
  }
  return publicKeyFromSpki(spki, "internal");
}

/** Make a file with a random passphrase, mode 0600. @throws RightsError config-invalid if it is there already. */
export async function createPassphraseFile(path: string): Promise<void> {
  await writeNewFile(path, `${randomBytes(32).toString("base64url")}\n`);
}

/**
 * Open a tenant key kept in a file.
 * @throws RightsError file-missing for a missing file, config-invalid when the passphrase does not open it.
 */
export async function openSoftwareKey(
  { url, passphraseFile }: SoftwareKey,
  { workerUrl = new URL("./rsa-worker.js", import.meta.url), threads = availableParallelism() }: OpenOptions = {},
): Promise<Custody> {
  const path = fileURLToPath(url);
  const opened = await openKeyFile(await readBounded(path), await readPassphrase(passphraseFile));
  if (!opened)
    throw new RightsError("config-invalid", `the passphrase in ${passphraseFile} does not open the tenant key ${path}`);
  const key = createPrivateKey({ key: Buffer.from(opened.pkcs8.buffer), format: "der", type: "pkcs8" });
  opened.pkcs8.fill(0);
  const publicKey = await publicKeyFromSpki(spkiOf(createPublicKey(key)), "config-invalid");
  return proven(new SoftwareCustody(publicKey, new RsaPool(key, workerUrl, threads)));
}

class SoftwareCustody implements Custody {
  readonly publicKey: PublicKey;
  readonly #pool: RsaPool;

  constructor(publicKey: PublicKey, pool: RsaPool) {
    this.publicKey = publicKey;
    this.#pool = pool;
  }

  async sign(message: Bytes): Promise<Bytes> {
    return (await this.#pool.run("sign", message))!;
  }

  unseal(sealed: Bytes): Promise<Bytes | null> {
    return this.#pool.run("unseal", sealed);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** A key that cannot sign should stop the start, not the first person who asks. */
async function proven(custody: Custody): Promise<Custody> {
  const message = crypto.getRandomValues(new Uint8Array(32));
  try {
    if (await verifySignature(custody.publicKey, message, await custody.sign(message))) return custody;
  } catch (error) {
    await custody.close();
    throw error;
  }
  await custody.close();
  throw new RightsError("config-invalid", "the tenant key does not sign as it should");
}

const spkiOf = (key: KeyObject): Bytes => Uint8Array.from(key.export({ type: "spki", format: "der" }));

async function readPassphrase(path: string): Promise<string> {
  const passphrase = new TextDecoder().decode(await readBounded(path)).replace(/\r?\n$/, "");
  if (passphrase === "") throw new RightsError("config-invalid", `the passphrase file ${path} is empty`);
  return passphrase;
}

async function readBounded(path: string): Promise<Bytes> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new RightsError("file-missing", `${path} is missing`, { cause: error });
    throw new RightsError("file-unreadable", `${path} cannot be read`, { cause: error });
  });
  if (bytes.length > maxFileBytes) throw new RightsError("config-invalid", `${path} is too long`);
  return Uint8Array.from(bytes);
}
