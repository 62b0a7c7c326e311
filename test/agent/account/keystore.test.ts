import { copyFile, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Home } from "../../../agent/home.js";
import { forgetDeviceKey, keystoreKind, openDeviceKey, settleDeviceKey } from "../../../agent/os-keystore.js";
import { secretFiles } from "../../../agent/secret-files.js";
import { utf8 } from "../../../shared/bytes.js";
import { environment, outcome, scratchFolder, scratchHome } from "./scratch-home.js";

async function withPassphrase(text: string): Promise<Home> {
  const path = join(await scratchFolder(), "passphrase");
  await writeFile(path, text);
  return scratchHome({ SEALWRIGHT_PASSPHRASE_FILE: path });
}

const filesOf = (home: Home) => secretFiles(home.secrets, "ada", () => openDeviceKey(home));

describe("the device key", () => {
  it("is sealed with a random device.pass where there is no other way, and the same at each start", async () => {
    const home = await scratchHome();
    expect(await keystoreKind(home)).toBeNull();
    expect(await settleDeviceKey(home)).toMatchObject({ kind: "device-pass", isNew: true });
    await filesOf(home).write("note", utf8("kept"));
    expect(await settleDeviceKey(home)).toMatchObject({ kind: "device-pass", isNew: false });
    expect(await filesOf(home).read("note")).toEqual(utf8("kept"));
    for (const path of [home.device, home.deviceKey, home.devicePass])
      expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("cannot be read out", async () => {
    const { key } = await settleDeviceKey(await scratchHome());
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("opens with the passphrase it was sealed with, with or without a line's end, and with no other", async () => {
    const home = await withPassphrase("correct horse\n");
    expect(await settleDeviceKey(home)).toMatchObject({ kind: "passphrase", isNew: true });
    await writeFile(process.env.SEALWRIGHT_PASSPHRASE_FILE!, "correct horse");
    expect((await openDeviceKey(home)).kind).toBe("passphrase");
    await writeFile(process.env.SEALWRIGHT_PASSPHRASE_FILE!, "wrong horse");
    expect(await outcome(openDeviceKey(home))).toBe("keystore-unavailable");
    environment({ SEALWRIGHT_PASSPHRASE_FILE: null });
    await expect(openDeviceKey(home)).rejects.toThrow(/SEALWRIGHT_PASSPHRASE_FILE/);
  });

  it.each(["", "\n"])("is not sealed with an empty passphrase %j", async (text) => {
    expect(await outcome(settleDeviceKey(await withPassphrase(text)))).toBe("keystore-unavailable");
  });

  it.each(["device", "deviceKey", "devicePass"] as const)(
    "is never made anew over secrets when %s has vanished",
    async (part) => {
      const home = await scratchHome();
      await settleDeviceKey(home);
      await filesOf(home).write("note", utf8("kept"));
      await rm(home[part]);
      expect(await outcome(settleDeviceKey(home))).toBe("keystore-unavailable");
      expect(await outcome(filesOf(home).read("note"))).toBe("keystore-unavailable");
    },
  );

  it("is not taken from a sealed file that was changed or is another device's", async () => {
    const [one, two] = [await scratchHome(), await scratchHome()];
    await settleDeviceKey(one);
    await settleDeviceKey(two);
    await copyFile(one.deviceKey, two.deviceKey);
    await copyFile(one.devicePass, two.devicePass);
    expect(await outcome(openDeviceKey(two))).toBe("keystore-unavailable");
    const bytes = await readFile(one.deviceKey);
    bytes[40]! ^= 1;
    await writeFile(one.deviceKey, bytes);
    expect(await outcome(openDeviceKey(one))).toBe("keystore-unavailable");
  });

  it("is said to be damaged when its record is", async () => {
    const home = await scratchHome();
    await settleDeviceKey(home);
    await writeFile(home.device, '{"v":1,"id":"x","keystore":"os"}');
    expect(await outcome(openDeviceKey(home))).toBe("state-damaged");
    await forgetDeviceKey(home);
    expect(await settleDeviceKey(home)).toMatchObject({ isNew: true });
  });

  it("goes to the system's store only where there is one, and says so when that was insisted on", async () => {
    const home = await scratchHome({ SEALWRIGHT_KEYSTORE: "os", DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" });
    expect(await outcome(settleDeviceKey(home))).toBe("keystore-unavailable");
    environment({ SEALWRIGHT_KEYSTORE: null, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" });
    expect(await settleDeviceKey(home)).toMatchObject({ kind: "device-pass" });
    environment({ SEALWRIGHT_KEYSTORE: "os" });
    expect(await outcome(settleDeviceKey(home))).toBe("keystore-unavailable");
    environment({ SEALWRIGHT_KEYSTORE: "purse" });
    expect(await outcome(settleDeviceKey(home))).toBe("config-invalid");
  });
});
