import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { toHex, utf8 } from "../../shared/bytes.js";
import { times } from "../scale.js";
import { freePort, seal, stop, until, up } from "../scenarios/seal.js";
import { scratchFolder } from "../service/scratch.js";

/** A write that was killed and tried again never goes on under the key and salt of before (threat T5). */

const program = new URL("../../bin/seal.mjs", import.meta.url).pathname;
const magic = Uint8Array.of(...utf8("SWC1"), 0x14, ...new Array(11).fill(0));

/** Salt and commitment of the content in a file that may be half written; `null` as long as they are not there. */
async function headerIn(path: string): Promise<{ salt: string; commitment: string } | null> {
  const file = await open(path).catch(() => null); // gone meanwhile
  if (file === null) return null;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
  await file.close();
  const bytes = buffer.subarray(0, bytesRead);
  const at = bytes.indexOf(magic);
  if (at < 0 || bytes.length < at + 64) return null;
  return { salt: toHex(bytes.subarray(at + 16, at + 32)), commitment: toHex(bytes.subarray(at + 32, at + 64)) };
}

it("draws another salt and another content key each time", { timeout: 180_000 }, async () => {
  const root = await scratchFolder();
  const trial = await up(join(root, "trial"), await freePort());
  onTestFinished(() => stop(trial, "SIGKILL"));
  const docs = join(root, "plan.dwg");
  const content = randomBytes(96 * 1024 * 1024);
  await writeFile(docs, content);
  const protect = ["protect", docs, "--label", trial.label];
  const written: { salt: string; commitment: string }[] = [];
  for (let round = 0; round < times(4); round++) {
    const env = { ...process.env, SEALWRIGHT_KEYSTORE: "file", SEALWRIGHT_HOME: trial.home };
    const child = spawn(process.execPath, [program, ...protect], { env, stdio: "ignore" });
    const known = new Set(written.map(({ salt }) => salt));
    const header = await until("the beginning of a file", async () => {
      for (const name of (await readdir(root)).filter((one) => one.endsWith("-tmp"))) {
        const found = await headerIn(join(root, name));
        if (found && !known.has(found.salt)) return found;
      }
      return child.exitCode === null ? null : Promise.reject(new Error(`it ended with ${child.exitCode}`));
    });
    child.kill("SIGKILL");
    if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
    written.push(header);
    expect((await readFile(docs)).equals(content)).toBe(true);
  }
  const last = await seal(protect, { home: trial.home });
  expect(last.code, last.err).toBe(0);
  written.push((await headerIn(`${docs}.pfile`))!);
  expect(new Set(written.map(({ salt }) => salt)).size).toBe(written.length);
  expect(new Set(written.map(({ commitment }) => commitment)).size).toBe(written.length);
});
