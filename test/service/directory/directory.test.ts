import { describe, expect, it } from "vitest";
import { CachedDirectory } from "../../../service/directory/cached.js";
import { EmbeddedDirectory } from "../../../service/directory/embedded.js";
import { newId } from "../../../shared/ids.js";
import { scratchStore } from "../scratch.js";

async function scratchDirectory() {
  const store = await scratchStore();
  const id = newId();
  await store.accounts.add({
    id,
    name: "Ada",
    addresses: ["ada@x.example", "al@x.example"],
    administrator: false,
    state: "active",
    passwordHash: null,
  });
  return { ...store, id, directory: new EmbeddedDirectory(store.accounts) };
}

describe("looking for people", () => {
  it("finds who and what group is meant by the beginnings of names and addresses, by name", async () => {
    const { directory, accounts, id } = await scratchDirectory();
    const add = (name: string, address: string, state: "active" | "disabled" = "active") =>
      accounts.add({ id: newId(), name, addresses: [address], administrator: false, state, passwordHash: null });
    await add("Bob Fisher", "bob@x.example");
    await add("Fiona Bobbin", "fiona@x.example");
    await add("100% Bob_", "odd@x.example");
    await add("Özil Ärmel", "oe@x.example");
    await add("Bobo Gone", "gone@x.example", "disabled");
    await accounts.setGroup("team@x.example", "Bob's team", [id]);
    const found = async (text: string) => (await directory.search(text, 8)).map(({ address }) => address);
    expect(await found("bob")).toEqual(["odd@x.example", "bob@x.example", "team@x.example", "fiona@x.example"]);
    expect(await found("FIS bo")).toEqual(["bob@x.example"]);
    expect(await found("ada@x")).toEqual(["ada@x.example"]);
    expect(await found("al@x")).toEqual([]); // an address that is not shown
    expect(await found("100%")).toEqual(["odd@x.example"]);
    for (const typed of ["öz", "ÖZ", "är öz"]) expect(await found(typed)).toEqual(["oe@x.example"]);
    expect(await found("%ob")).toEqual([]);
    expect(await found("o")).toHaveLength(2);
    expect(await directory.search("bob", 2)).toHaveLength(2);
    expect((await directory.search("team", 8))[0]).toEqual({
      ...{ name: "Bob's team", address: "team@x.example" },
      isGroup: true,
    });
  });
});

describe("the embedded directory", () => {
  it("finds a person by each address and by subject, with everything a grant needs", async () => {
    const { directory, accounts, id } = await scratchDirectory();
    await accounts.setGroup("team@x.example", "Team", [id]);
    const ada = {
      subject: id,
      name: "Ada",
      address: "ada@x.example",
      addresses: ["ada@x.example", "al@x.example"],
      administrator: false,
      groups: ["team@x.example"],
      recycled: new Map(),
    };
    expect(await directory.findByAddress("ada@x.example")).toEqual(ada);
    expect(await directory.findByAddress("al@x.example")).toEqual(ada);
    expect(await directory.findBySubject(id)).toEqual(ada);
    expect(await directory.findByAddress("team@x.example")).toBeNull();
    expect(await directory.findBySubject(newId())).toBeNull();
  });

  it("does not know accounts that are switched off", async () => {
    const { directory, accounts, id } = await scratchDirectory();
    await accounts.setState(id, "disabled");
    expect(await directory.findByAddress("ada@x.example")).toBeNull();
  });

  it("follows nested groups, also in a circle, and not upwards from a group to its members", async () => {
    const { directory, accounts, id } = await scratchDirectory();
    await accounts.setGroup("a@x.example", "", [id, "c@x.example"]);
    await accounts.setGroup("b@x.example", "", ["a@x.example"]);
    await accounts.setGroup("c@x.example", "", ["b@x.example"]);
    await accounts.setGroup("other@x.example", "", []);
    expect((await directory.groupsOf(id)).sort()).toEqual(["a@x.example", "b@x.example", "c@x.example"]);
    expect(await directory.groupsOf(newId())).toEqual([]);
  });

  it("bounds how many groups and levels it follows", async () => {
    const { directory, accounts, id } = await scratchDirectory();
    for (let i = 0; i < 40; i++) await accounts.setGroup(`g${i}@x.example`, "", [i === 0 ? id : `g${i - 1}@x.example`]);
    expect(await directory.groupsOf(id)).toHaveLength(16);
    await Promise.all(Array.from({ length: 1100 }, (_, i) => accounts.setGroup(`w${i}@x.example`, "", [id])));
    expect(await directory.groupsOf(id)).toHaveLength(1000);
  });

  it("takes names as data", async () => {
    const { directory, accounts } = await scratchDirectory();
    const hostile = `x' or '1'='1'; drop table people; --@x.example`;
    expect(await directory.findByAddress(hostile)).toBeNull();
    await accounts.setGroup(hostile, hostile, [hostile]);
    expect(await accounts.groupsHolding([hostile])).toEqual([hostile]);
    expect(await directory.findByAddress("ada@x.example")).not.toBeNull();
  });
});

describe("the cached directory", () => {
  it("asks again after three hours, and at once when told to forget", async () => {
    let now = 0;
    const { directory, accounts, id } = await scratchDirectory();
    const cached = new CachedDirectory(directory, { now: () => now });
    expect(await cached.groupsOf(id)).toEqual([]);
    await accounts.setGroup("team@x.example", "", [id]);
    now = 3 * 3_600_000 - 1;
    expect(await cached.groupsOf(id)).toEqual([]);
    now += 1;
    expect(await cached.groupsOf(id)).toEqual(["team@x.example"]);
    await accounts.setGroup("team@x.example", "", []);
    cached.forget();
    expect(await cached.groupsOf(id)).toEqual([]);
  });

  it("does not remember strangers or failures, and forgets the oldest when full", async () => {
    const { directory, accounts, id } = await scratchDirectory();
    const cached = new CachedDirectory(directory, { maxEntries: 1 });
    const late = newId();
    expect(await cached.findBySubject(late)).toBeNull();
    const account = {
      name: "L",
      addresses: ["l@x.example"],
      administrator: false,
      state: "active",
      passwordHash: null,
    };
    await accounts.add({ ...account, id: late, state: "active" });
    expect(await cached.findBySubject(late)).toMatchObject({ name: "L" });
    await cached.findBySubject(id);
    await accounts.setState(late, "disabled");
    expect(await cached.findBySubject(late)).toBeNull();
  });
});
