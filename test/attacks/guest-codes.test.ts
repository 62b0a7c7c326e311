import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64 } from "../../shared/bytes.js";
import {
  ask,
  comeIn,
  grantsTo,
  mailedCode,
  otherThan,
  post,
  randomText,
  redeem,
  tokensFor,
} from "../service/guests/visitor.js";
import { refusalOf } from "../service/licensing/device.js";
import { scratchService, sharedService } from "../service/licensing/scratch-service.js";
import { openSmtpCatcher, type SmtpCatcher, textIn } from "../service/mail/smtp-catcher.js";

/** T13, T14: what strangers try with codes that are mailed to guests. */

let catcher: SmtpCatcher;
const config: Record<string, unknown> = { trustedProxies: ["127.0.0.1", "::1"] };
beforeAll(async () => {
  catcher = await openSmtpCatcher({ disabledCommands: ["STARTTLS", "AUTH"] });
  const smtp = { host: "127.0.0.1", port: catcher.port, tls: "none" };
  config.mail = { from: "seal@trial.example", language: "en", smtp };
});
afterAll(() => catcher.close());
const shared = sharedService({ config: config as never });

let lastIp = 0;
const someIp = () => `198.51.${Math.floor(++lastIp / 250)}.${(lastIp % 250) + 1}`;
const mailsTo = (address: string) => catcher.mails.filter(({ to }) => to.includes(address));
const moment = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A document for a guest nobody else uses, and a page that asked for its code. */
async function asked(
  address = `${randomText().replace(/\W/g, "").slice(0, 12).toLowerCase()}@gmail.example`,
  rest = {},
) {
  const { ada } = shared().devices;
  const { license } = await ada.publish({ name: "plan.txt", ...grantsTo(address), ...rest });
  const page = await ask(shared().origin, license, address, { ip: someIp() });
  return { address, license, page, code: () => mailedCode(catcher, address) };
}

describe("a code", () => {
  it("takes five tries in all, from however many places they come at once", async () => {
    const { page, code } = await asked();
    const right = await code();
    const { clock } = shared();
    const started = Date.now();
    clock.now = () => started;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_none, i) =>
        redeem(shared().origin, page, otherThan(right, i + 1), { ip: someIp() }),
      ),
    );
    expect(answers.filter(({ state }) => state === "wrong")).toHaveLength(1); // all others came too early
    let tried = 1;
    let aheadMs = 0;
    clock.now = () => Date.now() + aheadMs;
    try {
      for (let i = 0; i < 40; i++) {
        aheadMs += 2000;
        const { state } = await redeem(shared().origin, page, otherThan(right, 100 + i), { ip: someIp() });
        if (state !== "early") tried++;
        if (state === "over") break;
      }
      expect(tried).toBe(5);
      expect(await redeem(shared().origin, page, right, { ip: someIp() })).toMatchObject({ state: "over" });
    } finally {
      clock.now = Date.now;
    }
    expect(Date.now() - started).toBeLessThan(30_000);
  });

  it("is not tried for twice as long after each wrong one, also if it is right", async () => {
    const { page, code } = await asked();
    const right = await code();
    const { clock, origin } = shared();
    let aheadMs = 0;
    const frozenMs = Date.now();
    clock.now = () => frozenMs + aheadMs;
    try {
      for (const [left, wait] of [
        [4, 1],
        [3, 2],
        [2, 4],
        [1, 8],
      ] as const) {
        expect(await redeem(origin, page, otherThan(right), { ip: someIp() })).toMatchObject({
          state: "wrong",
          left,
          wait,
        });
        aheadMs += wait * 1000 - 1;
        expect(await redeem(origin, page, right, { ip: someIp() })).toMatchObject({ state: "early" });
        aheadMs += 1;
      }
      expect(await redeem(origin, page, right, { ip: someIp() })).toMatchObject({ state: "in" });
    } finally {
      clock.now = Date.now;
    }
  });

  it("works once, for a quarter of an hour", async () => {
    const { origin, clock } = shared();
    const one = await asked();
    const right = await one.code();
    const both = await Promise.all([1, 2].map(() => redeem(origin, one.page, right, { ip: someIp() })));
    expect(both.map(({ state }) => state).sort()).toEqual(["in", "over"]);
    const late = await asked();
    const lateCode = await late.code();
    clock.now = () => Date.now() + 15 * 60_000;
    try {
      expect(await redeem(origin, late.page, lateCode, { ip: someIp() })).toMatchObject({ state: "over" });
    } finally {
      clock.now = Date.now;
    }
  });

  it("is for the page that asked: another one that asked for the same gets nowhere with it", async () => {
    const { origin } = shared();
    const victim = await asked();
    const right = await victim.code();
    const attacker = await ask(origin, await licenseOf(victim), victim.address, { ip: someIp() });
    expect(await redeem(origin, attacker, right, { ip: someIp() })).toMatchObject({ state: "wrong" });
    expect(await redeem(origin, { ...attacker, ticket: randomText() }, right)).toMatchObject({ state: "over" });
    const answer = await redeem(origin, victim.page, right, { ip: someIp() });
    if (answer.state !== "in") throw new Error("the page that asked did not get in");
    await expect(tokensFor(origin, attacker, answer.grant)).rejects.toMatchObject({ code: "sign-in-needed" });
  });

  it("is for the file it was asked with", async () => {
    const { ada } = shared().devices;
    const { origin } = shared();
    const { address, page, code } = await asked();
    const right = await code();
    const b = await ada.publish({ name: "b.txt", ...grantsTo(address) });
    const pageOfB = await ask(origin, b.license, address, { ip: someIp() });
    await mailedCode(catcher, address, 2);
    expect(await redeem(origin, pageOfB, right, { ip: someIp() })).toMatchObject({ state: "wrong" });
    const mixed = { ...page, license: pageOfB.license };
    expect(await redeem(origin, mixed, right, { ip: someIp() })).toMatchObject({ state: "wrong", left: 4 });
  });

  it("is nowhere in the database", async () => {
    const { code } = await asked();
    const right = await code();
    const { config: used } = shared();
    for (const name of ["sealwright.db", "sealwright.db-wal"])
      expect((await readFile(join(used.dataFolder, name))).includes(right), name).toBe(false);
  });

  it("comes without a link, and one that is followed does nothing", async () => {
    const { page, code, address } = await asked();
    const right = await code();
    const [mail] = mailsTo(address);
    expect(mail!.raw).not.toMatch(/https?:|www\.|localhost/);
    const { ticket, license } = page;
    const query = new URLSearchParams({ ticket, license, code: right });
    for (const method of ["GET", "HEAD", "OPTIONS"])
      await fetch(`${shared().origin}/api/v1/guest-codes/redeem?${query}`, { method });
    expect(await redeem(shared().origin, page, right, { ip: someIp() })).toMatchObject({ state: "in" });
  });

  it("that a name with line breaks comes with reaches nobody else", async () => {
    const { address, code } = await asked(undefined, { name: "x\r\nBcc: eve@evil.example\r\n\r\nhello" });
    await code();
    const [mail] = mailsTo(address);
    expect(mail!.to).toEqual([address]);
    expect(mail!.headers.filter((line) => /^bcc/i.test(line))).toEqual([]);
  });
});

