import { spawn } from "node:child_process";
import { constants, createPrivateKey, privateDecrypt, randomBytes } from "node:crypto";
import { once } from "node:events";
import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { SoftwareKeys } from "../../service/custody/software-keys.js";
import { type Bytes, sourceOf, toHex, utf8 } from "../../shared/bytes.js";
import { parsePublishingLicense } from "../../shared/license/publishing-license.js";
import { parseChain } from "../../shared/license/xrml.js";
import { readProtected } from "../../shared/protect.js";
import { freePort } from "../free-port.js";
import { times } from "../scale.js";
import { seal, stop, until, up } from "../scenarios/seal.js";
import { scratchFolder } from "../service/scratch.js";

/** A write that was killed and tried again never goes on under the key and salt of before (threat T5). */

const program = new URL("../../bin/seal.mjs", import.meta.url).pathname;
const magic = Uint8Array.of(...utf8("SWC1"), 0x14, ...new Array(11).fill(0));

/** A file as far as it is written: its salt, and the content key sealed in its license. */
async function drawnIn(path: string): Promise<{ salt: string; sealed: Bytes } | null> {
  const file = await open(path).catch(() => null); // gone meanwhile
  if (file === null) return null;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
  await file.close();
  const bytes = Uint8Array.from(buffer.subarray(0, bytesRead));
  const at = Buffer.from(bytes).indexOf(magic);
  if (at < 0 || bytes.length < at + 64) return null;
  const { license } = await readProtected(sourceOf(bytes));
  const { sealedContentKey } = await parsePublishingLicense((await parseChain(license))[0]!);
  return { salt: toHex(bytes.subarray(at + 16, at + 32)), sealed: sealedContentKey };
}

/** Opens sealed content keys with the tenant key of a trial. */
async function tenantKeyOf(folder: string): Promise<(sealed: Bytes) => string> {
  const url = pathToFileURL(join(folder, "tenant.key"));
  const keys = new SoftwareKeys({ url, passphraseFile: join(folder, "tenant.pass") });
  const der = Buffer.from(await keys.read((await keys.first()).kid));
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return (sealed) => privateDecrypt({ key, padding, oaepHash: "sha256" }, sealed).toString("hex");
}

it("draws another salt and another content key each time", { timeout: 180_000 }, async () => {
  const root = await scratchFolder();
  const trial = await up(join(root, "trial"), await freePort());
  onTestFinished(() => stop(trial, "SIGKILL"));
  const docs = join(root, "plan.dwg");
  const content = randomBytes(96 * 1024 * 1024);
  await writeFile(docs, content);
  const protect = ["protect", docs, "--label", trial.label];
  const written: { salt: string; sealed: Bytes }[] = [];
  for (let round = 0; round < times(4); round++) {
    const env = { ...process.env, SEALWRIGHT_KEYSTORE: "file", SEALWRIGHT_HOME: trial.home };
    const child = spawn(process.execPath, [program, ...protect], { env, stdio: "ignore" });
    const known = new Set(written.map(({ salt }) => salt));
    const drawn = await until("the beginning of a file", async () => {
      for (const name of (await readdir(root)).filter((one) => one.endsWith("-tmp"))) {
        const found = await drawnIn(join(root, name));
        if (found && !known.has(found.salt)) return found;
      }
      return child.exitCode === null ? null : Promise.reject(new Error(`it ended with ${child.exitCode}`));
    });
    child.kill("SIGKILL");
    if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
    written.push(drawn);
    expect((await readFile(docs)).equals(content)).toBe(true);
  }
  const last = await seal(protect, { home: trial.home });
  expect(last.code, last.err).toBe(0);
  written.push((await drawnIn(`${docs}.pfile`))!);
  expect(new Set(written.map(({ salt }) => salt)).size).toBe(written.length);
  const unseal = await tenantKeyOf(join(root, "trial", "service"));
  expect(new Set(written.map(({ sealed }) => unseal(sealed))).size).toBe(written.length);
});
