import { describe, expect, it } from "vitest";
import { checkPassword } from "../../../service/identity/passwords.js";
import { maxImported } from "../../../shared/protocol/admin-api.js";
import { refusalOf } from "../licensing/device.js";
import { scratchService, sharedService } from "../licensing/scratch-service.js";

const shared = sharedService();
const admin = () => shared().devices.ines.admin;
const messageOf = async (work: Promise<unknown>) => (await refusalOf(work)).message;

const organisation = {
  people: [
    {
      address: "grace@trial.example",
      aliases: ["g.hopper@trial.example"],
      name: "Grace Hopper",
      groups: ["all@trial.example"],
    },
    { address: "alan@trial.example", name: "Alan Turing", administrator: true },
    { address: "bob@trial.example", name: "Robert Fisher" },
  ],
  groups: [
    { address: "all@trial.example", name: "All" },
    { address: "board@trial.example", name: "Board", members: ["alan@trial.example", "all@trial.example"] },
  ],
};

/** Rows of people and groups, to see whether anything was changed. */
async function rows(service = shared().service): Promise<string> {
  const tables = ["people", "addresses", "groups", "group_members", "former_addresses"] as const;
  const all = tables.map((table) => service.parts.store.read.selectFrom(table).selectAll().execute());
  return JSON.stringify(await Promise.all(all));
}

describe("an import", () => {
  it("says first what it would change, changes that and nothing else, and nothing the second time", async () => {
    const before = await rows();
    const planned = await admin().importOrganisation({ ...organisation, dryRun: true });
    expect(planned.changes.map(({ kind, address, change }) => `${kind} ${address}: ${change}`)).toEqual([
      "group all@trial.example: added",
      "group board@trial.example: added",
      "person grace@trial.example: added",
      "person alan@trial.example: added, administrator",
      "person bob@trial.example: name: Robert Fisher",
      "person grace@trial.example: in all@trial.example",
      "group board@trial.example: members: 2 in, 0 out",
    ]);
    expect(planned.passwords).toEqual([]);
    expect(await rows()).toBe(before);

    const done = await admin().importOrganisation(organisation);
    expect(done.changes).toEqual(planned.changes);
    expect(done.passwords.map(({ address }) => address)).toEqual(["grace@trial.example", "alan@trial.example"]);
    const { accounts } = shared().service.parts.store;
    for (const { address, password } of done.passwords)
      expect(await checkPassword(accounts, address, password)).toMatchObject({ mustChange: true });
    expect(await checkPassword(accounts, "grace@trial.example", done.passwords[1]!.password)).toBeNull();
    const { members } = await admin().showGroup({ address: "board@trial.example" });
    expect(members.map(({ name }) => name)).toEqual(["Alan Turing", "All"]);

    expect(await admin().importOrganisation(organisation)).toMatchObject({ changes: [], passwords: [] });
  });

  it("leaves alone what it does not name: aliases, other groups, who administers", async () => {
    await admin().importOrganisation({
      people: [{ address: "grace@trial.example" }, { address: "ines@trial.example" }],
    });
    const { person } = await admin().showPerson({ who: "g.hopper@trial.example" });
    expect(person).toMatchObject({ name: "Grace Hopper", groups: ["all@trial.example"] });
    expect((await admin().showPerson({ who: "ines@trial.example" })).person.administrator).toBe(true);
  });

  it("finds a person by any of their addresses, and takes away what an own list leaves out", async () => {
    const people = [{ address: "g.hopper@trial.example", aliases: [] }];
    const { changes } = await admin().importOrganisation({ people });
    expect(changes).toEqual([
      { kind: "person", address: "g.hopper@trial.example", change: "addresses: g.hopper@trial.example" },
    ]);
    const groups = [{ address: "board@trial.example", members: [] }];
    expect((await admin().importOrganisation({ groups })).changes).toMatchObject([{ change: "members: 0 in, 2 out" }]);
  });

  it.each<[string, object, string]>([
    [
      "an address twice",
      { people: [{ address: "a@x.example" }, { address: "b@x.example", aliases: ["A@x.example"] }] },
      "a@x.example is there twice",
    ],
    [
      "an address of a group, too",
      { people: [{ address: "a@x.example" }], groups: [{ address: "a@x.example" }] },
      "twice",
    ],
    [
      "addresses of two people",
      { people: [{ address: "ada@trial.example", aliases: ["olga@outside.example"] }] },
      "belong to Ada Lovelace and to Olga Novak",
    ],
    [
      "a group nobody made",
      { people: [{ address: "new@x.example", groups: ["none@x.example"] }] },
      "no group none@x.example",
    ],
    [
      "a member nobody knows",
      { groups: [{ address: "g@x.example", members: ["none@x.example"] }] },
      "nobody and no group here is none@x.example",
    ],
    [
      "groups in a circle",
      {
        groups: [
          { address: "g@x.example", members: ["h@x.example"] },
          { address: "h@x.example", members: ["g@x.example"] },
        ],
      },
      "circle",
    ],
    [
      "the last administrators away",
      {
        people: [
          { address: "ines@trial.example", administrator: false },
          { address: "alan@trial.example", administrator: false },
        ],
      },
      "without an administrator",
    ],
    [
      "what is no address, with its place",
      { people: [{ address: "a@x.example" }, { address: "b" }] },
      "people.1.address is not as it should be",
    ],
    ["an unknown member", { people: [{ address: "a@x.example", password: "x" }] }, "people.0"],
  ])("with %s is refused, and leaves no trace of what came before it", async (_what, request, words) => {
    const before = await rows();
    const first = { address: "early@x.example", name: "Early" };
    const { people = [], ...rest } = request as { people?: object[] };
    expect(await messageOf(admin().importOrganisation({ ...rest, people: [...people, first] } as never))).toContain(
      words,
    );
    expect(await rows()).toBe(before);
  });

  it("is as long as the largest there may be, and not one longer", async () => {
    const people = Array.from({ length: maxImported.people + 1 }, (_, i) => ({ address: `p${i}@x.example` }));
    expect(await messageOf(admin().importOrganisation({ people }))).toMatch(/^people is not as it should be/);
  });

  it("takes ten thousand people with their groups in one go", async () => {
    const { enrol, service } = await scratchService();
    const ines = await enrol("administrator");
    const people = Array.from({ length: maxImported.people }, (_, i) => ({
      address: `person${i}@x.example`,
      name: `Person ${i}`,
      groups: [`team${i % 100}@x.example`],
    }));
    const groups = Array.from({ length: 100 }, (_, i) => ({ address: `team${i}@x.example`, name: `Team ${i}` }));
    const started = performance.now();
    const { passwords } = await ines.admin.importOrganisation({ people, groups });
    console.log(`import of ${people.length} people: ${Math.round(performance.now() - started)} ms`);
    expect(new Set(passwords.map(({ password }) => password)).size).toBe(people.length);
    expect((await ines.admin.showGroup({ address: "team7@x.example" })).group.members).toBe(100);
    const last = passwords.at(-1)!;
    expect(await checkPassword(service.parts.store.accounts, last.address, last.password)).not.toBeNull();
  });
});