const licenseOf = async ({ license }: { license: Uint8Array<ArrayBuffer> }) => license;

describe("a stranger", () => {
  it("who is not named gets the same answers, and no mail", async () => {
    const { origin } = shared();
    const { license, code } = await asked();
    await code();
    const before = catcher.mails.length;
    const page = await ask(origin, license, "stranger@gmail.example", { ip: someIp() });
    const { clock } = shared();
    let aheadMs = 0;
    clock.now = () => Date.now() + aheadMs;
    try {
      const states: unknown[] = [];
      for (let i = 0; i < 6; i++) {
        aheadMs += 20_000;
        states.push(await redeem(origin, page, String(i).repeat(8), { ip: someIp() }));
      }
      expect(states).toMatchObject([
        { state: "wrong", left: 4, wait: 1 },
        { state: "wrong", left: 3, wait: 2 },
        { state: "wrong", left: 2, wait: 4 },
        { state: "wrong", left: 1, wait: 8 },
        { state: "over" },
        { state: "over" },
      ]);
    } finally {
      clock.now = Date.now;
    }
    expect(catcher.mails.length).toBe(before);
  });

  it("learns nothing by the time an answer takes, nor by a license that is none", async () => {
    const { origin } = shared();
    const { ada } = shared().devices;
    const address = "timed@gmail.example";
    const { license } = await ada.publish(grantsTo(address));
    const took: Record<"named" | "unnamed", number[]> = { named: [], unnamed: [] };
    for (let i = 0; i < 60; i++)
      for (const kind of ["named", "unnamed"] as const) {
        const who = kind === "named" ? address : `timed${i}@gmail.example`;
        const startMs = performance.now();
        await ask(origin, license, who, { ip: someIp() });
        took[kind].push(performance.now() - startMs);
        await moment(10);
      }
    const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]!;
    const [named, unnamed] = [median(took.named), median(took.unnamed)];
    expect(Math.max(named, unnamed) / Math.min(named, unnamed)).toBeLessThan(1.5);
    const broken = { license: toBase64(new Uint8Array(100)), address, challenge: randomText(), nonce: randomText() };
    expect((await post(origin, "/guest-codes", broken, { ip: someIp() })).status).toBe(200);
  });

  it("floods no mailbox, and asks no more than so often from one place", async () => {
    const scratch = await scratchService({ config: config as never });
    const ada = await scratch.enrol("writer");
    const address = "flooded@gmail.example";
    const { license } = await ada.publish(grantsTo(address));
    for (let i = 0; i < 12; i++) await ask(scratch.origin, license, address, { ip: someIp() });
    await mailedCode(catcher, address, 5);
    await moment(300);
    expect(mailsTo(address)).toHaveLength(5);
    const request = { license: toBase64(license), address, challenge: randomText(), nonce: randomText() };
    const ip = "203.0.113.9";
    const statuses: number[] = [];
    for (let i = 0; i < 22; i++) statuses.push((await post(scratch.origin, "/guest-codes", request, { ip })).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(429);
    const form = { method: "POST", headers: { "content-type": "text/plain" }, body: JSON.stringify(request) };
    expect((await fetch(`${scratch.origin}/api/v1/guest-codes`, form)).status).toBe(415); // as a page elsewhere could send it
  });
});

