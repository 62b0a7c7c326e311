import { describe, expect, it } from "vitest";
import { newId } from "../../../shared/ids.js";
import { enrol, refusalOf } from "../licensing/device.js";
import { scratchService, sharedService } from "../licensing/scratch-service.js";

const shared = sharedService();
const admin = () => shared().devices.ines.admin;
const refused = async (work: Promise<unknown>) => {
  const { code, message } = await refusalOf(work);
  return { code, message };
};
let drawn = 0;
/** An address nobody has had. */
const fresh = () => `person${++drawn}@trial.example`;
const add = (address: string, more: object = {}) =>
  admin().addPerson({ addresses: [address], name: "Somebody", ...more });

describe("a person", () => {
  it("is added with a first password, signs in with it, and is found by each address and by id", async () => {
    const [first, alias] = [fresh(), fresh()];
    const { person, password } = await admin().addPerson({ addresses: [first.toUpperCase(), alias], name: " Eve " });
    expect(person).toEqual({
      id: expect.any(String),
      name: "Eve",
      addresses: [first, alias],
      administrator: false,
      state: "active",
      firstPassword: true,
      groups: [],
    });
    for (const who of [person.id, first, alias]) expect((await admin().showPerson({ who })).person).toEqual(person);
    const device = await enrol(shared().origin, { user: alias, password }, shared().clock);
    expect(device.certified).toMatchObject({ subject: person.id, address: first, name: "Eve" });
  });

  it("gets another name, other addresses, and another first password", async () => {
    const [old, now] = [fresh(), fresh()];
    const { person, password } = await add(old);
    const changed = await admin().changePerson({ who: old, name: "Eve Byron", addresses: [now, old] });
    expect(changed.person).toEqual({ ...person, name: "Eve Byron", addresses: [now, old] });
    const given = await admin().givePassword({ who: now });
    expect(given.password).not.toBe(password);
    await expect(enrol(shared().origin, { user: now, password }, shared().clock)).rejects.toThrow();
    await enrol(shared().origin, { user: now, password: given.password }, shared().clock);
  });

  it("is locked out at once when disabled, of what they were doing too, and let in again", async () => {
    const { bob, ada } = shared().devices;
    const { license } = await ada.publish({ grants: [{ who: ["project@trial.example"], rights: ["VIEW"] }] });
    await bob.use(license);
    await admin().changePerson({ who: "bob@trial.example", state: "disabled" });
    expect(await refused(bob.use(license))).toMatchObject({ code: "account-mismatch" });
    await expect(shared().enrol("colleague")).rejects.toThrow();
    expect((await admin().showPerson({ who: "bob@trial.example" })).person).toMatchObject({ state: "disabled" });
    await admin().changePerson({ who: "bob@trial.example", state: "active" });
    expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
  });

  it("who is removed is nobody here any more; what they protected opens, and says whose it was", async () => {
    const address = fresh();
    const { password, person } = await add(address, { name: "Grace Leaver" });
    const grace = await enrol(shared().origin, { user: address, password }, shared().clock);
    const { license } = await grace.publish({ grants: [{ who: ["bob@trial.example"], rights: ["VIEW"] }] });
    await admin().removePerson({ who: person.id });
    expect(await refused(grace.use(license))).toMatchObject({ code: "account-mismatch" });
    expect(await refused(admin().showPerson({ who: person.id }))).toMatchObject({ code: "change-refused" });
    const { use } = await shared().devices.bob.use(license);
    expect(use.terms).toMatchObject({ author: { address, name: "Grace Leaver" } });
    const { message } = await refusalOf(shared().devices.olga.use(license));
    expect(message).toBe("Olga Novak has not been given access to this file; Grace Leaver protected it");
  });

  it("is listed in pages, and found by a part of name or address, whatever the part is", async () => {
    const { admin: clean, people } = await listedOrganisation();
    const seen: string[] = [];
    for (let after: { after?: string } = {}; ; ) {
      const page = await clean.listPeople({ ...after, limit: 2 });
      seen.push(...page.people.map(({ addresses }) => addresses[0]!));
      if (page.next === null) break;
      after = { after: page.next };
    }
    expect(seen).toEqual([...people].sort());
    const found = async (search: string) =>
      (await clean.listPeople({ search })).people.map(({ addresses }) => addresses[0]);
    expect(await found("lovelace")).toEqual(["ada@trial.example"]);
    expect(await found("OUTSIDE")).toEqual(["olga@outside.example"]);
    expect(await found("100%_\\")).toEqual(["odd@trial.example"]);
    expect(await found("%")).toEqual(["odd@trial.example"]);
    expect(await found("' or 1=1 --")).toEqual([]);
  });
});

async function listedOrganisation() {
  const { enrol: enrolRole, people } = await scratchService();
  const { admin: clean } = await enrolRole("administrator");
  await clean.addPerson({ addresses: ["odd@trial.example"], name: "100%_\\ sure" });
  return { admin: clean, people: [...Object.values(people).map(({ user }) => user), "odd@trial.example"] };
}

