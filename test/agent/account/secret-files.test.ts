import { copyFile, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Home } from "../../../agent/home.js";
import { openDeviceKey, settleDeviceKey } from "../../../agent/os-keystore.js";
import { secretFiles } from "../../../agent/secret-files.js";
import { concat, utf8 } from "../../../shared/bytes.js";
import { outcome, scratchHome } from "./scratch-home.js";

const filesOf = (home: Home, subject = "ada") => secretFiles(home.secrets, subject, () => openDeviceKey(home));

async function homeWithNote() {
  const home = await scratchHome();
  await settleDeviceKey(home);
  await filesOf(home).write("note", utf8("kept"));
  return { home, path: join(home.secrets, "note") };
}

describe("a secret file", () => {
  it("gives back what was written, is not there before and after, and lets nobody else read", async () => {
    const { home, path } = await homeWithNote();
    const files = filesOf(home);
    expect(await files.read("note")).toEqual(utf8("kept"));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path)).includes("kept")).toBe(false);
    await files.write("note", new Uint8Array(0));
    expect(await files.read("note")).toEqual(new Uint8Array(0));
    await files.remove("note");
    expect([await files.read("note"), await readdir(home.secrets)]).toEqual([null, []]);
  });

  it("is exactly nonce, AES-256-GCM and tag, with subject and name as additional data", async () => {
    const { home, path } = await homeWithNote();
    const file = Uint8Array.from(await readFile(path));
    const additionalData = concat(utf8("sealwright/device/v1"), utf8("\0"), utf8("ada"), utf8("\0"), utf8("note"));
    const { key } = await openDeviceKey(home);
    const parameters = { name: "AES-GCM", iv: file.slice(0, 12), additionalData };
    expect(new Uint8Array(await crypto.subtle.decrypt(parameters, key, file.slice(12)))).toEqual(utf8("kept"));
  });

  it("has a new nonce each time", async () => {
    const { home, path } = await homeWithNote();
    const before = await readFile(path);
    await filesOf(home).write("note", utf8("kept"));
    expect((await readFile(path)).subarray(0, 12)).not.toEqual(before.subarray(0, 12));
  });

  it("does not open under another name, for another person or in another home", async () => {
    const { home, path } = await homeWithNote();
    expect(await outcome(filesOf(home, "bob").read("note"))).toBe("state-damaged");
    const other = await homeWithNote();
    await copyFile(path, other.path);
    expect(await outcome(filesOf(other.home).read("note"))).toBe("state-damaged");
    await rename(path, join(home.secrets, "other"));
    expect(await outcome(filesOf(home).read("other"))).toBe("state-damaged");
  });

  it("does not open with any bit flipped or any byte cut off", async () => {
    const { home, path } = await homeWithNote();
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1 << (at % 8);
      await writeFile(path, flipped);
      expect(await outcome(filesOf(home).read("note"))).toBe("state-damaged");
      await writeFile(path, whole.subarray(0, at));
      expect(await outcome(filesOf(home).read("note"))).toBe("state-damaged");
    }
  });

  it("is read no further than it can be long, and has only names of ours", async () => {
    const { home, path } = await homeWithNote();
    await writeFile(path, Buffer.alloc(5 * 1024 * 1024));
    expect(await outcome(filesOf(home).read("note"))).toBe("state-damaged");
    expect(await outcome(filesOf(home).read("../device.json"))).toBe("internal");
  });
});
