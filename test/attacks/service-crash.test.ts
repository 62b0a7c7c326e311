import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { TrialRole } from "../../service/trial.js";
import type { Bytes } from "../../shared/bytes.js";
import { codeOf } from "../../shared/errors.js";
import { freePort } from "../free-port.js";
import { times } from "../scale.js";
import { enrol, refusalOf, type TestDevice } from "../service/licensing/device.js";
import { shippedService, startProcess } from "../service/service-process.js";

/** Killed in the middle of requests, the service has kept all it said it had done (threat T17). */

const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

interface Acknowledged {
  granted: Bytes[];
  registered: Bytes[];
  revoked: { license: Bytes; at: string }[];
}

type Two = { ada: TestDevice; bob: TestDevice };

/** Asks for everything at once, kills the service after so many answers, and notes what was answered. */
async function askUntilKilled(
  { ada, bob }: Two,
  licenses: readonly Bytes[],
  answers: number,
  kill: () => Promise<void>,
) {
  const acknowledged: Acknowledged = { granted: [], registered: [], revoked: [] };
  let answered = 0;
  const ask = async (license: Bytes, at: number) => {
    const work = [
      () => bob.client.useLicense(license, bob.accountCertificate).then(() => acknowledged.granted.push(license)),
      () => ada.client.register(license).then(() => acknowledged.registered.push(license)),
      () => ada.client.revoke(license).then(({ revoked }) => acknowledged.revoked.push({ license, at: revoked! })),
    ];
    for (const act of at % 3 === 0 ? work : work.slice(0, 2)) {
      await act();
      if (++answered === answers) await kill();
    }
  };
  const outcomes = await Promise.allSettled(licenses.map(ask));
  for (const outcome of outcomes)
    if (outcome.status === "rejected") expect(codeOf(outcome.reason)).toBe("service-unreachable");
  expect(outcomes.map(({ status }) => status)).toContain("rejected");
  return acknowledged;
}

async function checkKept({ ada, bob }: Two, kept: Acknowledged): Promise<void> {
  for (const license of kept.granted) {
    const { events } = await ada.client.track(license);
    expect(events).toContainEqual(expect.objectContaining({ action: "grant", result: "done", name: "Bob Fisher" }));
  }
  for (const license of kept.registered) expect((await ada.client.track(license)).document).not.toBeNull();
  for (const { license, at } of kept.revoked) {
    expect((await ada.client.track(license)).document?.revoked).toBe(at);
    expect((await refusalOf(bob.use(license))).code).toBe("access-revoked");
  }
}

it("keeps what it acknowledged through kill -9, with its audit intact", { timeout: 20 * 60_000 }, async () => {
  const { folder, program } = await shippedService();
  const args = ["--trial", join(folder, "data"), "--port", String(await freePort())];
  let running = await startProcess(program, args);
  onTestFinished(() => running.kill());
  const { ready: origin, people } = running.ready;
  const device = (role: TrialRole) => enrol(origin, people.find((person) => person.role === role)!, { now: Date.now });
  const devices = { ada: await device("writer"), bob: await device("colleague"), ines: await device("administrator") };
  for (let round = 0; round < times(3); round++) {
    const published = Array.from({ length: 60 }, async () => (await devices.ada.publish({ grants })).license);
    const answers = 1 + ((round * 37) % 100);
    const kept = await askUntilKilled(devices, await Promise.all(published), answers, running.kill);
    running = await startProcess(program, args);
    expect(await devices.ines.admin.verifyAudit()).toMatchObject({ intact: true, firstBad: null });
    await checkKept(devices, kept);
  }
});
