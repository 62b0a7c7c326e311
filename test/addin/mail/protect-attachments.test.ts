import { describe, expect, it } from "vitest";
import { check } from "../../../addin/mail/check.js";
import type { Holder } from "../../../addin/mail/holder.js";
import type { ReadersMay } from "../../../addin/mail/mail-label.js";
import { protectMail } from "../../../addin/mail/protect-attachments.js";
import { demandHeader, readersOf } from "../../../addin/mail/record.js";
import { utf8 } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import { ScratchMailbox } from "./scratch-mailbox.js";
import { labels, ScratchOrganisation } from "./scratch-organisation.js";

/** Putting protected files in place of attachments, in a mailbox that misbehaves. */

const noBody = { grants: [], until: null, offlineDays: 0, template: null };
const person = (address: string) => ({ address, name: "", isExternal: false });

function world() {
  const mail = new ScratchMailbox();
  const organisation = new ScratchOrganisation();
  return { mail, organisation };
}

const verdict = (mail: ScratchMailbox) => {
  const header = mail.headers.get(demandHeader) ?? null;
  const attachments = mail.items.map(({ content, ...one }) => ({ ...one, sizeBytes: content?.length ?? 0 }));
  return check({ header, notes: mail.kept, attachments, readers: readersOf(mail.people) });
};
const names = (mail: ScratchMailbox) => mail.items.map(({ name }) => name).sort();

