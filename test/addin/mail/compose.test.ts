import { expect, it } from "vitest";
import { Compose } from "../../../addin/mail/compose.js";
import type { ComposeParts } from "../../../addin/mail/compose-parts.js";
import type { MailSession } from "../../../addin/mail/session.js";
import { NearbyAgent } from "../../../addin/nearby-agent.js";
import type { NamedFile } from "../../../addin/protector.js";
import type { Bytes } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import { labelOf, tenant } from "../scratch-document.js";
import { ScratchMailbox } from "./scratch-mailbox.js";
import { labels, ScratchOrganisation, template } from "./scratch-organisation.js";

/** The pane beside a mail, without a page: what it does when, and that it does one thing at a time. */

const person = (address: string) => ({ address, name: "", isExternal: false });
const away = async () => {
  throw new RightsError("agent-unreachable", "no agent here");
};

class World {
  readonly mail = new ScratchMailbox();
  readonly organisation = new ScratchOrganisation();
  readonly delivered: string[] = [];
  readonly compose: Compose;
  atOnce = 0;
  mostAtOnce = 0;
  changed: () => Promise<void> = async () => undefined;

  constructor(more: Partial<ComposeParts> = {}) {
    const client = { state: async () => "unreachable" as const, whoami: away };
    const parts: ComposeParts = {
      mail: this.mail,
      agent: new NearbyAgent(client as never, "https://rms.contoso.example"),
      signIn: async () => this.#session(),
      forgetKey: () => undefined,
      deliver: ({ name }) => void this.delivered.push(name),
      watch: (changed) => {
        this.changed = changed;
      },
      isToFinish: async () => false,
      language: "en",
      now: () => Date.UTC(2027, 0, 2),
      ...more,
    };
    this.compose = new Compose(parts, () => undefined);
  }

  #session(): MailSession {
    const { organisation } = this;
    const around = organisation.around(this.mail);
    const licenses = [labels.general, labels.project, labels.recipients, labelOf("4")];
    const policy = { labels: licenses, templates: [template], mandatory: false, mayPublish: true };
    const regrant: typeof organisation.regrant = async (license, terms) => {
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
      await Promise.resolve();
      await organisation.regrant(license, terms);
      this.atOnce--;
    };
    return {
      by: "page",
      person: { name: "Ada", address: "ada@contoso.example" },
      organisation: "Contoso",
      tenant,
      protectors: [organisation],
      policy: async () => policy,
      findPeople: async () => [],
      signOut: async () => undefined,
      holder: { look: (content) => organisation.look(content), licenseOf: organisation.licenseOf, regrant },
      page: null,
      guests: "code",
      stamp: around.stamp,
      explain: async () => undefined,
    };
  }

  readers = () => this.organisation.licenses.map(({ policy }) => policy.grants.flatMap(({ who }) => who));
  names = () => this.mail.items.map(({ name }) => name).sort();
}

const soon = <T>(probe: () => T) => expect.poll(probe, { timeout: 5000 });

it("follows what is attached and whom it goes to, one thing at a time, however fast they change", async () => {
  const world = new World();
  const { mail, compose } = world;
  await compose.start();
  await compose.signIn();
  mail.people = [person("bob@contoso.example")];
  await world.changed();
  compose.pick(labels.recipients);
  await compose.protect();
  mail.put("plan.docx", "quicksilver");
  await world.changed();
  expect(world.names()).toEqual(["plan.docx.pfile"]);
  for (const who of ["eve@contoso.example", "mal@contoso.example", "zoe@contoso.example"]) {
    mail.people = [...mail.people, person(who)];
    void world.changed();
    void world.changed();
    await Promise.resolve();
  }
  await soon(() => world.readers()[0]?.length).toBe(4);
  await soon(() => compose.state.at).toBe("choosing");
  expect(world.mostAtOnce).toBe(1);
  expect(compose.outcome?.isReady).toBe(true);
});

it("tries what cannot be protected once, and not without end", async () => {
  const world = new World();
  const { mail, compose } = world;
  mail.people = [person("bob@contoso.example")];
  mail.put("cloud.xlsx", null, { kind: "cloud" });
  mail.put("plan.docx", "quicksilver");
  const add = mail.add.bind(mail);
  mail.add = async (name, content) => {
    const id = await add(name, content.slice(0, content.length - 1));
    void world.changed();
    return id;
  };
  await compose.start();
  await compose.signIn();
  compose.pick(labels.project);
  await compose.protect();
  await world.changed();
  await world.changed();
  expect(mail.calls.filter((call) => call === "add").length).toBeLessThanOrEqual(2);
  expect(world.names()).toEqual(["cloud.xlsx", "plan.docx"]);
  expect(compose.draft.open.map((one) => compose.draft.stateOf(one))).toMatchObject([
    { problem: { kind: "link" } },
    { problem: { kind: "changed" } },
  ]);
});