describe("the last administrator", () => {
  it.each<[string, object]>([
    ["disabled", { state: "disabled" }],
    ["made an ordinary person", { administrator: false }],
  ])("cannot be %s; another can, once there are two", async (_what, change) => {
    const { enrol: enrolRole } = await scratchService();
    const { admin: ines } = await enrolRole("administrator");
    const only = await refused(ines.changePerson({ who: "ines@trial.example", ...change }));
    expect(only).toEqual({
      code: "change-refused",
      message: "this would leave the organisation without an administrator; make another first",
    });
    expect(await refused(ines.removePerson({ who: "ines@trial.example" }))).toEqual(only);
    await ines.changePerson({ who: "ada@trial.example", administrator: true });
    await ines.changePerson({ who: "ines@trial.example", ...change });
    expect((await refusalOf(ines.listPeople({}))).code).toMatch(/access-denied|account-mismatch/);
  });

  it("stays one when two are taken away at the same time", async () => {
    const { enrol: enrolRole, service } = await scratchService();
    const { admin: ines } = await enrolRole("administrator");
    await ines.changePerson({ who: "ada@trial.example", administrator: true });
    const { admin: ada } = await enrolRole("writer");
    const both = await Promise.allSettled([
      ada.changePerson({ who: "ines@trial.example", administrator: false }),
      ines.changePerson({ who: "ada@trial.example", administrator: false }),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const rows = await service.parts.store.read
      .selectFrom("people")
      .select("id")
      .where("administrator", "=", 1)
      .execute();
    expect(rows).toHaveLength(1);
  });
});

describe("an address", () => {
  it("is one person's only, and no group's", async () => {
    const [mine, other] = [fresh(), fresh()];
    await add(mine, { name: "Mine" });
    await add(other);
    const taken = { code: "change-refused", message: `${mine} is the address of Mine` };
    expect(await refused(add(mine))).toEqual(taken);
    expect(await refused(admin().changePerson({ who: other, addresses: [other, mine] }))).toEqual(taken);
    expect(await refused(add("project@trial.example"))).toMatchObject({ message: expect.stringContaining("a group") });
    expect(await refused(admin().addGroup({ address: mine, name: "Mine" }))).toMatchObject({ code: "change-refused" });
    await add(mine, { recycled: true }).then(
      () => expect.unreachable(),
      (error) => expect(error.code).toBe("change-refused"),
    );
  });

  it.each(["left@x", "no address", "a@b@", "ada@-x.example"])(
    "that is none, %s, is refused with its place",
    async (address) => {
      const { code, message } = await refused(admin().addPerson({ addresses: [fresh(), address], name: "X" }));
      expect(code).toBe("request-malformed");
      expect(message).toMatch(/^addresses\.1 is not as it should be: this is not a mail address/);
    },
  );

  it("that was somebody else's is given away only when that is said, and then it is on record", async () => {
    const address = fresh();
    const { person } = await add(address, { name: "Old Holder" });
    await admin().removePerson({ who: person.id });
    expect(await refused(add(address))).toEqual({
      code: "change-refused",
      message: expect.stringMatching(
        /was that of Old Holder until .*; to give it to somebody else, say that it is recycled/,
      ),
    });
    await add(address, { recycled: true, name: "New Holder" });
    const [record] = await shared().service.parts.audit.events({ action: "administer" });
    expect(record!.detail).toBe(`people add ${address}, recycled addresses allowed`);
  });

  it("comes back to whoever lost it without a word", async () => {
    const [first, alias] = [fresh(), fresh()];
    const { person } = await admin().addPerson({ addresses: [first, alias], name: "Same" });
    await admin().changePerson({ who: person.id, addresses: [first] });
    await admin().changePerson({ who: person.id, addresses: [first, alias] });
    expect((await admin().showPerson({ who: alias })).person.id).toBe(person.id);
  });

  it("of a person who left is no group's either, and one of a group that is gone is like anybody's", async () => {
    const [left, group] = [fresh(), fresh()];
    const { person } = await add(left, { name: "Lea" });
    await admin().removePerson({ who: person.id });
    const { message } = await refused(admin().addGroup({ address: left, name: "Group" }));
    expect(message).toBe(`${left} was that of Lea; files that name it were meant for them, so choose another`);
    await admin().addGroup({ address: group, name: "Group" });
    await admin().removeGroup({ address: group });
    expect(await refused(add(group))).toMatchObject({ message: expect.stringContaining("was a group's") });
    await admin().addGroup({ address: group, name: "Again" });
  });
});

describe("what is asked for wrongly", () => {
  it("is refused as a whole: nothing is kept of it, and the refusal is on record", async () => {
    const [address, alias] = [fresh(), "ada@trial.example"];
    expect(await refused(admin().addPerson({ addresses: [address, alias], name: "Half" }))).toMatchObject({
      code: "change-refused",
    });
    expect(await refused(admin().showPerson({ who: address }))).toMatchObject({ message: `nobody here is ${address}` });
    const [, record] = await shared().service.parts.audit.events({ action: "administer", limit: 2 });
    expect(record).toMatchObject({ result: "change-refused", detail: `people add ${address} ${alias}` });
  });

  it.each<[string, object]>([
    ["no address", { addresses: [], name: "X" }],
    ["21 addresses", { addresses: Array.from({ length: 21 }, (_, i) => `a${i}@x.example`), name: "X" }],
    ["no name", { addresses: ["a@x.example"], name: "  " }],
    ["a name of 201 characters", { addresses: ["a@x.example"], name: "x".repeat(201) }],
    ["an unknown member", { addresses: ["a@x.example"], name: "X", password: "mine" }],
  ])("%s", async (_what, request) => {
    expect(await refused(admin().addPerson(request as never))).toMatchObject({ code: "request-malformed" });
  });

  it("an id that is nobody's", async () => {
    const who = newId();
    for (const act of ["showPerson", "givePassword", "removePerson", "changePerson"] as const)
      expect(await refused(admin()[act]({ who }))).toEqual({
        code: "change-refused",
        message: `nobody here is ${who}`,
      });
  });
});
