import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { codeLetter, requestLetter } from "../../../service/mail/letters.js";
import { MailConfig } from "../../../service/mail/mail-config.js";
import { Mailer } from "../../../service/mail/mailer.js";
import { isMailable, lineOf } from "../../../shared/mail-line.js";
import { scratchFolder } from "../scratch.js";
import { smtpCatcher, textIn } from "./smtp-catcher.js";

const nowMs = Date.UTC(2026, 10, 28, 9, 30);
const from = "sealwright@contoso.example";
const about = {
  to: "bob@gmail.example",
  language: "en" as const,
  organisation: "Contoso",
  sender: { name: "Ada Lovelace", address: "ada@contoso.example" },
  file: "plan",
  code: "12345678",
  minutes: 15,
};
const asked = {
  to: "ada@contoso.example",
  language: "en" as const,
  askers: [{ name: "Olga Novak", address: "olga@outside.example", reason: "I take over from Eve" }],
  more: false,
  file: "plan.docx",
  page: new URL("https://rms.contoso.example/requests"),
};

async function mailerTo(config: object, more: { withinMs?: number } = {}) {
  const failures: unknown[] = [];
  const options = { organisation: "Contoso, Inc. <x>", failed: (cause: unknown) => failures.push(cause) };
  const mailer = await Mailer.open(MailConfig.parse({ from, ...config }), { ...options, now: () => nowMs, ...more });
  return { mailer, failures };
}

async function throughClear(letter = codeLetter(about)) {
  const catcher = await smtpCatcher({ disabledCommands: ["STARTTLS", "AUTH"] });
  const { mailer, failures } = await mailerTo({ smtp: { host: "127.0.0.1", port: catcher.port, tls: "none" } });
  mailer.post(letter);
  await mailer.close();
  return { mails: catcher.mails, failures };
}

/** A certificate for this computer. */
async function certificate() {
  const folder = await scratchFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile, "-out", certFile];
  const subject = ["-subj", "/CN=mail", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, ...subject], { stdio: "pipe" });
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, "correct horse\n");
  return { caFile: certFile, passwordFile, cert: await readFile(certFile), key: await readFile(keyFile) };
}

