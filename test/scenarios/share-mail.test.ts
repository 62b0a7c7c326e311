import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PostalMime, { type Email } from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { makePackage, wordParts } from "../office-documents.js";
import { openSmtpCatcher, type SmtpCatcher } from "../service/mail/smtp-catcher.js";
import { type Run, type RunOptions, seal, stop, type Trial, up } from "./seal.js";

/** `seal share` by mail: a real mail server, and the mails read by another program than the one that writes them. */

let root: string;
let trial: Trial;
let server: SmtpCatcher;
const refusing = "nobody@outside.example";
const at = (...names: string[]) => join(root, ...names);
const canary = "rhodium-canary";

const adaWith = (options: RunOptions, ...args: string[]): Promise<Run> =>
  seal(args, { home: trial.home, cwd: root, ...options });
const ada = (...args: string[]): Promise<Run> => adaWith({}, ...args);
const olga = (...args: string[]): Promise<Run> => seal(args, { home: at("outsider"), cwd: root });
const done = async (run: Promise<Run>): Promise<Run> => {
  const made = await run;
  expect(made.code, made.err).toBe(0);
  return made;
};
const lastLine = ({ text }: Run) => JSON.parse(text.trim().split("\n").at(-1)!);
const parsed = (raw: string | Buffer): Promise<Email> => PostalMime.parse(raw);
const namesIn = ({ attachments }: Email) => attachments.map(({ filename }) => filename);

/** Each attachment as the outsider reads it, by its name. */
async function readAll(mail: Email): Promise<Record<string, string>> {
  const folder = await mkdtemp(at("inbox-"));
  const read: Record<string, string> = {};
  for (const { filename, content } of mail.attachments) {
    await writeFile(join(folder, filename!), Buffer.from(content as ArrayBuffer));
    const opened = await olga("cat", join(folder, filename!));
    read[filename!] = opened.code === 0 ? opened.text : `exit ${opened.code}`;
  }
  return read;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "seal-mail-"));
  trial = await up(at("trial"), await freePort());
  const { user, password } = trial.people.find(({ role }) => role === "outsider")!;
  const login = ["login", trial.service, "--user", user, "--password-stdin"];
  expect(await seal(login, { home: at("outsider"), input: password })).toMatchObject({ code: 0 });
  server = await openSmtpCatcher({
    disabledCommands: ["STARTTLS"],
    onRcptTo: ({ address }, _session, next) => next(address === refusing ? new Error("no such person") : null),
  });
});
afterAll(async () => {
  await server?.close();
  await stop(trial, "SIGKILL");
  await removeFolder(root);
});

describe("without a mail server", () => {
  it("leaves a draft that a mail program opens to be sent, with the protected file and its page", async () => {
    await mkdir(at("draft"));
    await writeFile(at("draft", "offer.txt"), canary);
    const words = ["--message", "as we said:\nread it by Friday", "--subject", "The offer"];
    const to = ["--to", "olga@outside.example:EXPORT", "--to", "bob@trial.example"];
    const told = lastLine(await done(ada("share", "draft/offer.txt", ...to, ...words, "--json")));
    expect(told).toMatchObject({ mail: "draft", path: "draft/offer.eml", refused: [] });
    expect(readdirSync(at("draft")).sort()).toEqual(["offer.eml", "offer.ptxt", "offer.txt"]);
    const raw = readFileSync(at("draft", "offer.eml"));
    expect(told.bytes).toBe(raw.length);
    expect(raw.includes(canary)).toBe(false);
    expect(raw.includes(Buffer.from(canary).toString("base64").slice(0, 16))).toBe(false);
    const mail = await parsed(raw);
    expect(mail.headers.find(({ key }) => key === "x-unsent")?.value).toBe("1");
    expect(mail.subject).toBe("The offer");
    expect(mail.from?.address).toBe(trial.people.find(({ role }) => role === "writer")!.user);
    expect(mail.to?.map(({ address }) => address)).toEqual(["olga@outside.example", "bob@trial.example"]);
    expect(namesIn(mail)).toEqual(["offer.ptxt", "offer.html"]);
    expect(told.attachments).toEqual(namesIn(mail));
    for (const part of [
      "as we said:\nread it by Friday",
      "sends you a protected file",
      "offer.ptxt",
      "press Open",
      "No end of access",
      `${trial.service}/view`,
    ])
      expect(mail.text).toContain(part);
    expect(await readAll(mail)).toEqual({ "offer.ptxt": canary, "offer.html": canary });
  });

  it("writes in German where the computer does, and names the day on which access ends", async () => {
    await writeFile(at("ende.txt"), canary);
    await done(ada("protect", "ende.txt", "--grant", "bob@trial.example:VIEW", "--expires", "2031-03-04T12:00:00Z"));
    await done(
      adaWith({ env: { LC_ALL: "de_DE.UTF-8" } }, "share", "ende.ptxt", "--to", "olga@outside.example", "--out", "neu"),
    );
    const mail = await parsed(readFileSync(at("neu", "ende.eml")));
    expect(mail.subject).toMatch(/ schickt Ihnen eine geschützte Datei$/);
    expect(mail.text).toContain("Der Zugriff endet am 4. März 2031");
    expect((await olga("rights", "ende.ptxt")).code).toBe(0);
  });

  it("never takes another's name for the draft, and mails nothing to a domain", async () => {
    await writeFile(at("note.txt"), canary);
    await writeFile(at("note.eml"), "a mail of mine");
    await done(ada("share", "note.txt", "--to", "olga@outside.example"));
    expect(readFileSync(at("note.eml"), "utf8")).toBe("a mail of mine");
    expect(existsSync(at("note (2).eml"))).toBe(true);
    const domain = await ada("share", "note.txt", "--to", "@outside.example");
    expect(domain).toMatchObject({ code: 2, text: "" });
    expect(domain.err).toContain("a whole domain cannot be mailed to");
  });
});

