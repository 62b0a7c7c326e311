import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { RequestMails } from "../../../service/licensing/request-mails.js";
import type { Letter } from "../../../service/mail/letter.js";
import { textIn } from "../mail/smtp-catcher.js";
import { sharedService } from "./scratch-service.js";

/** Owners hear by mail that somebody asks: once about each document for a while, however many ask. */

const shared = sharedService();
const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 10_000 });

/** Mails of the service, oldest first. */
async function mails(): Promise<string[]> {
  const folder = join(shared().config.dataFolder, "mail");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".eml")).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}

const about = async (file: string) => (await mails()).filter((raw) => textIn({ raw }).includes(file));

describe("a request for access", () => {
  it("is mailed to the owner with who, what and why, once for a while", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license } = await ada.publish({ name: "plan-a.txt" });
    await olga.client.askAccess(license, "I take over from Eve");
    await soon(async () => (await about("plan-a.txt")).length).toBe(1);
    await bob.client.askAccess(license, "me too");
    await olga.client.askAccess(license, "please");
    const [raw] = await about("plan-a.txt");
    expect(raw).toContain("\nTo: ada@trial.example\n");
    const text = textIn({ raw: raw! });
    expect(text).toContain("Olga Novak (olga@outside.example) asks for access to “plan-a.txt”");
    expect(text).toContain("“I take over from Eve”");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await about("plan-a.txt")).toHaveLength(1);
  });

  it("by the owner themselves mails nobody", async () => {
    const { ada } = shared().devices;
    const { license } = await ada.publish({ name: "plan-b.txt" });
    await ada.client.askAccess(license, "mine");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await about("plan-b.txt")).toEqual([]);
  });

  it("is never mailed out of the directory, whoever a policy says its owner is: whoever protected it hears of it", async () => {
    const { ada, olga } = shared().devices;
    const { license } = await ada.publish({ name: "plan-c.txt", owner: "eve@evil.example" });
    await olga.client.askAccess(license, "hello");
    await soon(async () => (await about("plan-c.txt")).length).toBe(1);
    expect((await about("plan-c.txt"))[0]).toContain("\nTo: ada@trial.example\n");
  });

  it("comes with others that came after the last mail, each time after a longer wait", async () => {
    const { ada, bob, olga } = shared().devices;
    const { license, policy } = await ada.publish({ name: "plan-d.txt" });
    const { store, presentDirectory: directory } = shared().service.parts;
    const sent: { letter: Letter; atMs: number }[] = [];
    const post = (letter: Letter) => void sent.push({ letter, atMs: performance.now() });
    const failed = (cause: unknown) => expect.fail(String(cause));
    const mailer = { post, language: "de" as const };
    const requestMails = new RequestMails({
      mailer,
      store,
      directory,
      page: null,
      failed,
      now: Date.now,
      quietMs: 250,
    });
    onTestFinished(() => requestMails.close());
    const document = { family: policy.family, issuer: policy.issuer };
    await olga.client.askAccess(license, "one");
    requestMails.asked(document);
    await bob.client.askAccess(license, "two");
    for (let i = 0; i < 20; i++) requestMails.asked(document);
    await soon(() => sent.length).toBe(2);
    requestMails.asked(document);
    await soon(() => sent.length).toBe(3);
    expect(sent[1]!.letter.paragraphs.join("\n")).toMatch(
      /Bob Fisher \(bob@trial\.example\): „two“\nOlga Novak .*„one“/,
    );
    expect(sent[1]!.letter.subject).toBe("Mehrere bitten um Zugriff auf „plan-d.txt“");
    expect(sent[2]!.atMs - sent[1]!.atMs).toBeGreaterThan(450);
    const { requests } = await ada.client.accessRequests();
    for (const { id } of requests.filter(({ family }) => family === policy.family)) await ada.client.refuseAccess(id);
    requestMails.asked(document);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(sent).toHaveLength(3); // everything was answered
  });
});