describe("mail", () => {
  it("arrives as text and as simple HTML, from the organisation, with one recipient", async () => {
    const { mails, failures } = await throughClear();
    expect(failures).toEqual([]);
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(mail).toMatchObject({ from, to: ["bob@gmail.example"] });
    expect(mail!.headers).toContain("To: bob@gmail.example");
    expect(mail!.headers).toContain(`From: "Contoso, Inc. <x>" <${from}>`);
    expect(mail!.headers).toContain("Auto-Submitted: auto-generated");
    expect(mail!.headers.join("\n")).toContain("Date: Sat, 28 Nov 2026 09:30:00 +0000");
    const text = textIn(mail!);
    expect(text).toContain("Ada Lovelace (ada@contoso.example) sent you “plan”.");
    expect(text).toContain("\n    1234 5678\n");
    expect(text).toContain("within 15 minutes");
    expect(text).not.toMatch(/https?:/);
    const html = textIn(mail!, "html");
    expect(html).toContain(">1234 5678</p>");
    expect(html).not.toMatch(/href|src=|url\(|http/);
  });

  it("is in the language of whom it is for", async () => {
    const { mails } = await throughClear(codeLetter({ ...about, language: "de", file: "Größe.docx" }));
    expect(textIn(mails[0]!)).toContain("Ada Lovelace (ada@contoso.example) hat Ihnen „Größe.docx“ geschickt.");
    expect(mails[0]!.headers).toContain("Content-Language: de");
  });

  it("about a request says who asks for what and why, and has a link to where it is answered", async () => {
    const { mails } = await throughClear(requestLetter(asked));
    const text = textIn(mails[0]!);
    expect(text).toContain("Olga Novak (olga@outside.example) asks for access to “plan.docx”");
    expect(text).toContain("“I take over from Eve”");
    expect(text).toContain("https://rms.contoso.example/requests\n");
    expect(textIn(mails[0]!, "html")).toContain('href="https://rms.contoso.example/requests"');
  });

  it("names a guest once: their address is their name", async () => {
    const address = "bob@gmail.example";
    const { mails } = await throughClear(
      requestLetter({ ...asked, askers: [{ name: address, address, reason: "hi" }] }),
    );
    expect(textIn(mails[0]!)).toMatch(/^bob@gmail\.example asks for access/m);
  });

  const hostile = "x\r\nBcc: eve@evil.example\r\n\r\nFree money\u0000\u2028\u202egpj.exe <script>alert(1)</script>";

  it.each([
    ["the name of a file", codeLetter({ ...about, file: hostile })],
    ["the name of a sender", codeLetter({ ...about, sender: { name: hostile, address: "ada@contoso.example" } })],
    [
      "who asks, and the reason",
      requestLetter({ ...asked, askers: [{ name: hostile, address: "a@b.example", reason: hostile }] }),
    ],
    ["the organisation", codeLetter({ ...about, organisation: hostile })],
  ])("takes %s for words, whatever is in them", async (_what, letter) => {
    const { mails, failures } = await throughClear(letter);
    expect(failures).toEqual([]);
    const [mail] = mails;
    expect(mail!.to).toEqual([letter.to]);
    const names = mail!.headers.map((line) => line.split(":", 1)[0]!.toLowerCase()).sort();
    expect(names).toEqual([
      "auto-submitted",
      "content-language",
      "content-type",
      "date",
      "from",
      "message-id",
      "mime-version",
      "subject",
      "to",
    ]);
    expect(textIn(mail!, "html")).not.toContain("<script");
    expect(textIn(mail!)).not.toMatch(/[\p{Cf}\p{Zl}]|\nBcc|\nFree/u);
    expect(textIn(mail!)).not.toContain("\u0000");
  });

  it("keeps a long name short, so that what matters stays in view", async () => {
    const { mails } = await throughClear(codeLetter({ ...about, file: "a".repeat(1024) }));
    expect(textIn(mails[0]!)).toContain(`“${"a".repeat(79)}…”`);
    expect(mails[0]!.raw.length).toBeLessThan(5000);
  });

  it.each([
    "a,b@x.example",
    "a<b@x.example",
    '"a"@x.example',
    "a;b@x.example",
    "a:b@x.example",
    "a..b@x.example",
    ".a@x.example",
    "a(b)@x.example",
    "a\\b@x.example",
    "A@x.example",
    "a@x.example\r\n",
    "a",
  ])("is not sent to %j", async (to) => {
    expect(isMailable(to)).toBe(false);
    const { mails, failures } = await throughClear(codeLetter({ ...about, to }));
    expect(mails).toEqual([]);
    expect(failures).toMatchObject([{ code: "address-malformed" }]);
  });

  it("makes one line of anything", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 50 }), (text, most) => {
        const line = lineOf(text, most);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect([...line].length).toBeLessThanOrEqual(most);
        expect(lineOf(line, most)).toBe(line);
      }),
    );
  });
});

