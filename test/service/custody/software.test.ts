import { constants, generateKeyPairSync, publicEncrypt } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Custody } from "../../../service/custody/custody.js";
import { Keyring } from "../../../service/custody/keyring.js";
import { createPassphraseFile, createSoftwareKey, openSoftwareKey } from "../../../service/custody/software.js";
import { type Bytes, utf8 } from "../../../shared/bytes.js";
import { publicKeyFromSpki, verifySignature } from "../../../shared/crypto/keys.js";
import { rsaWorkerUrl } from "../rsa-worker.js";
import { scratchFolder } from "../scratch.js";

let workerUrl: URL;
beforeAll(async () => {
  workerUrl = await rsaWorkerUrl();
});

async function scratchKey() {
  const folder = await scratchFolder();
  const key = { url: pathToFileURL(join(folder, "tenant.key")), passphraseFile: join(folder, "tenant.pass") };
  await createPassphraseFile(key.passphraseFile);
  return { ...key, publicKey: await createSoftwareKey(key) };
}

async function scratchCustody(): Promise<Custody> {
  const custody = await openSoftwareKey(await scratchKey(), { workerUrl, threads: 2 });
  onTestFinished(() => custody.close());
  return custody;
}

const seal = (spki: Bytes, content: Uint8Array, oaepHash = "sha256", oaepLabel?: Buffer): Bytes =>
  Uint8Array.from(
    publicEncrypt(
      {
        key: `-----BEGIN PUBLIC KEY-----\n${Buffer.from(spki).toString("base64")}\n-----END PUBLIC KEY-----`,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash,
        oaepLabel,
      },
      content,
    ),
  );

const contentKey = Uint8Array.from({ length: 32 }, (_, i) => i);

describe("a tenant key in a file", () => {
  it("signs and unseals, many at once", async () => {
    const custody = await scratchCustody();
    const message = utf8("message");
    const signatures = await Promise.all(Array.from({ length: 20 }, () => custody.sign(message)));
    for (const signature of signatures) expect(await verifySignature(custody.publicKey, message, signature)).toBe(true);
    const sealed = seal(custody.publicKey.spki, contentKey);
    for (const opened of await Promise.all(Array.from({ length: 20 }, () => custody.unseal(sealed))))
      expect(opened).toEqual(contentKey);
  });

  it("answers everything that is not a content key sealed to it with null", async () => {
    const custody = await scratchCustody();
    const { spki } = custody.publicKey;
    const good = seal(spki, contentKey);
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "der" });
    const wrong: Record<string, Bytes> = {
      "another key": seal(Uint8Array.from(other), contentKey),
      "31 bytes": seal(spki, contentKey.subarray(1)),
      "33 bytes": seal(spki, new Uint8Array(33)),
      "no bytes": seal(spki, new Uint8Array(0)),
      "SHA-1": seal(spki, contentKey, "sha1"),
      "a label": seal(spki, contentKey, "sha256", Buffer.from("x")),
      "one bit": Uint8Array.from(good, (byte, i) => (i === 99 ? byte ^ 1 : byte)),
      "too short": good.subarray(1),
      "too long": Uint8Array.from([...good, 0]),
      nothing: new Uint8Array(0),
      "above the modulus": new Uint8Array(256).fill(255),
    };
    for (const [name, sealed] of Object.entries(wrong)) expect(await custody.unseal(sealed), name).toBeNull();
    expect(await custody.unseal(good)).toEqual(contentKey);
  });

  it("is the same key after reopening, named by its kid", async () => {
    const key = await scratchKey();
    const custody = await openSoftwareKey(key, { workerUrl, threads: 1 });
    expect(custody.publicKey).toEqual(key.publicKey);
    expect(await publicKeyFromSpki(custody.publicKey.spki, "internal")).toEqual(key.publicKey);
    await custody.close();
    await expect(custody.sign(utf8("x"))).rejects.toMatchObject({ code: "internal" });
  });

  it("keeps key and passphrase files to its user, and never overwrites them", async () => {
    const key = await scratchKey();
    for (const file of [key.url, key.passphraseFile]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(key.url, "utf8");
    await expect(createSoftwareKey(key)).rejects.toMatchObject({ code: "config-invalid" });
    await expect(createPassphraseFile(key.passphraseFile)).rejects.toMatchObject({ code: "config-invalid" });
    expect(await readFile(key.url, "utf8")).toBe(before);
  });

  it("says what is wrong with its files", async () => {
    const key = await scratchKey();
    const opening = (changed: Partial<typeof key>) =>
      openSoftwareKey({ ...key, ...changed }, { workerUrl, threads: 1 });
    const file = async (text: string) => {
      const path = join(await scratchFolder(), "file");
      await writeFile(path, text);
      return path;
    };
    const keyFile = async (change: (json: Record<string, never>) => object) =>
      pathToFileURL(await file(JSON.stringify(change(JSON.parse(await readFile(key.url, "utf8"))))));
    const refused = { code: "config-invalid" };
    await expect(opening({ passphraseFile: await file("wrong\n") })).rejects.toMatchObject(refused);
    await expect(opening({ passphraseFile: await file("\n") })).rejects.toMatchObject(refused);
    await expect(opening({ passphraseFile: "/none" })).rejects.toMatchObject({ code: "file-missing" });
    await expect(opening({ url: pathToFileURL(await file("x")) })).rejects.toMatchObject(refused);
    await expect(opening({ url: await keyFile((json) => ({ ...json, more: 1 })) })).rejects.toMatchObject(refused);
    const greedy = (json: { kdf?: object }) => ({ ...json, kdf: { ...json.kdf, memoryKiB: 2 ** 30 } });
    await expect(opening({ url: await keyFile(greedy) })).rejects.toMatchObject(refused);
    const { publicKey } = JSON.parse(await readFile((await scratchKey()).url, "utf8"));
    await expect(opening({ url: await keyFile((json) => ({ ...json, publicKey })) })).rejects.toMatchObject(refused);
  });

  it("stops the start when its worker is missing", async () => {
    const missing = pathToFileURL("/none/rsa-worker.js");
    await expect(openSoftwareKey(await scratchKey(), { workerUrl: missing, threads: 2 })).rejects.toMatchObject({
      code: "internal",
    });
  });
});

describe("the keyring", () => {
  it("finds active and archived keys by kid, and no others", async () => {
    const [active, archived, stranger] = await Promise.all([scratchCustody(), scratchCustody(), scratchCustody()]);
    const ring = new Keyring(
      { custody: active, generation: 2, archivedMs: null, compromisedMs: null, declaredMs: null },
      [{ custody: archived, generation: 1, archivedMs: 5, compromisedMs: null, declaredMs: null }],
    );
    expect(ring.find(active.publicKey.kid)?.generation).toBe(2);
    expect(ring.find(archived.publicKey.kid)?.archivedMs).toBe(5);
    expect(ring.find(stranger.publicKey.kid)).toBeNull();
    expect(ring.all().map((key) => key.generation)).toEqual([1, 2]);
  });
});
