import { cp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openAccount, signOut, whoIsSignedIn } from "../../../agent/account.js";
import { openHome } from "../../../agent/home.js";
import { openDeviceKey } from "../../../agent/os-keystore.js";
import { secretFiles } from "../../../agent/secret-files.js";
import { signIn } from "../../../agent/sign-in.js";
import { startService } from "../../../service/start.js";
import { prepareTrial } from "../../../service/trial.js";
import { utf8 } from "../../../shared/bytes.js";
import { scratchService } from "../../service/licensing/scratch-service.js";
import { rsaWorkerUrl } from "../../service/rsa-worker.js";
import { outcome, scratchFolder, scratchHome, scratchOrganisation } from "./scratch-home.js";

const filesIn = async (folder: string) =>
  Promise.all((await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name), "latin1")]));

describe("signing in", () => {
  it("gives an account that works, says where the device key is, and keeps no secret in clear", async () => {
    const { service } = await scratchOrganisation();
    const home = await scratchHome();
    const person = service.people.writer;
    const { info, keystore, isNewDevice } = await signIn(home, { address: service.origin, ...person });
    expect([info.address, keystore, isNewDevice]).toEqual([person.user, "device-pass", true]);
    expect(await whoIsSignedIn(home)).toEqual(info);
    const account = await openAccount(home);
    expect((await account.service.policy()).labels.length).toBeGreaterThan(0);
    const [signer, unsealer] = [await account.signer(), await account.unsealer()];
    expect(signer.publicKey.kid).toBe(account.certificates.licensorKey.kid);
    expect((await signer.sign(utf8("x"))).length).toBe(256);
    expect(await unsealer.unseal(new Uint8Array(256))).toBeNull();
    for (const [name, content] of await filesIn(home.secrets)) {
      expect(content, name).not.toMatch(/eyJ|refresh|PRIVATE/);
      expect((await stat(join(home.secrets, name!))).mode & 0o777).toBe(0o600);
    }
    expect(await readFile(home.account, "latin1")).not.toContain(person.password);
  });

  it("says that name and password do not belong together, changes nothing, and says when it was too often", async () => {
    const { service } = await scratchOrganisation();
    const home = await scratchHome();
    const wrong = { address: service.origin, user: service.people.writer.user, password: "no" };
    await expect(signIn(home, wrong)).rejects.toThrow("this name and password do not belong together; check both");
    expect(await outcome(signIn(home, wrong))).toBe("sign-in-failed");
    expect([await readdir(home.secrets), await whoIsSignedIn(home)]).toEqual([[], null]);
    let last = "sign-in-failed";
    for (let tries = 0; tries < 15 && last === "sign-in-failed"; tries++) last = await outcome(signIn(home, wrong));
    expect(last).toBe("rate-limited");
    await expect(signIn(home, wrong)).rejects.toThrow(/try again in \d+ seconds/);
  });

  it("again keeps the device's keys, and repairs them when they are damaged; somebody else must sign out first", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const first = await signInAs("writer");
    const { home } = first;
    const again = await signInAs("writer", home);
    expect(again.certificates.licensorKey.kid).toBe(first.certificates.licensorKey.kid);
    const other = signIn(home, { address: service.origin, ...service.people.colleague });
    await expect(other).rejects.toThrow(`this device is signed in as ${service.people.writer.user}`);
    expect(await outcome(other)).toBe("account-mismatch");
    expect(await outcome(signIn(home, { address: "https://rms.invalid", user: "a", password: "b" }))).not.toBe(
      "success",
    );
    await writeFile(join(home.secrets, "licensor-key"), "damaged");
    expect(await outcome(again.signer())).toBe("state-damaged");
    const repaired = await signInAs("writer", home);
    expect(repaired.certificates.licensorKey.kid).not.toBe(first.certificates.licensorKey.kid);
    expect((await (await repaired.signer()).sign(utf8("x"))).length).toBe(256);
  });

  it("out forgets keys, tokens and licenses, keeps the watches, and leaves what others copied unreadable", async () => {
    const { signInAs } = await scratchOrganisation();
    const { home, info } = await signInAs("writer");
    await writeFile(home.watches, "[]");
    const copied = await openHome(join(await scratchFolder(), "copy"));
    await cp(home.secrets, copied.secrets, { recursive: true });
    await signOut(home);
    expect(await outcome(openAccount(home))).toBe("sign-in-needed");
    await expect(openAccount(home)).rejects.toThrow("seal login URL");
    expect((await readdir(home.path)).sort()).toEqual([
      "copies",
      "edits",
      "journal",
      "licenses",
      "locks",
      "outbox",
      "secrets",
      "watches.json",
    ]);
    expect([await readdir(home.secrets), await readdir(home.licenses)]).toEqual([[], []]);
    const read = secretFiles(copied.secrets, info.subject, () => openDeviceKey(copied)).read("account-key");
    expect(await outcome(read)).toBe("keystore-unavailable");
    await signOut(home);
    expect((await signInAs("colleague", home)).info.address).not.toBe(info.address);
  });

  it("stays undone as long as account.json is not there: a sign-in cut short is written over", async () => {
    const { signInAs } = await scratchOrganisation();
    const { home } = await signInAs("writer");
    await rm(home.account);
    expect(await outcome(openAccount(home))).toBe("sign-in-needed");
    const other = await signInAs("colleague", home);
    expect((await other.service.policy()).labels.length).toBeGreaterThan(0);
  });

  it("is over when account.json was damaged, and out is the way out", async () => {
    const { signInAs } = await scratchOrganisation();
    const { home } = await signInAs("writer");
    await writeFile(home.account, '{"v":1}');
    expect(await outcome(openAccount(home))).toBe("state-damaged");
    await signOut(home);
    expect(await whoIsSignedIn(home)).toBeNull();
  });
});