describe("a mail server", () => {
  it("is spoken to in clear only until it encrypts, and told the password after that", async () => {
    const { caFile, passwordFile, cert, key } = await certificate();
    const catcher = await smtpCatcher({ cert, key });
    const smtp = { host: "127.0.0.1", port: catcher.port, caFile, user: "seal", passwordFile };
    const { mailer, failures } = await mailerTo({ smtp });
    mailer.post(codeLetter(about));
    await mailer.close();
    expect(failures).toEqual([]);
    expect(catcher.mails).toMatchObject([{ isEncrypted: true }]);
    expect(catcher.logins).toEqual(["seal correct horse"]);
  });

  it("may speak TLS from the first byte", async () => {
    const { caFile, cert, key } = await certificate();
    const catcher = await smtpCatcher({ cert, key, secure: true });
    const { mailer } = await mailerTo({ smtp: { host: "127.0.0.1", port: catcher.port, tls: "implicit", caFile } });
    mailer.post(codeLetter(about));
    await mailer.close();
    expect(catcher.mails).toMatchObject([{ isEncrypted: true }]);
  });

  it("that does not encrypt gets neither mail nor password", async () => {
    const { passwordFile } = await certificate();
    const catcher = await smtpCatcher({ disabledCommands: ["STARTTLS"], allowInsecureAuth: true });
    const smtp = { host: "127.0.0.1", port: catcher.port, user: "seal", passwordFile };
    const { mailer, failures } = await mailerTo({ smtp });
    mailer.post(codeLetter(about));
    await mailer.close();
    expect(failures).toHaveLength(1);
    expect([catcher.mails, catcher.logins]).toEqual([[], []]);
  });

  it("with a certificate nobody vouches for gets nothing", async () => {
    const { cert, key } = await certificate();
    const catcher = await smtpCatcher({ cert, key });
    const { mailer, failures } = await mailerTo({ smtp: { host: "127.0.0.1", port: catcher.port } });
    mailer.post(codeLetter(about));
    await mailer.close();
    expect(failures).toHaveLength(1);
    expect(catcher.mails).toEqual([]);
  });

  it("that says nothing is given up in time, and holds no more than a bounded number of mails", async () => {
    const silent = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const { mailer, failures } = await mailerTo({ smtp: { host: "127.0.0.1", port, tls: "none" } }, { withinMs: 200 });
    for (let i = 0; i < 60; i++) mailer.post(codeLetter(about));
    await expect.poll(() => failures.length).toBe(10);
    await mailer.close();
    expect(failures).toHaveLength(60);
    expect(failures.at(-1)).toMatchObject({ code: "service-unreachable" });
  });
});

describe("a folder of mails", () => {
  it("takes each mail as a file of the service's own user, named by time", async () => {
    const folder = join(await scratchFolder(), "mail");
    const { mailer, failures } = await mailerTo({ folder });
    mailer.post(codeLetter(about));
    mailer.post(requestLetter(asked));
    await mailer.close();
    expect(failures).toEqual([]);
    const names = await readdir(folder);
    expect(names).toHaveLength(2);
    for (const name of names) {
      expect(name).toMatch(/^20261128T093000Z-[0-9a-f]{8}\.eml$/);
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    expect(texts.some((raw) => textIn({ raw }).includes("1234 5678"))).toBe(true);
  });
});

describe("its configuration", () => {
  const smtp = { host: "mail.contoso.example" };
  it("begins encrypted, at the port for that", () => {
    expect(MailConfig.parse({ from, smtp })).toEqual({
      from,
      language: "en",
      smtp: { ...smtp, port: 587, tls: "starttls" },
    });
  });

  it.each<[string, object]>([
    ["neither server nor folder", { from }],
    ["both", { from, smtp, folder: "/mail" }],
    ["a sender with a line break", { from: "a@x.example\nBcc: b@x.example", smtp }],
    ["a sender that is no address", { from: "Contoso", smtp }],
    ["clear text to another computer", { from, smtp: { ...smtp, tls: "none" } }],
    ["half a login", { from, smtp: { ...smtp, user: "a" } }],
    ["a password in clear", { from, smtp: { ...smtp, user: "a", password: "b" } }],
    ["a relative folder", { from, folder: "mail" }],
    ["a language it does not have", { from, smtp, language: "fr" }],
    ["an unknown field", { from, smtp, bcc: "x" }],
  ])("is not taken with %s", (_what, config) => {
    expect(MailConfig.safeParse(config).success).toBe(false);
  });

  it("names a password file that is not there", async () => {
    const login = { ...smtp, user: "a", passwordFile: "/nowhere/password" };
    await expect(mailerTo({ smtp: login })).rejects.toMatchObject({ code: "file-missing" });
  });
});
