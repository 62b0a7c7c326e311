import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { discover } from "../../../shared/protocol/service-client.js";
import { newKeys, refusalOf, spkiText } from "../licensing/device.js";
import { scratchService, sharedService } from "../licensing/scratch-service.js";
import { openSmtpCatcher, type SmtpCatcher, textIn } from "../mail/smtp-catcher.js";
import { ask, comeIn, grantsTo, mailedCode, redeem } from "./visitor.js";

/** People outside whom a policy names: they come in by a code, open what names them, and do nothing else. */

let catcher: SmtpCatcher;
const config: { mail?: object } = {};
beforeAll(async () => {
  catcher = await openSmtpCatcher({ disabledCommands: ["STARTTLS", "AUTH"] });
  const smtp = { host: "127.0.0.1", port: catcher.port, tls: "none" };
  config.mail = { from: "seal@trial.example", language: "en", smtp };
});
afterAll(() => catcher.close());
const shared = sharedService({ config: config as never });

describe("a guest", () => {
  it("is mailed who sent what, in their language, and opens it once the code is typed", async () => {
    const { ada } = shared().devices;
    const { license, policy } = await ada.publish({ name: "plan.txt", ...grantsTo("bob@gmail.example") });
    const page = await ask(shared().origin, license, "Bob@GMAIL.example", { language: "de-AT" });
    const code = await mailedCode(catcher, "bob@gmail.example");
    const mail = catcher.mails.find(({ to }) => to.includes("bob@gmail.example"))!;
    expect(textIn(mail)).toContain("Ada Lovelace (ada@trial.example) hat Ihnen „plan.txt“ geschickt.");
    expect(await redeem(shared().origin, page, code)).toMatchObject({ state: "in" });
    const { device } = await comeIn(shared(), catcher, license, "bob@gmail.example", 2);
    expect(device.certified).toMatchObject({ address: "bob@gmail.example", licensorCertificate: null });
    const { use, answer } = await device.use(license);
    expect(use).toMatchObject({ rights: ["VIEW"] });
    expect(use.terms.offlineUntil).toBeNull(); // whatever the policy says
    expect(answer.permit).toBeNull();
    const events = await shared().service.parts.audit.events({ subject: device.certified.subject });
    expect(events.map(({ action }) => action)).toEqual(
      expect.arrayContaining(["grant", "certify", "sign-in", "guest-code"]),
    );
    for (const event of events) expect(event).toMatchObject({ guest: true, address: "bob@gmail.example" });
    expect(events.find(({ action }) => action === "grant")).toMatchObject({ family: policy.family, result: "done" });
  });

  it("is the same person whenever the address comes, and may be named by its domain", async () => {
    const { ada } = shared().devices;
    const { license } = await ada.publish(grantsTo("@mail.example"));
    const first = await comeIn(shared(), catcher, license, "eve@mail.example");
    const second = await comeIn(shared(), catcher, license, "eve@mail.example", 2);
    expect(second.device.certified.subject).toBe(first.device.certified.subject);
    await second.device.use(license);
  });

  it("may do nothing but open files and ask", async () => {
    const { ada } = shared().devices;
    const rights = ["VIEW", "EDIT", "OWNER"];
    const { license } = await ada.publish({ name: "mine.txt", ...grantsTo("max@gmail.example", rights) });
    const { device } = await comeIn(shared(), catcher, license, "max@gmail.example");
    expect((await device.use(license)).permit).toBeNull();
    const { client, admin } = device;
    const tries: [string, () => Promise<unknown>][] = [
      ["policy", () => client.policy()],
      ["publish", () => client.publish({ policy: {}, label: null } as never)],
      ["documents", () => client.documents()],
      ["register", () => client.register(license)],
      ["track", () => client.track(license)],
      ["revoke", () => client.revoke(license)],
      ["rights", () => client.documentPolicy(license)],
      ["requests", () => client.accessRequests()],
      ["super access", () => client.superAccess()],
      ["devices", () => client.devices()],
      ["people", () => admin.listPeople({ limit: 1 })],
    ];
    for (const [what, attempt] of tries)
      expect(await refusalOf(attempt()), what).toMatchObject({
        code: "access-denied",
        message: expect.stringContaining("guests open files"),
      });
    const [account, licensor] = [await newKeys("unseal"), await newKeys("sign")];
    const again = { accountKey: spkiText(account.publicKey), licensorKey: spkiText(licensor.publicKey) };
    expect(await client.certify(again)).toMatchObject({ licensorCertificate: null });
  });

  it("owns nothing, whatever a policy says", async () => {
    const { ada } = shared().devices;
    const owner = "kim@gmail.example";
    const { license } = await ada.publish({ owner, until: "2020-01-01T00:00:00Z", ...grantsTo(owner) });
    const { device } = await comeIn(shared(), catcher, license, owner);
    expect(await refusalOf(device.use(license))).toMatchObject({ code: "access-expired" });
  });

  it("asks the owner of what does not name them, and is let in", async () => {
    const { ada } = shared().devices;
    const named = await ada.publish(grantsTo("liz@gmail.example"));
    const other = await ada.publish({ name: "more.txt" });
    const { device } = await comeIn(shared(), catcher, named.license, "liz@gmail.example");
    expect(await refusalOf(device.use(other.license))).toMatchObject({ code: "access-denied" });
    await device.client.askAccess(other.license, "I need this as well");
    const { requests } = await ada.client.accessRequests();
    const request = requests.find(({ address }) => address === "liz@gmail.example")!;
    expect(request).toMatchObject({ document: "more.txt", name: "liz@gmail.example" });
    await ada.client.grantAccess({ id: request.id, rights: ["VIEW"] });
    expect((await device.use(other.license)).use.rights).toEqual(["VIEW"]);
    const again = await comeIn(shared(), catcher, other.license, "liz@gmail.example", 2);
    expect((await again.device.use(other.license)).use.rights).toEqual(["VIEW"]);
  });

  it("is out once the address comes into the directory, or guests are switched off there", async () => {
    const { ada, ines } = shared().devices;
    const { license } = await ada.publish(grantsTo("sam@partner.example"));
    const { device } = await comeIn(shared(), catcher, license, "sam@partner.example");
    await device.use(license);
    await ines.admin.addPerson({
      addresses: ["sam@partner.example"],
      name: "Sam",
      administrator: false,
      recycled: false,
    });
    expect(await refusalOf(device.use(license))).toMatchObject({ code: "account-mismatch" });
  });

  it("is in no list of people, and cannot be made one of them by id", async () => {
    const { ada, ines } = shared().devices;
    const { license } = await ada.publish(grantsTo("ned@gmail.example"));
    const { device } = await comeIn(shared(), catcher, license, "ned@gmail.example");
    const { subject } = device.certified;
    const { people } = await ines.admin.listPeople({ limit: 500 });
    expect(people.map(({ id }) => id)).not.toContain(subject);
    const making = ines.admin.changePerson({ who: subject, administrator: true, recycled: false });
    expect(await refusalOf(making)).toMatchObject({ code: "change-refused" });
    const group = { address: "project@trial.example", add: [subject], remove: [] };
    expect(await refusalOf(ines.admin.changeMembers(group))).toMatchObject({ code: "change-refused" });
  });
});

describe("a service", () => {
  it("says whether guests come in, and what is missing", async () => {
    expect(await discover(shared().origin)).toMatchObject({ guests: "code" });
    const silent = await scratchService({ config: { mail: undefined } });
    expect(await discover(silent.origin)).toMatchObject({ guests: "no-mail" });
    expect((await fetch(`${silent.origin}/api/v1/guest-codes`, { method: "POST" })).status).toBe(404);
    const closed = await scratchService({ config: { guests: false } });
    expect(await discover(closed.origin)).toMatchObject({ guests: "off" });
    expect((await fetch(`${closed.origin}/api/v1/guest-codes`, { method: "POST" })).status).toBe(404);
  });
});