it("gives the person the protected file of what does not fit in twice, and takes that when they attach it", async () => {
  const files: NamedFile[] = [];
  const world = new World({ deliver: (file) => void files.push(file) });
  const { mail, compose, organisation } = world;
  mail.people = [person("bob@contoso.example")];
  const { id } = mail.put("film.mp4", "quicksilver", { weighs: 25 * 1024 * 1024 });
  await compose.start();
  await compose.signIn();
  compose.pick(labels.recipients);
  await compose.protect();
  const [film] = compose.draft.attachments;
  expect(compose.draft.stateOf(film!)).toMatchObject({ problem: { kind: "large" } });
  organisation.isAway = true;
  await compose.save(film!);
  expect([compose.state.at, files]).toEqual(["trouble", []]);
  organisation.isAway = false;
  compose.back();
  const saving = compose.save(film!);
  const late = mail.put("late.txt", "seen all the same"); // for which there is no room either
  void world.changed();
  await saving;
  await soon(() => compose.draft.stateOf(late)).toMatchObject({ problem: { kind: "large" } });
  await soon(() => compose.state.at).toBe("choosing");
  expect(world.names()).toEqual(["film.mp4", "late.txt"]);
  expect(compose.draft.stateOf(film!)).toMatchObject({ problem: { kind: "saved" } });
  expect([film!, late].map((one) => compose.canSave(one))).toEqual([true, true]);
  compose.pick(labels.project); // which asks for another file
  expect([film!, late].map((one) => compose.canSave(one))).toEqual([false, false]);
  compose.pick(labels.recipients);
  const [{ name, content }] = files as [NamedFile];
  expect(organisation.find(new TextDecoder().decode(content as Bytes))).toMatchObject({ clear: "quicksilver" });
  expect(organisation.withdrawn).toEqual([1]); // that of the attempt for what came late
  await mail.remove(id);
  await mail.remove(late.id);
  mail.people = [...mail.people, person("eve@contoso.example")];
  mail.put(name, new TextDecoder().decode(content as Bytes));
  await world.changed();
  await soon(() => compose.outcome?.isReady).toBe(true);
  expect(world.names()).toEqual(["film.mp4.pfile"]);
  expect(world.readers()[0]).toEqual(["bob@contoso.example", "eve@contoso.example"]);
});

it("begins with what readers may as it was decided before, and follows another decision", async () => {
  const world = new World();
  const { mail, compose } = world;
  mail.people = [person("bob@contoso.example")];
  mail.put("plan.docx", "quicksilver");
  await compose.start();
  await compose.signIn();
  compose.pick(labels.recipients);
  compose.setMay("Reviewer");
  await compose.protect();
  const again = new World();
  Object.assign(again.mail, { people: mail.people, items: mail.items, kept: mail.kept, headers: mail.headers });
  await again.compose.start();
  await again.compose.signIn();
  expect(again.compose.choice).toMatchObject({ may: "Reviewer", label: { id: labels.recipients.id } });
  expect(again.compose.changesReaders).toBe(false);
  compose.setMay("Viewer");
  expect([compose.outcome, compose.changesReaders]).toEqual([null, true]);
  await compose.protect();
  const [license] = world.organisation.licenses;
  const { rights } = license!.policy.grants.find(({ who }) => who.includes("bob@contoso.example"))!;
  expect([rights.includes("VIEW"), rights.includes("EDIT")]).toEqual([true, false]);
  expect(compose.changesReaders).toBe(false);
  expect(world.names()).toEqual(["plan.docx.pfile"]);
});

it("opened from a refusal, signs in, protects and sends, by one click", async () => {
  const world = new World({ isToFinish: async () => true });
  const { mail, compose } = world;
  mail.put("plan.docx", "quicksilver");
  await compose.start();
  await compose.signIn();
  expect(mail.sent).toBe(0); // it has no label yet
  compose.pick(labels.project);
  await compose.protect(compose.isToFinish);
  expect([mail.sent, compose.state.at]).toEqual([1, "sent"]);
  const again = new World({ isToFinish: async () => true });
  for (const [name, value] of mail.headers) again.mail.headers.set(name, value);
  again.mail.put("budget.xlsx", "quicksilver");
  await again.compose.start();
  await again.compose.signIn();
  expect([again.mail.sent, again.names()]).toEqual([1, ["budget.xlsx.pfile"]]);
});

it("given up in the middle leaves nothing half done, and can be begun again at once", async () => {
  const world = new World();
  const { mail, compose, organisation } = world;
  for (const name of ["a.txt", "b.txt", "c.txt"]) mail.put(name, `quicksilver ${name}`);
  await compose.start();
  await compose.signIn();
  compose.pick(labels.project);
  const again = new Promise<void>((resolve) =>
    mail.meanwhile.set(mail.calls.length + 12, () => {
      compose.cancel();
      expect(compose.state.at).toBe("choosing");
      resolve(compose.protect());
    }),
  );
  await Promise.all([compose.protect(), again]);
  expect(mail.mostAtOnce).toBe(1);
  expect(world.names()).toEqual(["a.txt.pfile", "b.txt.pfile", "c.txt.pfile"]);
  expect(new Set(mail.items.map(({ content }) => organisation.find(content!)!.clear)).size).toBe(3);
  expect(compose.state.at).toBe("choosing");
});

it("asks why where a less sensitive label is picked, and for recipients where they are who reads", async () => {
  const strict = { ...labels.project, justify: true };
  const world = new World();
  const { mail, compose } = world;
  mail.put("plan.docx", "quicksilver");
  await compose.start();
  await compose.signIn();
  compose.pick(labels.recipients);
  expect(compose.obstacle).toBe("nobody");
  mail.people = [person("nobody")];
  await world.changed();
  expect(compose.obstacle).toBe("no-address");
  compose.pick(labels.project);
  await compose.protect();
  compose.policy = {
    ...compose.policy!,
    labels: compose.policy!.labels.map((one) => (one.id === strict.id ? strict : one)),
  };
  compose.pick(labels.general);
  expect(compose.obstacle).toBe("reason");
  compose.setReason("it is for everybody");
  expect(compose.obstacle).toBeNull();
});