describe("with a mail server", () => {
  beforeAll(async () => {
    const set = ["mail", "set", `smtp://ada@127.0.0.1:${server.port}`, "--from", "plans@trial.example"];
    const made = await adaWith({ input: "pass word" }, ...set, "--password-stdin");
    expect(made, made.err).toMatchObject({ code: 0 });
  });

  it("keeps its password under the device key, and shows it to nobody", async () => {
    const shown = await done(ada("mail", "show", "--json"));
    expect(JSON.parse(shown.text)).toEqual({
      server: `smtp://ada@127.0.0.1:${server.port}`,
      from: "plans@trial.example",
    });
    const files = readdirSync(trial.home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name));
      expect(bytes.includes("pass word"), file.name).toBe(false);
    }
  });

  it("mails what it protected, once, to the people named", async () => {
    const before = server.mails.length;
    await writeFile(at("sent.txt"), canary);
    const told = lastLine(await done(ada("share", "sent.txt", "--to", "olga@outside.example:EXPORT", "--json")));
    expect(told).toMatchObject({ mail: "sent", to: ["olga@outside.example"], refused: [] });
    expect(existsSync(at("sent.eml"))).toBe(false);
    expect(server.logins).toContain("ada pass word");
    const [caught] = server.mails.slice(before);
    expect(server.mails).toHaveLength(before + 1);
    expect(caught).toMatchObject({ from: "plans@trial.example", to: ["olga@outside.example"] });
    const mail = await parsed(caught!.raw);
    expect(mail.headers.some(({ key }) => key === "x-unsent")).toBe(false);
    expect(await readAll(mail)).toEqual({ "sent.ptxt": canary, "sent.html": canary });
  });

  it("says who did not get it, and what was not sent at all", async () => {
    await writeFile(at("some.txt"), canary);
    const some = await ada("share", "some.txt", "--to", "olga@outside.example", "--to", refusing, "--json");
    expect(some.code).toBe(7);
    expect(lastLine(some)).toMatchObject({ mail: "sent", to: ["olga@outside.example"], refused: [refusing] });
    const before = server.mails.length;
    const none = await ada("share", "some.txt", "--to", refusing);
    expect(none.code).toBe(1);
    expect(none.err).toContain("the files are shared, and not mailed");
    const missing = await ada("share", "some.txt", "nowhere.txt", "--to", "olga@outside.example");
    expect(missing.code).toBe(7);
    expect(missing.err).toContain("nothing is mailed");
    expect(server.mails).toHaveLength(before);
  });

  it("lets nothing that people chose into a header", async () => {
    const before = server.mails.length;
    const evil = "x\r\nBcc: evil@outside.example\r\n\r\n<b>";
    const name = "a\r\nContent-Type: text.txt";
    await writeFile(at(name), canary);
    const to = ["--to", "olga@outside.example"];
    await done(ada("share", name, ...to, "--subject", evil, "--message", `${evil}\n.\nRSET`));
    const caught = server.mails[before]!;
    expect(caught.to).toEqual(["olga@outside.example"]);
    expect(caught.headers.some((line) => /^(bcc|x):/i.test(line))).toBe(false);
    const mail = await parsed(caught.raw);
    expect(mail.subject).toBe("x Bcc: evil@outside.example <b>");
    expect(namesIn(mail).every((one) => !/[\r\n]/.test(one!))).toBe(true);
    expect(mail.text).toContain("\n.\nRSET");
    const wrong = await ada("share", name, "--to", "a\r\nb@outside.example");
    expect(wrong).toMatchObject({ code: 2 });
  });

  it("says clearly who can read where a label does, and takes no rights beside it", async () => {
    const before = server.mails.length;
    await writeFile(at("labelled.txt"), canary);
    const how = ["--label", "Confidential/Project", "--to", "olga@outside.example"];
    const told = await done(ada("share", "labelled.txt", ...how));
    expect(told.err).toContain("the label Confidential/Project says who can open it");
    expect(told.err).toContain("olga@outside.example: only as members of a group in it, else not at all");
    const mail = await parsed(server.mails[before]!.raw);
    expect(mail.text).toContain("Who can open it is said by the label Confidential/Project");
    expect(Object.values(await readAll(mail))).toEqual(["exit 3", "exit 3"]);
    const rights = await ada(
      "share",
      "labelled.txt",
      "--label",
      "Confidential/Project",
      "--to",
      "bob@trial.example:EDIT",
    );
    expect(rights).toMatchObject({ code: 2 });
    const recipients = ["--label", "Confidential/Recipients only", "--to", "olga@outside.example:EXPORT"];
    await done(ada("share", "labelled.txt", ...recipients, "--out", "only"));
    expect((await olga("cat", "only/labelled.ptxt")).text).toBe(canary);
  });

  it("brings the copy to look at of Office documents, and its page", async () => {
    const before = server.mails.length;
    makePackage(at("plan.docx"), wordParts(canary));
    await done(ada("share", "plan.docx", "--to", "olga@outside.example", "--out", "office"));
    const mail = await parsed(server.mails[before]!.raw);
    expect(namesIn(mail)).toEqual(["plan.docx", "plan.ppdf", "plan.html"]);
    expect(server.mails[before]!.raw.includes(canary)).toBe(false);
    await done(ada("share", "office/plan.docx", "--to", "bob@trial.example"));
    expect(namesIn(await parsed(server.mails[before + 1]!.raw))).toEqual(["plan.docx", "plan.ppdf", "plan.html"]);
    expect(readdirSync(at("office")).sort()).toEqual(["plan.docx", "plan.ppdf"]);
  });

  it("leaves out what its page holds where a mail would be too large, and says when even that is too much", async () => {
    const before = server.mails.length;
    await writeFile(at("large.bin"), Buffer.alloc(11 << 20, 7));
    const told = lastLine(await done(ada("share", "large.bin", "--to", "olga@outside.example", "--json")));
    expect(told.attachments).toEqual(["large.bin.html"]);
    expect(told.bytes).toBeLessThan(25_000_000);
    expect(server.mails).toHaveLength(before + 1);
    await writeFile(at("larger.bin"), Buffer.alloc(20 << 20, 7));
    const larger = await ada("share", "larger.bin", "--to", "olga@outside.example");
    expect(larger.code).toBe(1);
    expect(larger.err).toContain("mail services carry 25 MB");
    expect(server.mails).toHaveLength(before + 1);
  });

  it("is told nothing of what cannot be kept, and forgets", async () => {
    const passwordless = `smtp://127.0.0.1:${server.port}`;
    for (const url of ["https://x.example", "smtp://a:secret@x.example", "smtp://x.example/path", "nonsense"])
      expect(await ada("mail", "set", url), url).toMatchObject({ code: 2 });
    expect(await ada("mail", "set", `smtp://ada@127.0.0.1:${server.port}`)).toMatchObject({ code: 2 });
    await done(ada("mail", "set", passwordless));
    const before = server.mails.length;
    await done(ada("share", "note.txt", "--to", "olga@outside.example", "--draft", "--out", "drafts"));
    expect(server.mails).toHaveLength(before);
    expect(readdirSync(at("drafts"))).toContain("note.eml");
    await done(ada("mail", "forget"));
    expect(JSON.parse((await done(ada("mail", "show", "--json"))).text)).toEqual({ server: null, from: null });
  });
});