describe("an address", () => {
  /** Whether a code is mailed to `to`, for a document that names `named`. */
  async function isMailed(to: string, named = to): Promise<boolean> {
    const { ada } = shared().devices;
    const { license } = await ada.publish({ ...grantsTo(named) });
    const before = catcher.mails.length;
    const request = { license: toBase64(license), address: to, challenge: randomText(), nonce: randomText() };
    await post(shared().origin, "/guest-codes", request, { ip: someIp() });
    await moment(400);
    return catcher.mails.length > before;
  }

  it("of our own domains, or that somebody in the directory has or had, makes nobody a guest", async () => {
    const { ines } = shared().devices;
    await ines.admin.addPerson({ addresses: ["pat@gone.example"], name: "Pat", administrator: false, recycled: false });
    await ines.admin.removePerson({ who: "pat@gone.example" });
    for (const address of [
      "nobody@trial.example",
      "bob@trial.example",
      "BOB@TRIAL.example",
      "project@trial.example",
      "olga@outside.example",
      "other@outside.example",
      "pat@gone.example",
    ])
      expect(await isMailed(address, address.toLowerCase()), address).toBe(false);
    expect(await isMailed("free@gmail.example")).toBe(true);
  });

  it("that only looks like the one that is named does not count", async () => {
    const named = "rob@gmail.example";
    for (const likeIt of [
      "r\u043eb@gmail.example", // Cyrillic
      "rob@gm\u0430il.example",
      "rob@gmail.example.evil.example",
      "rob+x@gmail.example",
      "r.ob@gmail.example",
      "rob@sub.gmail.example",
      "\uff52ob@gmail.example", // full width
      "rob\u200b@gmail.example",
      '"rob"@gmail.example',
      "rob@gmail.example,eve@evil.example",
      "eve@evil.example\nrob@gmail.example",
    ])
      expect(await isMailed(likeIt, named), likeIt).toBe(false);
    expect(await isMailed("ROB@Gmail.Example", named)).toBe(true);
  });

  it("of a domain of the configuration is ours; then others where somebody of the directory is, are not", async () => {
    const ownDomains = ["trial.example", "harbour.example"];
    const scratch = await scratchService({ config: { ...config, ownDomains } as never });
    const ada = await scratch.enrol("writer");
    const who = ["a@harbour.example", "b@outside.example", "olga@outside.example"];
    const { license } = await ada.publish({ grants: [{ who, rights: ["VIEW"] }] });
    for (const address of who) await ask(scratch.origin, license, address, { ip: someIp() });
    await mailedCode(catcher, "b@outside.example");
    await moment(300);
    expect([mailsTo("a@harbour.example"), mailsTo("olga@outside.example")]).toEqual([[], []]);
  });

  it("that is locked out gets no code, and nothing more with what it had", async () => {
    const { ada, ines } = shared().devices;
    const address = "locked@gmail.example";
    const { license } = await ada.publish(grantsTo(address));
    const { device, tokens } = await comeIn(shared(), catcher, license, address);
    await device.use(license);
    await ines.admin.lockGuest({ address, isLockedOut: true });
    expect(await refusalOf(device.use(license))).toMatchObject({ code: "account-mismatch" });
    expect(tokens.refresh).not.toBe("");
    expect(await isMailed(address)).toBe(false);
    await ines.admin.lockGuest({ address, isLockedOut: false });
    expect(await isMailed(address)).toBe(true);
    expect(textIn(mailsTo(address).at(-1)!)).toContain("sent you a file");
  });
});
