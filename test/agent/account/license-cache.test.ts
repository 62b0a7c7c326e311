import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LicenseCache } from "../../../agent/license-cache.js";
import { openDeviceKey, settleDeviceKey } from "../../../agent/os-keystore.js";
import { secretFiles } from "../../../agent/secret-files.js";
import { toHex, utf8 } from "../../../shared/bytes.js";
import type { UseLicense } from "../../../shared/license/use-license.js";
import { scratchHome } from "./scratch-home.js";

const digestOf = (n: number) => new Uint8Array(32).fill(n);
const useOf = (n: number, mayStore = true) => ({ licenseDigest: digestOf(n), mayStore }) as UseLicense;
const kept = { useLicense: utf8("<XrML>"), permit: null };

async function scratchCache(limit?: number) {
  const home = await scratchHome();
  await settleDeviceKey(home);
  const open = () =>
    new LicenseCache(
      secretFiles(home.licenses, "ada", () => openDeviceKey(home)),
      limit,
    );
  return { home, open };
}

describe("the licenses kept", () => {
  it("are found by the digest of their publishing license, with their permit", async () => {
    const { home, open } = await scratchCache();
    await open().put(useOf(7), { ...kept, permit: utf8("permit") });
    expect(await readdir(home.licenses)).toEqual([toHex(digestOf(7))]);
    expect(await open().get(digestOf(7))).toEqual({ ...kept, permit: utf8("permit") });
    expect(await open().get(digestOf(8))).toBeNull();
  });

  it("are never those that may not be, and such a one ends what was kept before", async () => {
    const { home, open } = await scratchCache();
    await open().put(useOf(7), kept);
    await open().put(useOf(7, false), kept);
    expect(await readdir(home.licenses)).toEqual([]);
  });

  it("are bounded in number; the oldest go", async () => {
    const { home, open } = await scratchCache(20);
    for (let n = 0; n < 25; n++) {
      await open().put(useOf(n), kept);
      const written = new Date(1_700_000_000_000 + n * 1000);
      await utimes(join(home.licenses, toHex(digestOf(n))), written, written);
    }
    expect((await readdir(home.licenses)).length).toBeLessThanOrEqual(20);
    expect([await open().get(digestOf(0)), await open().get(digestOf(24))]).toEqual([null, kept]);
  });
});