describe("a mail that is labelled", () => {
  it("gets a protected file in place of each attachment: added, read back, and only then is the clear one taken away", async () => {
    const { mail, organisation } = world();
    mail.put("plan.docx", "quicksilver");
    mail.put("A question", "From: bob", { kind: "item" });
    expect(verdict(mail)).toEqual({ may: true });
    const outcome = await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect(outcome).toMatchObject({ isReady: true });
    expect(names(mail)).toEqual(["A question.eml.pfile", "plan.docx.pfile"]);
    expect(organisation.find(mail.items[0]!.content!)).toMatchObject({ name: "plan.docx", clear: "quicksilver" });
    expect(verdict(mail)).toEqual({ may: true });
    expect(mail.headers.get("x-stamp")).toBe(`${labels.project.id} 2`);
    const order = mail.calls.filter((call) => ["add", "content", "remove"].includes(call)).slice(0, 5);
    expect(order).toEqual(["content", "content", "add", "content", "remove"]); // the second is read meanwhile
    mail.kept.clear(); // on another device
    expect(verdict(mail)).toMatchObject({ may: false, names: ["plan.docx.pfile", "A question.eml.pfile"] });
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect(verdict(mail)).toEqual({ may: true });
  });

  it("is held back from the first step on, whatever happens then", async () => {
    const { mail, organisation } = world();
    mail.put("plan.docx", "quicksilver");
    mail.endsAt = 2;
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail)).catch(() => undefined);
    expect(verdict(mail)).toEqual({ may: false, why: "attachments", names: ["plan.docx"] });
  });

  it("without a label that asks for it leaves as it is", async () => {
    const { mail, organisation } = world();
    mail.put("plan.docx", "quicksilver");
    const outcome = await protectMail(organisation.orderFor(labels.general), organisation.around(mail));
    expect(outcome.isReady).toBe(true);
    expect(names(mail)).toEqual(["plan.docx"]);
    expect(verdict(mail)).toEqual({ may: true });
  });

  it("is not held up by links and by what Outlook does not take away, but held back, and says which", async () => {
    const { mail, organisation } = world();
    mail.put("cloud.xlsx", null, { kind: "cloud" });
    mail.put("plan.docx", "quicksilver");
    mail.remove = async () => undefined;
    const outcome = await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect([...outcome.problems.values()].map(({ kind }) => kind).sort()).toEqual(["link", "stays"]);
    expect(verdict(mail)).toMatchObject({ may: false, names: ["cloud.xlsx", "plan.docx"] });
    expect(names(mail)).toEqual(["cloud.xlsx", "plan.docx", "plan.docx.pfile"]);
  });

  it("takes pictures out of the text, unless its person leaves them there", async () => {
    const { mail, organisation } = world();
    const png = "\u0089PNG\r\n\u001a\n";
    const bytes = Buffer.from(png, "latin1").toString("latin1");
    mail.put("logo.gif", "GIF89a", { isInline: true });
    mail.put("notes.txt", bytes, { isInline: true });
    const leaving = organisation.orderFor(labels.project, { leavesPictures: true });
    await protectMail(leaving, organisation.around(mail));
    expect(names(mail)).toEqual(["logo.gif", "notes.txt.pfile"]);
    expect(verdict(mail)).toEqual({ may: true });
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect(names(mail)).toEqual(["logo.gif.pfile", "notes.txt.pfile"]);
    expect(verdict(mail)).toEqual({ may: true });
  });

  it("comes with copies for those without a program, as far as the mail carries them", async () => {
    const { mail, organisation } = world();
    const page = { service: "https://rms.contoso.example", organisation: "Contoso" };
    const { file } = organisation.seal("plan.pdf", "pages", { label: null, isOwn: true, policy: noBody });
    organisation.pages = { name: "plan.ppdf", content: utf8(file) };
    mail.put("plan.docx", "quicksilver");
    const around = organisation.around(mail, { page });
    expect(await protectMail(organisation.orderFor(labels.project), around)).toMatchObject({
      isReady: true,
      alone: [],
    });
    expect(names(mail)).toEqual(["plan.docx.pfile", "plan.html", "plan.ppdf"]);
    expect(mail.items.find(({ name }) => name === "plan.html")!.content).toContain('data-suffix=".ppdf"');
    expect(verdict(mail)).toEqual({ may: true });

    const full = world();
    const film = full.organisation.seal("film.mp4", "theirs", { label: null, isOwn: false, policy: noBody });
    full.mail.put("film.mp4.pfile", film.file, { weighs: 25 * 1024 * 1024 - 400 });
    full.mail.put("plan.docx", "quicksilver");
    const outcome = await protectMail(
      full.organisation.orderFor(labels.project),
      full.organisation.around(full.mail, { page }),
    );
    expect(outcome).toMatchObject({ isReady: true, alone: ["plan.docx.pfile"] });
    expect(names(full.mail)).toEqual(["film.mp4.pfile", "plan.docx.pfile"]);
  });

  it("passes on what is protected already, by whomever", async () => {
    const { mail, organisation } = world();
    const { file } = organisation.seal("old.docx", "theirs", { label: null, isOwn: false, policy: noBody });
    mail.put("old.docx", file);
    await protectMail(organisation.orderFor(labels.recipients), organisation.around(mail));
    expect(names(mail)).toEqual(["old.docx"]);
    expect(organisation.licenses).toHaveLength(1);
    expect(verdict(mail)).toEqual({ may: true });
  });

  it("that gets another label has its own attachments protected anew, under that", async () => {
    const { mail, organisation } = world();
    mail.people = [person("bob@contoso.example")];
    mail.put("plan.docx", "quicksilver");
    const page = { service: "https://rms.contoso.example", organisation: "Contoso" };
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail, { page }));
    mail.headers.set(demandHeader, `${labels.recipients.id}; attachments=recipients`);
    expect(verdict(mail)).toMatchObject({ may: false, why: "attachments" });
    mail.shuffles = true;
    await protectMail(organisation.orderFor(labels.recipients), organisation.around(mail, { page }));
    expect(names(mail)).toEqual(["plan.docx.html", "plan.docx.pfile"]);
    for (const { content } of mail.items) expect(organisation.find(content!)!.license.label).toBe(labels.recipients.id);
    expect(verdict(mail)).toEqual({ may: true });
  });
});

