import { describe, expect, it } from "vitest";
import { refusalOf } from "../licensing/device.js";
import { sharedService } from "../licensing/scratch-service.js";

const shared = sharedService();
const admin = () => shared().devices.ines.admin;
let drawn = 0;
const fresh = () => `group${++drawn}@trial.example`;
const newGroup = async (members: string[] = []) => {
  const address = fresh();
  await admin().addGroup({ address, name: "Group" });
  if (members.length > 0) await admin().changeMembers({ address, add: members });
  return address;
};

describe("a group", () => {
  it("holds people and other groups; who comes in may at once what it gives, and who goes out no longer", async () => {
    const { ada, bob } = shared().devices;
    const [inner, outer] = [await newGroup(), await newGroup()];
    await admin().changeMembers({ address: outer, add: [inner] });
    const { license } = await ada.publish({ grants: [{ who: [outer], rights: ["VIEW"] }] });
    expect((await refusalOf(bob.use(license))).code).toBe("access-denied");
    await admin().changeMembers({ address: inner, add: [bob.certified.subject] });
    expect((await bob.use(license)).use.rights).toEqual(["VIEW"]);
    expect((await admin().showPerson({ who: "bob@trial.example" })).person.groups).toContain(inner);
    await admin().changeMembers({ address: inner, remove: ["bob@trial.example"] });
    expect((await refusalOf(bob.use(license))).code).toBe("access-denied");
  });

  it("is shown with its members and listed, and gets another name", async () => {
    const inner = await newGroup();
    const address = await newGroup(["ada@trial.example", inner]);
    await admin().changeMembers({ address, add: ["ada@trial.example"] });
    const { group, members } = await admin().renameGroup({ address, name: "Renamed" });
    expect(group).toEqual({ address, name: "Renamed", members: 2 });
    expect(members).toEqual([
      { kind: "person", address: "ada@trial.example", name: "Ada Lovelace" },
      { kind: "group", address: inner, name: "Group" },
    ]);
    expect((await admin().listGroups({ search: "renam" })).groups).toEqual([group]);
    const { groups, next } = await admin().listGroups({ limit: 1 });
    expect(next).toBe(groups[0]!.address);
    expect((await admin().listGroups({ after: next!, limit: 1 })).groups[0]!.address > next!).toBe(true);
  });

  it("that is removed gives nobody anything, also where it lay in another", async () => {
    const { ada, bob } = shared().devices;
    const inner = await newGroup(["bob@trial.example"]);
    const outer = await newGroup([inner]);
    const { license } = await ada.publish({ grants: [{ who: [outer, inner], rights: ["VIEW"] }] });
    await bob.use(license);
    await admin().removeGroup({ address: inner });
    expect((await refusalOf(bob.use(license))).code).toBe("access-denied");
    expect((await admin().showGroup({ address: outer })).members).toEqual([]);
  });

  it("never lies in itself, however far around", async () => {
    const a = await newGroup();
    const b = await newGroup([a]);
    const c = await newGroup([b]);
    for (const [address, member] of [
      [a, a],
      [a, b],
      [a, c],
    ] as const) {
      const { message } = await refusalOf(admin().changeMembers({ address, add: [member] }));
      expect(message).toBe(`${address} would be in itself; groups cannot lie in a circle`);
    }
    expect((await admin().showGroup({ address: a })).members).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["that is there already", () => admin().addGroup({ address: "project@trial.example", name: "X" }), "already"],
    ["with an address of a person", () => admin().addGroup({ address: "bob@trial.example", name: "X" }), "Bob Fisher"],
    ["that is not there", () => admin().showGroup({ address: "none@x.example" }), "no group none@x.example"],
    ["that is not there to be named", () => admin().renameGroup({ address: "none@x.example", name: "X" }), "no group"],
    ["that is not there to be removed", () => admin().removeGroup({ address: "none@x.example" }), "no group"],
    [
      "with a member nobody knows, and then with none of those that came with it",
      () => admin().changeMembers({ address: "project@trial.example", add: ["olga@outside.example", "x@x.example"] }),
      "nobody and no group here is x@x.example",
    ],
  ])("%s is refused", async (_what, work, words) => {
    const { code, message } = await refusalOf(work());
    expect(code).toBe("change-refused");
    expect(message).toContain(words);
    const { members } = await admin().showGroup({ address: "project@trial.example" });
    expect(members.map(({ name }) => name)).toEqual(["Ada Lovelace", "Bob Fisher"]);
  });
});
