import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Bytes, fromBase64url, toBase64url } from "../../shared/bytes.js";
import { type PublicKey, sha256, verifySignature } from "../../shared/crypto/keys.js";
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
  const pkcs8 = await newPrivateKey();
  try {
    return await writeSoftwareKey(pkcs8, () => url, passphraseFile);
  } finally {
    pkcs8.fill(0);
  }
}

/** PKCS#8 of a new tenant key, to be overwritten after use. */
export async function newPrivateKey(): Promise<Bytes> {
  const pair = await promisify(generateKeyPair)("rsa", { modulusLength: keyBits, publicExponent: 0x10001 });
  return Uint8Array.from(pair.privateKey.export({ type: "pkcs8", format: "der" }));
}

/**
 * Puts a private key (PKCS#8) into a key file of its own. @param urlOf - where, by its key id.
 * @throws RightsError config-invalid if the file is there already, or this is no RSA key that could serve.
 */
export async function writeSoftwareKey(
  pkcs8: Bytes,
  urlOf: (kid: string) => URL,
  passphraseFile: string,
): Promise<PublicKey> {
  const publicKey = await publicHalfOf(createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }));
  const passphrase = await readPassphrase(passphraseFile);
  await writeNewFile(fileURLToPath(urlOf(publicKey.kid)), await sealKeyFile(pkcs8, publicKey.spki, passphrase));
  return publicKey;
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
  key: SoftwareKey,
  { workerUrl = new URL("./rsa-worker.js", import.meta.url), threads = availableParallelism() }: OpenOptions = {},
): Promise<Custody> {
  const pkcs8 = await readSoftwareKey(key);
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8.buffer), format: "der", type: "pkcs8" });
  pkcs8.fill(0);
  const publicKey = await publicHalfOf(privateKey);
  return proven(new SoftwareCustody(publicKey, new RsaPool(privateKey, workerUrl, threads)));
}

/** PKCS#8 of the key in a file, to be overwritten after use. @throws RightsError file-missing, config-invalid. */
export async function readSoftwareKey({ url, passphraseFile }: SoftwareKey): Promise<Bytes> {
  const path = fileURLToPath(url);
  const opened = await openKeyFile(await readBounded(path), await readPassphrase(passphraseFile));
  if (opened) return opened.pkcs8;
  throw new RightsError("config-invalid", `the passphrase in ${passphraseFile} does not open the tenant key ${path}`);
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

/** Of a key that was archived long ago a size that nobody uses for new ones any more will do. */
export const archivedBits: readonly number[] = [1024, 2048, 3072, 4096];

/** @throws RightsError config-invalid for everything but an RSA key of a size that can serve, exponent 65537. */
export async function publicHalfOf(key: KeyObject): Promise<PublicKey> {
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType !== "rsa")
    throw new RightsError("config-invalid", "a tenant key is an RSA key, and this one is not");
  const { modulusLength: bits = 0, publicExponent } = asymmetricKeyDetails ?? {};
  if (!archivedBits.includes(bits) || publicExponent !== 65537n)
    throw new RightsError("config-invalid", "a tenant key has 2048, 3072 or 4096 bits and the exponent 65537");
  const half = key.type === "public" ? key : createPublicKey(key);
  const spki = Uint8Array.from(half.export({ type: "spki", format: "der" }));
  const { n } = half.export({ format: "jwk" });
  return { kid: toBase64url(await sha256(spki)), modulus: fromBase64url(n!, "internal"), bits, spki };
}

export async function readPassphrase(path: string): Promise<string> {
  const passphrase = new TextDecoder().decode(await readBounded(path)).replace(/\r?\n$/, "");
  if (passphrase === "") throw new RightsError("config-invalid", `the passphrase file ${path} is empty`);
  return passphrase;
}

export async function readBounded(path: string): Promise<Bytes> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new RightsError("file-missing", `${path} is missing`, { cause: error });
    throw new RightsError("file-unreadable", `${path} cannot be read`, { cause: error });
  });
  if (bytes.length > maxFileBytes) throw new RightsError("config-invalid", `${path} is too long`);
  return Uint8Array.from(bytes);
}
