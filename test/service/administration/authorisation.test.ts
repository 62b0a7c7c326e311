import { describe, expect, it } from "vitest";
import { newId } from "../../../shared/ids.js";
import { AdminClient } from "../../../shared/protocol/admin-client.js";
import { ServiceClient } from "../../../shared/protocol/service-client.js";
import { enrol, refusalOf, type TestDevice } from "../licensing/device.js";
import { scratchService, sharedService } from "../licensing/scratch-service.js";

/** Every address for administrators, with a request that would do something if anybody else got through. */
const requests: Record<string, object | null> = {
  "GET /api/v1/admin/audit/verification": null,
  "POST /api/v1/admin/audit/list": { purpose: "export" },
  "POST /api/v1/admin/people/list": {},
  "POST /api/v1/admin/people/show": { who: "bob@trial.example" },
  "POST /api/v1/admin/people/add": { addresses: ["eve@trial.example"], name: "Eve", administrator: true },
  "POST /api/v1/admin/people/change": { who: "bob@trial.example", name: "Robert" },
  "POST /api/v1/admin/people/password": { who: "bob@trial.example" },
  "POST /api/v1/admin/people/remove": { who: "bob@trial.example" },
  "POST /api/v1/admin/groups/list": {},
  "POST /api/v1/admin/groups/show": { address: "project@trial.example" },
  "POST /api/v1/admin/groups/add": { address: "new@trial.example", name: "New" },
  "POST /api/v1/admin/groups/change": { address: "project@trial.example", name: "Renamed" },
  "POST /api/v1/admin/groups/members": { address: "project@trial.example", add: ["olga@outside.example"] },
  "POST /api/v1/admin/groups/remove": { address: "project@trial.example" },
  "POST /api/v1/admin/guests/list": {},
  "POST /api/v1/admin/guests/lock": { address: "guest@gmail.example", isLockedOut: true },
  "GET /api/v1/admin/publishers": null,
  "POST /api/v1/admin/publishers/set": { publishers: ["bob@trial.example"] },
  "GET /api/v1/admin/super-access": null,
  "POST /api/v1/admin/super-access/approve": { id: newId() },
  "POST /api/v1/admin/super-access/end": { id: newId() },
  "GET /api/v1/admin/policy": null,
  "POST /api/v1/admin/policy/import": { policy: { version: 1, templates: [], labels: [] }, remove: true },
  "GET /api/v1/admin/keys": null,
  "POST /api/v1/admin/keys/roll": { to: null },
  "POST /api/v1/admin/keys/compromise": { key: "A".repeat(43), since: null },
  "POST /api/v1/admin/devices": { person: "bob@trial.example" },
  "POST /api/v1/admin/devices/remove": { device: newId() },
  "POST /api/v1/admin/import": { people: [{ address: "eve@trial.example", administrator: true }] },
};

const shared = sharedService();

/** What the organisation is, down to the last row: nobody who is refused changes any of it. */
async function organisation(): Promise<string> {
  const { read } = shared().service.parts.store;
  const tables = [
    "people",
    "addresses",
    "groups",
    "group_members",
    "former_addresses",
    "devices",
    "templates",
    "labels",
    "tenant_keys",
    "guests",
    "publishers",
    "super_access",
    "super_approvals",
  ] as const;
  return JSON.stringify(await Promise.all(tables.map((table) => read.selectFrom(table).selectAll().execute())));
}

function send(device: Pick<TestDevice, "client">, address: string): Promise<unknown> {
  const [method, path] = address.split(" ") as [string, string];
  const anything = { safeParse: (data: unknown) => ({ success: true, data }) };
  return device.client.call(method, path.replace("/api/v1", ""), anything as never, requests[address] ?? undefined);
}

it("the table names every address for administrators that there is", async () => {
  // a route that is not described stops the start, so this has them all
  const { paths } = await (await fetch(`${shared().origin}/api/v1/openapi.json`)).json();
  const routes = Object.entries<object>(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.filter((route) => route.includes("/admin/")).sort()).toEqual(Object.keys(requests).sort());
});

describe.each(Object.keys(requests))("%s", (address) => {
  it.each(["ada", "bob", "olga"] as const)("is refused to %s, and changes nothing", async (name) => {
    const before = await organisation();
    const { code, message, answer } = await refusalOf(send(shared().devices[name], address));
    expect({ code, message }).toEqual({ code: "access-denied", message: "only administrators can do this" });
    expect(Object.keys(answer).sort()).toEqual(["code", "message"]);
    expect(await organisation()).toBe(before);
    const [record] = await shared().service.parts.audit.events({ limit: 1 });
    expect(record).toMatchObject({ result: "access-denied", subject: shared().devices[name].certified.subject });
  });

  it("is refused without a sign-in, and with a token for somewhere else", async () => {
    const [method, path] = address.split(" ") as [string, string];
    const response = await fetch(shared().origin + path, { method });
    expect(response.status).toBe(401);
    const { ines } = shared().devices;
    const accessToken = async () => {
      const [head, , signature] = (await ines.credentials.accessToken({ refresh: false })).split(".");
      const claims = { sub: ines.certified.subject, aud: `urn:sealwright:${newId()}`, iss: ines.discovery.issuer };
      return [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
    };
    const client = new ServiceClient(ines.discovery.api, { ...ines.credentials, accessToken });
    expect((await refusalOf(send({ client }, address))).code).toBe("sign-in-needed");
  });
});

it("an administrator who was disabled, or is none any more, is refused at once, everywhere", async () => {
  const { enrol: enrolRole, origin, clock } = await scratchService();
  const { admin: ines } = await enrolRole("administrator");
  const { password } = await ines.addPerson({ addresses: ["eve@trial.example"], name: "Eve", administrator: true });
  const eve = await enrol(origin, { user: "eve@trial.example", password }, clock);
  await eve.admin.listPeople({});
  await ines.changePerson({ who: "eve@trial.example", administrator: false });
  for (const address of Object.keys(requests)) expect((await refusalOf(send(eve, address))).code).toBe("access-denied");
  await ines.changePerson({ who: "eve@trial.example", administrator: true, state: "disabled" });
  for (const address of Object.keys(requests))
    expect((await refusalOf(send(eve, address))).code).toBe("account-mismatch");
});

it("a person's id opens nothing for anybody but administrators: it is answered as one that is nobody's", async () => {
  const { bob, ines } = shared().devices;
  const admin = new AdminClient((...request) => bob.client.call(...request));
  for (const who of [ines.certified.subject, newId()]) {
    const { answer } = await refusalOf(admin.showPerson({ who }));
    expect(answer).toEqual({ code: "access-denied", message: "only administrators can do this" });
  }
});
