import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { hashRaw } from "@node-rs/argon2";
import * as z from "zod";
import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { parseJson } from "../../shared/json.js";

const argon2id = 2;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;

/** About a third of a second here; whoever guesses pays it for each guess. */
const cost = { memoryKiB: 65_536, passes: 3, lanes: 1 };

/** A sealed key file. The bounds keep a planted file from eating the machine. */
const KeyFile = z.strictObject({
  v: z.literal(1),
  kdf: z.strictObject({
    name: z.literal("argon2id"),
    memoryKiB: z.int().min(19_456).max(1_048_576),
    passes: z.int().min(2).max(16),
    lanes: z.int().min(1).max(8),
    salt: z.string().length(22),
  }),
  nonce: z.string().length(16),
  /** The public half, in clear so that the key can be named without the passphrase; bound to the sealed half. */
  publicKey: z.string().max(1024),
  sealedKey: z.string().max(8192),
});
type KeyFile = z.infer<typeof KeyFile>;

/** A private key (PKCS#8) and its public half (SPKI), sealed under a passphrase: the text of a key file. */
export async function sealKeyFile(pkcs8: Bytes, spki: Bytes, passphrase: string): Promise<string> {
  const [salt, nonce] = [randomBytes(saltBytes), randomBytes(nonceBytes)];
  const kdf = { name: "argon2id" as const, ...cost, salt: toBase64url(salt) };
  const cipher = createCipheriv("aes-256-gcm", await sealingKey(kdf, passphrase), nonce).setAAD(boundTo(spki));
  const sealed = concat(cipher.update(pkcs8), cipher.final(), cipher.getAuthTag());
  const publicKey = toBase64url(spki);
  const file: KeyFile = { v: 1, kdf, nonce: toBase64url(nonce), publicKey, sealedKey: toBase64url(sealed) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * The PKCS#8 and SPKI in a key file; overwrite the first as soon as it was used.
 * @returns `null` when the passphrase is not the right one, or the file was changed.
 * @throws RightsError config-invalid when it is no key file.
 */
export async function openKeyFile(text: Bytes, passphrase: string): Promise<{ pkcs8: Bytes; spki: Bytes } | null> {
  const file = parseKeyFile(text);
  const [spki, nonce, sealed] = [file.publicKey, file.nonce, file.sealedKey].map(decode) as [Bytes, Bytes, Bytes];
  if (sealed.length <= tagBytes) throw notAKeyFile();
  const decipher = createDecipheriv("aes-256-gcm", await sealingKey(file.kdf, passphrase), nonce);
  decipher.setAAD(boundTo(spki)).setAuthTag(sealed.subarray(-tagBytes));
  try {
    const opened = decipher.update(sealed.subarray(0, -tagBytes));
    decipher.final();
    const pkcs8 = Uint8Array.from(opened);
    opened.fill(0);
    return { pkcs8, spki };
  } catch {
    return null;
  }
}

/** The public half (SPKI) in a key file, as the file claims. @throws RightsError config-invalid when it is no key file. */
export const publicHalfIn = (text: Bytes): Bytes => decode(parseKeyFile(text).publicKey);

function parseKeyFile(text: Bytes): KeyFile {
  const file = KeyFile.safeParse(parseJson(text, "config-invalid"));
  if (!file.success) throw notAKeyFile();
  return file.data;
}

const notAKeyFile = () => new RightsError("config-invalid", "this is not a tenant key file of this service");

const decode = (text: string): Bytes => fromBase64url(text, "config-invalid");

const sealingKey = ({ memoryKiB, passes, lanes, salt }: KeyFile["kdf"], passphrase: string): Promise<Buffer> =>
  hashRaw(passphrase, {
    algorithm: argon2id,
    memoryCost: memoryKiB,
    timeCost: passes,
    parallelism: lanes,
    outputLen: 32,
    salt: decode(salt),
  });

const boundTo = (spki: Bytes): Bytes => concat(utf8("sealwright/tenant-key/v1"), Uint8Array.of(0), spki);
