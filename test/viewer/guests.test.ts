import { expect, it } from "vitest";
import { findings } from "../browser/accessibility.js";
import { otherThan } from "../service/guests/visitor.js";
import { textIn } from "../service/mail/smtp-catcher.js";
import { isNarrow, opened, outside } from "./outside.js";

/** Somebody outside opens what was sent to them, in a real browser, with a code from a real mail server. */

const { shared, sent, viewer, mailed, mailsTo, seal, path } = outside();
const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });

it("by keyboard alone: address, code from the mail, the file; and the audit says guest", async () => {
  const address = "bob@gmail.example";
  const page = await viewer();
  await page.setInputFiles("input[type=file]", await sent("plan.txt", address));
  await page.focus("text=mail me a code");
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.keyboard.type("Bob@Gmail.example");
  expect(await findings(page)).toEqual([]);
  expect(await isNarrow(page)).toBe(true);
  await page.keyboard.press("Enter");
  await soon(() => page.textContent("h1")).toBe("Type the code from the mail");
  expect(await page.textContent("[role=status]")).toBe(
    "If plan.ptxt was sent to Bob@Gmail.example, a code is on its way there.",
  );
  const code = await mailed(address);
  expect(textIn(mailsTo(address)[0]!)).toContain("Ada Lovelace (ada@trial.example) sent you “plan.txt”");
  await page.keyboard.type(otherThan(code));
  await soon(() => page.textContent("[role=alert]")).toContain("you have 4 more tries");
  expect(await findings(page)).toEqual([]);
  expect(await isNarrow(page)).toBe(true);
  await page.waitForTimeout(1100);
  await page.keyboard.type(code); // over what was wrong, which is selected
  await opened(page);
  await page.click(".menu button");
  expect(await page.textContent(".panel")).toContain("bob@gmail.example");
  const records = await shared().service.parts.audit.events({ action: "grant", limit: 1 });
  expect(records[0]).toMatchObject({ guest: true, address, result: "done" });
});

it("a code is pasted as it stands in the mail or as people group it, in their language", async () => {
  const address = "eva@gmail.example";
  const page = await viewer({ locale: "de-AT" });
  await page.setInputFiles("input[type=file]", await sent("notiz.txt", address));
  await page.click("text=Ich habe kein Konto");
  await page.fill("#guest-address", "eva");
  await page.click("text=Code per Mail");
  await soon(() => page.textContent("[role=alert]")).toContain("Das ist keine Mailadresse");
  expect(await findings(page)).toEqual([]);
  await page.fill("#guest-address", address);
  await page.click("text=Code per Mail");
  const code = await mailed(address);
  expect(textIn(mailsTo(address)[0]!)).toContain("hat Ihnen „notiz.txt“ geschickt");
  await page.waitForSelector("#guest-code");
  await page.evaluate(
    (text) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      document.execCommand("insertText", false, text);
    },
    ` ${code.slice(0, 4)} ${code.slice(4)}\n`,
  );
  await opened(page);
});

it("a guest asks the owner of another file, and opens it once they are let in; nobody else in this browser does", async () => {
  const address = "liz@gmail.example";
  const page = await viewer();
  await page.setInputFiles("input[type=file]", await sent("first.txt", address));
  await page.click("text=mail me a code");
  await page.fill("#guest-address", address);
  await page.click("button.primary");
  const code = await mailed(address);
  await page.fill("#guest-code", code);
  await opened(page);
  await page.click(".menu button");
  await page.setInputFiles(".panel input[type=file]", await sent("second.txt", "others@contoso.example"));
  await soon(() => page.textContent("[role=alert]")).toContain("has not been given access to second.ptxt");
  await page.click("text=Ask Ada Lovelace");
  await page.keyboard.type("for the audit");
  await page.click("text=Ask for access");
  await soon(() => page.textContent("[role=status]")).toContain("was asked");
  const owner = "ada@trial.example";
  await soon(() => mailsTo(owner).length).toBe(1);
  expect(textIn(mailsTo(owner)[0]!)).toContain(`${shared().origin}/requests`);
  const request = JSON.parse((await seal("requests", "--json")).text.trim().split("\n")[0]!);
  expect(request).toMatchObject({ address, document: "second.txt" });
  expect(await seal("requests", "grant", request.id)).toMatchObject({ code: 0 });
  await page.click("text=Try again");
  await opened(page);
  const other = await page.context().newPage();
  await other.goto(`${shared().origin}/view`);
  await other.setInputFiles("input[type=file]", path("first.ptxt"));
  await soon(() => other.textContent("main")).toContain("Sign in to open"); // nothing was left behind
});

it("who is not named waits for a mail that does not come, and goes back to signing in", async () => {
  const page = await viewer();
  await page.setInputFiles("input[type=file]", await sent("closed.txt", "somebody@gmail.example"));
  await page.click("text=mail me a code");
  await page.fill("#guest-address", "nobody@gmail.example");
  await page.click("button.primary");
  await soon(() => page.textContent("[role=status]")).toContain("If closed.ptxt was sent to nobody@gmail.example");
  await page.fill("#guest-code", "12345678");
  await soon(() => page.textContent("[role=alert]")).toContain("you have 4 more tries");
  await page.click("text=Use another address");
  expect(await page.inputValue("#guest-address")).toBe("");
  await page.click("text=Sign in with an account");
  expect(await page.textContent("h1")).toBe("closed.ptxt");
  expect(mailsTo("nobody@gmail.example")).toEqual([]);
});