describe("another service at the same address", () => {
  it("is not believed: no password goes there, no license of it counts, and only signing out lets it in", async () => {
    const first = await scratchService();
    const home = await scratchHome();
    await signIn(home, { address: first.origin, ...first.people.writer });
    await first.service.close();
    const imposter = await prepareTrial(await scratchFolder(), first.config.listen.port);
    const second = await startService(imposter.config, { rsaWorker: await rsaWorkerUrl() });
    try {
      await second.app.listen(imposter.config.listen);
      const person = imposter.people.find(({ role }) => role === "writer")!;
      const again = signIn(home, { address: first.origin, ...person });
      await expect(again).rejects.toThrow(/another key than the one trusted/);
      expect(await outcome(again)).toBe("service-untrusted");
      const { records } = await second.parts.audit.verify();
      expect(records).toBe(0);
      expect(await outcome((await openAccount(home)).service.policy())).toBe("sign-in-needed");
      await signOut(home);
      expect(await outcome(signIn(home, { address: first.origin, ...person }))).toBe("success");
    } finally {
      await second.close();
    }
  });
});

describe("tokens", () => {
  /** Makes the access token look ended, as it is after ten minutes. */
  async function age(account: Awaited<ReturnType<typeof openAccount>>) {
    const tokens = JSON.parse(new TextDecoder().decode((await account.secrets.read("tokens"))!));
    await account.secrets.write("tokens", utf8(JSON.stringify({ ...tokens, untilMs: 0 })));
    return tokens;
  }

  it("are refreshed once when several processes find them ended", async () => {
    const { signInAs } = await scratchOrganisation();
    const { home } = await signInAs("writer");
    for (let round = 0; round < 3; round++) {
      await age(await openAccount(home));
      const processes = await Promise.all(Array.from({ length: 4 }, () => openAccount(home)));
      const answers = await Promise.all(processes.map(({ service }) => outcome(service.policy())));
      expect(answers).toEqual(["success", "success", "success", "success"]);
    }
  });

  it("are refreshed when the service refuses one that looks good", async () => {
    const { signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const tokens = await age(account);
    await account.secrets.write("tokens", utf8(JSON.stringify({ ...tokens, access: "a.b.c", untilMs: 9e15 })));
    expect(await outcome((await openAccount(account.home)).service.policy())).toBe("success");
  });

  it("that the service takes no more end the sign-in, with words that say what to do", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    const tokens = await age(account);
    await account.secrets.write("tokens", utf8(JSON.stringify({ ...tokens, refresh: "spent", untilMs: 0 })));
    const call = (await openAccount(account.home)).service.policy();
    await expect(call).rejects.toThrow(`sign in again with: seal login ${service.origin}`);
    expect(await outcome(call)).toBe("sign-in-needed");
  });

  it("of one device are of no use with the proof key of another", async () => {
    const { signInAs } = await scratchOrganisation();
    const [one, two] = [await signInAs("writer"), await signInAs("writer")];
    await two.secrets.write("tokens", (await one.secrets.read("tokens"))!);
    expect(await outcome((await openAccount(two.home)).service.policy())).toBe("sign-in-needed");
  });
});

describe("certificates", () => {
  it("are renewed when their end is near, and the account goes on with the same keys", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const account = await signInAs("writer");
    expect(await account.renew()).toBe(account);
    const late = await openAccount(account.home, () => account.certificates.licensorUntilMs! - 1);
    const renewed = await late.renew();
    expect(renewed.certificates.licensor).not.toBe(account.certificates.licensor);
    expect(renewed.certificates.licensorKey.kid).toBe(account.certificates.licensorKey.kid);
    expect((await openAccount(account.home)).certificates).toEqual(renewed.certificates);
    await service.service.close();
    expect(await outcome(renewed.renew({ always: true }))).toBe("service-unreachable");
  });
});