describe("the recipients", () => {
  const readersIn = (mail: ScratchMailbox, organisation: ScratchOrganisation) =>
    mail.items.map(({ content }) => organisation.find(content!)!.license.policy.grants.flatMap(({ who }) => who));

  it("are who reads it, and whoever is added or taken away is followed without attaching anything again", async () => {
    const { mail, organisation } = world();
    const order = organisation.orderFor(labels.recipients);
    const around = organisation.around(mail);
    mail.people = [person("Bob@contoso.example")];
    mail.put("plan.docx", "quicksilver");
    await protectMail(order, around);
    expect(readersIn(mail, organisation)).toEqual([["bob@contoso.example"]]);
    mail.people = [person("eve@fabrikam.example"), person("BOB@contoso.example")];
    expect(verdict(mail)).toEqual({ may: false, why: "recipients" });
    mail.calls.length = 0;
    await protectMail(order, around);
    expect(mail.calls).not.toContain("add");
    expect(mail.calls).not.toContain("content");
    expect(readersIn(mail, organisation)).toEqual([["bob@contoso.example", "eve@fabrikam.example"]]);
    mail.people = [person("eve@fabrikam.example")];
    await protectMail(order, around);
    expect(readersIn(mail, organisation)).toEqual([["eve@fabrikam.example"]]);
    expect(verdict(mail)).toEqual({ may: true });
  });

  it("may do what was decided last, and the mail is held back until that is so of everything", async () => {
    const { mail, organisation } = world();
    mail.people = [person("bob@contoso.example")];
    for (const name of ["plan.docx", "budget.xlsx"]) mail.put(name, `quicksilver ${name}`);
    const decide = (may: ReadersMay, around = organisation.around(mail)) =>
      protectMail(organisation.orderFor(labels.recipients, {}, may), around);
    const rights = () => organisation.licenses.map(({ policy }) => policy.grants[0]!.rights);
    await decide("Co-author");
    expect(rights().every((all) => all.includes("PRINT"))).toBe(true);
    let left = 1;
    const regrant: Holder["regrant"] = async (license, policy) => {
      if (left-- === 0) throw new RightsError("service-unreachable", "away");
      await organisation.regrant(license, policy);
    };
    const { look, licenseOf } = organisation;
    const holder = { look: look.bind(organisation), licenseOf, regrant };
    await expect(decide("Viewer", organisation.around(mail, { holder }))).rejects.toThrow("away");
    expect(verdict(mail)).toEqual({ may: false, why: "recipients" });
    expect(await decide("Viewer")).toMatchObject({ isReady: true });
    expect(rights().some((all) => all.includes("PRINT"))).toBe(false);
    expect(verdict(mail)).toEqual({ may: true });
    expect(mail.calls.filter((call) => call === "add")).toHaveLength(2);
  });

  it("who are no mail address are told of, and nothing is protected for them", async () => {
    const { mail, organisation } = world();
    mail.people = [{ address: "", name: "Bob Fisher", isExternal: false }];
    mail.put("plan.docx", "quicksilver");
    const order = organisation.orderFor(labels.recipients);
    await expect(protectMail(order, organisation.around(mail))).rejects.toMatchObject({ code: "usage" });
    expect(verdict(mail)).toMatchObject({ may: false });
  });
});

describe("an attachment that looks like one that was protected", () => {
  it("is another one, where Outlook told that one went and came", async () => {
    const { mail, organisation } = world();
    mail.reusesIds = true;
    mail.put("plan.docx", "quicksilver");
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    mail.put("kept.ptxt", "sealed");
    const { id, name, content } = mail.take(mail.items.find(({ name }) => name === "plan.docx.pfile")!.id)!;
    expect(mail.put(name, "x".repeat(content!.length)).id).toBe(id);
    expect(verdict(mail)).toMatchObject({ may: false, why: "attachments" });
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect(verdict(mail)).toEqual({ may: true });
    expect(mail.items.map((one) => organisation.find(one.content!)!.clear.slice(0, 3)).sort()).toEqual(["sea", "xxx"]);
  });

  it("is another one, where its content was changed under a new id", async () => {
    const { mail, organisation } = world();
    mail.put("plan.docx", "quicksilver");
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    const { name, content } = mail.take(mail.items[0]!.id)!;
    mail.put(name, "y".repeat(content!.length));
    expect(verdict(mail)).toMatchObject({ may: false, why: "attachments" });
  });
});

