import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { seenClock } from "../../../agent/clock.js";
import { openDeviceKey, settleDeviceKey } from "../../../agent/os-keystore.js";
import { secretFiles } from "../../../agent/secret-files.js";
import { dayMs, minuteMs, secondTime } from "../../../shared/time.js";
import { outcome, scratchHome } from "./scratch-home.js";

const noon = Date.parse("2026-11-24T12:00:00Z");

/** A device whose clock says whatever a test sets; `restart` is another process on it. */
async function device() {
  const home = await scratchHome();
  await settleDeviceKey(home);
  const own = { ms: noon };
  const restart = () => {
    const secrets = secretFiles(home.secrets, "ada", () => openDeviceKey(home));
    return seenClock(home, secrets, () => own.ms);
  };
  return { own, restart, record: join(home.secrets, "time") };
}

describe("the highest time ever seen", () => {
  it("is unknown, so nothing is honoured, until the service has said a time", async () => {
    const { restart } = await device();
    expect(await outcome(restart().offlineNow())).toBe("offline-unavailable");
    await restart().heard(secondTime(noon));
    expect(await restart().offlineNow()).toBe(noon);
  });

  it("does not go back with this computer's clock, whoever raised it", async () => {
    const { own, restart } = await device();
    await restart().heard(secondTime(noon + dayMs));
    expect(await restart().offlineNow()).toBe(noon + dayMs);
    own.ms = noon + 3 * dayMs;
    expect(await restart().offlineNow()).toBe(own.ms);
    own.ms = noon - 10 * dayMs;
    expect(await restart().offlineNow()).toBe(noon + 3 * dayMs);
  });

  it("never goes below what the service said before", async () => {
    const { own, restart } = await device();
    await restart().heard(secondTime(noon + dayMs));
    await restart().heard(secondTime(noon - dayMs));
    own.ms = noon - 5 * dayMs;
    expect(await restart().offlineNow()).toBe(noon + dayMs);
  });

  it("is put right by the service after this computer's clock was once far ahead", async () => {
    const { own, restart } = await device();
    await restart().heard(secondTime(noon));
    own.ms = noon + 30_000 * dayMs;
    await restart().offlineNow();
    own.ms = noon + minuteMs;
    expect(await restart().offlineNow()).toBe(noon + 30_000 * dayMs);
    await restart().heard(secondTime(own.ms));
    expect(await restart().offlineNow()).toBe(own.ms);
  });

  it.each(["removed", "damaged"])("is unknown again when its record was %s", async (what) => {
    const { restart, record } = await device();
    await restart().heard(secondTime(noon));
    if (what === "removed") await rm(record);
    else await writeFile(record, (await readFile(record)).reverse());
    expect(await outcome(restart().offlineNow())).toBe("offline-unavailable");
    await restart().heard(secondTime(noon + minuteMs));
    expect(await restart().offlineNow()).toBe(noon + minuteMs);
  });

  it("survives two processes that hear different times at once", async () => {
    const { own, restart } = await device();
    const times = Array.from({ length: 6 }, (_, i) => secondTime(noon + i * dayMs));
    await Promise.all(times.map((time) => restart().heard(time)));
    own.ms = 0;
    expect(await restart().offlineNow()).toBe(noon + 5 * dayMs);
  });

  it("is not what is no time", async () => {
    const { restart } = await device();
    expect(await outcome(restart().heard("2026-02-30T00:00:00Z"))).toBe("service-failed");
  });
});
