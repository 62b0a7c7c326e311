import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type Account, openAccount, whoIsSignedIn } from "../../../agent/account.js";
import { useLicenseFor } from "../../../agent/consume-license.js";
import { noteRegistrations, sendNotes } from "../../../agent/outbox.js";
import { currentPolicy } from "../../../agent/policy-cache.js";
import { outcome, publishAs, scratchOrganisation } from "./scratch-home.js";

const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

/** Removes `lost` from another device of the same person. */
async function removeFrom(other: Account, lost: Account): Promise<void> {
  const { devices } = await lost.service.devices();
  await other.service.removeDevice(devices.find(({ current }) => current)!.id);
}

async function twoDevices() {
  const { service, signInAs } = await scratchOrganisation();
  return { service, signInAs, lost: await signInAs("writer"), other: await signInAs("writer") };
}

describe("a device that was removed", () => {
  it("says so, with the way back, and from then on without asking; what was kept on it opens nothing", async () => {
    const { service, lost, other, signInAs } = await twoDevices();
    const { license, digest } = await publishAs(await signInAs("colleague"), grants);
    await useLicenseFor(lost, license);
    await currentPolicy(lost);
    expect(await lost.useLicenses.get(digest)).not.toBeNull();
    await removeFrom(other, lost);
    expect((await useLicenseFor(lost, license)).isKept).toBe(true); // it has not heard of it
    const words = `this device was removed; to use it again: seal login ${service.origin}`;
    await expect(lost.service.documents()).rejects.toThrow(words);
    await expect(openAccount(lost.home)).rejects.toThrow(words);
    expect(await outcome(openAccount(lost.home))).toBe("device-removed");
    expect(await readdir(lost.home.licenses)).toEqual([]);
    expect((await whoIsSignedIn(lost.home))?.address).toBe("ada@trial.example");
    await service.service.close();
    expect(await outcome(currentPolicy(lost, { maxAgeMs: 1e12 }))).not.toBe("success");
  });

  it("hears of it also when its access token has ended", async () => {
    const { lost, other } = await twoDevices();
    await removeFrom(other, lost);
    const tokens = JSON.parse(new TextDecoder().decode((await lost.secrets.read("tokens"))!));
    const ended = new TextEncoder().encode(JSON.stringify({ ...tokens, untilMs: 0 }));
    await lost.secrets.write("tokens", ended);
    const again = await openAccount(lost.home);
    expect(await outcome(again.service.policy())).toBe("device-removed");
    expect(await outcome(openAccount(lost.home))).toBe("device-removed");
  });

  it.each([
    ["after it heard of it", true],
    ["before it heard of it", false],
  ])(
    "goes on with new keys when its person signs in, %s; what it protected meanwhile opens then",
    async (_when, heard) => {
      const { lost, other, signInAs } = await twoDevices();
      const colleague = await signInAs("colleague");
      await removeFrom(other, lost);
      const { license } = await publishAs(lost, grants);
      await noteRegistrations(lost, [license]);
      expect(await outcome(useLicenseFor(colleague, license))).toBe("license-invalid");
      if (heard) expect(await sendNotes(lost)).toEqual({ sent: 0, refused: 0, waiting: 1 });
      const again = await signInAs("writer", lost.home);
      const keysOf = ({ certificates }: Account) => certificates.licensorKey.kid;
      expect(keysOf(again)).not.toBe(keysOf(lost));
      expect(await sendNotes(again)).toEqual({ sent: 1, refused: 0, waiting: 0 });
      expect((await useLicenseFor(colleague, license)).use.rights).toEqual(["VIEW"]);
      expect(await outcome(useLicenseFor(again, (await publishAs(again, grants)).license))).toBe("success");
    },
  );

  it("is not marked by an answer to a sign-in before the present one", async () => {
    const { lost, other, signInAs } = await twoDevices();
    await removeFrom(other, lost);
    await signInAs("writer", lost.home);
    expect(await outcome(lost.service.documents())).toBe("device-removed"); // the process that began before
    expect(await outcome(openAccount(lost.home))).toBe("success");
  });
});