describe("a mailbox that misbehaves", () => {
  it.each(["silent-done", "silent", "lies", "half", "refuses"] as const)(
    "by an adding that is %s loses nothing, and lets nothing slip",
    async (fault) => {
      const { mail, organisation } = world();
      mail.put("plan.docx", "quicksilver");
      const around = organisation.around(mail);
      const adds = () => mail.calls.indexOf("add");
      await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
      const at = adds();
      const again = world();
      again.mail.put("plan.docx", "quicksilver");
      again.mail.faults.set(at, fault);
      const order = again.organisation.orderFor(labels.project);
      const outcome = await protectMail(order, again.organisation.around(again.mail));
      const isDone = fault === "silent-done";
      expect(outcome.isReady).toBe(isDone);
      expect(names(again.mail)).toEqual([isDone ? "plan.docx.pfile" : "plan.docx"]);
      expect(verdict(again.mail)).toMatchObject({ may: isDone });
      expect(again.organisation.withdrawn).toEqual(["silent-done", "silent"].includes(fault) ? [] : [0]);
      again.mail.begin();
      await protectMail(order, again.organisation.around(again.mail));
      expect(verdict(again.mail)).toEqual({ may: true });
      expect(around.protectors).toHaveLength(1);
    },
  );

  it("by losing what it has attached gets it again; and if it never keeps it, its person gets it", async () => {
    const { mail, organisation } = world();
    mail.put("plan.docx", "quicksilver");
    const remove = mail.remove;
    mail.remove = async (id) => {
      await remove(id);
      mail.items = [];
      mail.remove = remove;
    };
    const outcome = await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect(outcome.isReady).toBe(true);
    expect(names(mail)).toEqual(["plan.docx.pfile"]);
    expect(verdict(mail)).toEqual({ may: true });

    const lost = world();
    lost.mail.put("plan.docx", "quicksilver");
    const take = lost.mail.remove;
    lost.mail.remove = async (id) => {
      await take(id);
      lost.mail.items = [];
      lost.mail.add = async () => "never";
    };
    await protectMail(lost.organisation.orderFor(labels.project), lost.organisation.around(lost.mail));
    expect(lost.organisation.rescued).toEqual(["plan.docx.pfile"]);
  });

  it("where both do not fit says that the file is too large, and leaves it", async () => {
    const { mail, organisation } = world();
    mail.put("film.mp4", "quicksilver", { weighs: 25 * 1024 * 1024 });
    const outcome = await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect([...outcome.problems.values()]).toMatchObject([{ kind: "large" }]);
    expect(names(mail)).toEqual(["film.mp4"]);
    expect(organisation.licenses).toEqual([]); // it never could, so nothing was protected
  });

  it("where both do not fit beside others takes back what was protected", async () => {
    const { mail, organisation } = world();
    mail.put("plan.docx", "quicksilver");
    mail.put("a.pfile", organisation.seal("a", "a", { label: labels.project.id, isOwn: false, policy: noBody }).file, {
      weighs: 25 * 1024 * 1024,
    });
    const outcome = await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect([...outcome.problems.values()].map(({ kind }) => kind)).toEqual(["large"]);
    expect(organisation.withdrawn).toEqual([1]);
  });

  it("protects all of what fits before anything goes with it", async () => {
    const { mail, organisation } = world();
    mail.put("a.dat", "a".repeat(300_000));
    mail.put("b.dat", "b".repeat(300_000), { weighs: 25_450_000 }); // beside it a page of the other would not fit
    const page = { service: "https://rms.contoso.example", organisation: "Contoso" };
    const around = organisation.around(mail, { page });
    expect(await protectMail(organisation.orderFor(labels.project), around)).toMatchObject({
      isReady: true,
      alone: [],
    });
    expect(names(mail)).toEqual(["a.dat.html", "a.dat.pfile", "b.dat.html", "b.dat.pfile"]);
  });

  it("while the service is away stays clear, and held back", async () => {
    const { mail, organisation } = world();
    mail.put("plan.docx", "quicksilver");
    organisation.isAway = true;
    const work = protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    await expect(work).rejects.toMatchObject({ code: "service-unreachable" });
    expect(verdict(mail)).toMatchObject({ may: false });
    expect(names(mail)).toEqual(["plan.docx"]);
  });

  it("and a person who gives up leave no license of what was protected and will not be attached", async () => {
    const { mail, organisation } = world();
    for (const name of ["a.dat", "b.dat", "c.dat"]) mail.put(name, `quicksilver ${name}`);
    const end = new AbortController();
    const around = organisation.around(mail, { signal: end.signal });
    const tell: typeof around.tell = (one, { at }) => one.name === "a.dat" && at === "attaching" && end.abort();
    await expect(protectMail(organisation.orderFor(labels.project), { ...around, tell })).rejects.toThrow();
    expect(names(mail)).toEqual(["a.dat", "b.dat", "c.dat"]);
    expect(organisation.withdrawn).toHaveLength(organisation.licenses.length);
  });

  it("stay while what was made of them goes, as it may while another is attached", async () => {
    const begun = async () => {
      const { mail, organisation } = world();
      for (const name of ["plan.docx", "other.txt"]) mail.put(name, `quicksilver ${name}`);
      const protect = () => protectMail(organisation.orderFor(labels.project), organisation.around(mail));
      const before = mail.calls.length;
      return { mail, organisation, protect, at: (call: string) => mail.calls.indexOf(call, before) - before };
    };
    const whole = await begun();
    await whole.protect();
    /** Ended in the middle before: the protected file is there, and the clear one still. */
    const cutOff = async () => {
      const world = await begun();
      world.mail.endsAt = whole.at("remove");
      await expect(world.protect()).rejects.toThrow();
      world.mail.begin();
      world.mail.shuffles = true; // other.txt is the next, and plan.docx the one after it
      return { ...world, before: world.mail.calls.length };
    };
    const going = await cutOff();
    await going.protect();
    const adding = going.mail.calls.indexOf("add", going.before) - going.before;
    const { mail, organisation, protect } = await cutOff();
    mail.meanwhile.set(adding, () => mail.take(mail.items.find(({ name }) => name === "plan.docx.pfile")!.id));
    await protect();
    expect(names(mail)).toEqual(["other.txt.pfile", "plan.docx.pfile"]);
    const contents = mail.items.map(({ content }) => organisation.find(content!)!.clear);
    expect(contents.sort()).toEqual(["quicksilver other.txt", "quicksilver plan.docx"]);
  });

  it("of the same content twice becomes one", async () => {
    const { mail, organisation } = world();
    for (const name of ["a.dat", "b.dat"]) mail.put(name, "quicksilver");
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect(names(mail)).toEqual(["a.dat.pfile"]);
    expect(organisation.withdrawn).toEqual([1]);
  });

  it("and a person who gives up half-way leave both or the clear one, and going on later makes no second copy", async () => {
    const { mail, organisation } = world();
    mail.put("plan.docx", "quicksilver");
    const all = world();
    all.mail.put("plan.docx", "quicksilver");
    await protectMail(all.organisation.orderFor(labels.project), all.organisation.around(all.mail));
    mail.endsAt = all.mail.calls.indexOf("remove");
    await expect(protectMail(organisation.orderFor(labels.project), organisation.around(mail))).rejects.toThrow();
    expect(names(mail)).toEqual(["plan.docx", "plan.docx.pfile"]);
    expect(verdict(mail)).toMatchObject({ may: false, names: ["plan.docx"] });
    mail.begin();
    await protectMail(organisation.orderFor(labels.project), organisation.around(mail));
    expect(names(mail)).toEqual(["plan.docx.pfile"]);
    expect(verdict(mail)).toEqual({ may: true });
  });
});
