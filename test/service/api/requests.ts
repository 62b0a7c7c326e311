import { toBase64 } from "../../../shared/bytes.js";
import { newId } from "../../../shared/ids.js";
import { OfferPasskeyAnswer } from "../../../shared/protocol/passkey-api.js";
import { Passkey } from "../guests/authenticator.js";
import { certify, post, randomText, sha256 } from "../guests/visitor.js";
import { spkiText, type TestDevice } from "../licensing/device.js";
import type { Devices, ScratchService } from "../licensing/scratch-service.js";

/** One request that is granted, if those before it were asked, too. */
export interface Request {
  readonly by: TestDevice | null;
  readonly address: string;
  readonly body?: object | (() => Promise<object>);
}

export const bodyOf = async ({ body }: Request): Promise<object | undefined> =>
  typeof body === "function" ? body() : body;

const grants = [{ who: ["project@trial.example"], rights: ["VIEW", "EDIT"] }];

/** With which all of them are granted. */
export const config = { superUsers: { people: ["bob@trial.example"], approvals: 1, maxHours: 8 } };

/** One for every address of the service that is described, in an order in which all are granted. */
export async function requestsAt(scratch: ScratchService & { devices: Devices }): Promise<Request[]> {
  return [
    { by: null, address: "GET /.well-known/sealwright" },
    ...(await forGuests(scratch)),
    ...(await forPasskeys(scratch)),
    ...(await forEverybody(scratch)),
    ...(await forOwners(scratch)),
    ...forAdministrators(scratch),
  ];
}

async function forGuests({ devices: { ada } }: { devices: Devices }): Promise<Request[]> {
  const { license } = await ada.publish({ grants: [{ who: ["@gmail.example"], rights: ["VIEW"] }] });
  const [challenge, nonce, ticket] = [randomText(), randomText(), randomText()];
  const asked = { license: toBase64(license), address: "guest@gmail.example", challenge, nonce };
  return [
    { by: null, address: "POST /api/v1/guest-codes", body: asked },
    {
      by: null,
      address: "POST /api/v1/guest-codes/redeem",
      body: { ticket, license: sha256(license), code: "12345678" },
    },
  ];
}

/** A guest who is there already comes in by a passkey, and keeps one more. */
async function forPasskeys(scratch: ScratchService): Promise<Request[]> {
  const { origin, service } = scratch;
  const { guests, guestPasskeys } = service.parts.store;
  const { id: person } = await guests.admit("holder@gmail.example", Date.now());
  const passkey = new Passkey(origin);
  await guestPasskeys.add({ id: passkey.id, person, publicKey: passkey.publicKey, counter: 0 }, Date.now(), 10);
  const [verifier, nonce] = [randomText(), randomText()];
  const asked = { challenge: sha256(verifier), nonce };
  const proof = async () => {
    const { challenge } = (await (await post(origin, "/guest-passkeys/ask", asked)).json()) as { challenge: string };
    return passkey.signed(challenge);
  };
  const { grant } = (await (await post(origin, "/guest-passkeys/redeem", await proof())).json()) as { grant: string };
  const { device } = await certify(scratch, { verifier, nonce }, grant);
  const made = async () => {
    const { challenge } = await device.client.call("POST", "/guest-passkeys/offer", OfferPasskeyAnswer, {});
    return new Passkey(origin).made(challenge);
  };
  return [
    { by: null, address: "POST /api/v1/guest-passkeys/ask", body: asked },
    { by: null, address: "POST /api/v1/guest-passkeys/redeem", body: proof },
    { by: device, address: "POST /api/v1/guest-passkeys/offer", body: {} },
    { by: device, address: "POST /api/v1/guest-passkeys/keep", body: made },
  ];
}

async function forEverybody(scratch: ScratchService & { devices: Devices }): Promise<Request[]> {
  const { ada, bob } = scratch.devices;
  const { license } = await ada.publish({ grants });
  const lost = await scratch.enrol("colleague");
  const { accountCertificate } = bob.certified;
  const keys = { accountKey: spkiText(bob.account.publicKey), licensorKey: spkiText(bob.licensor.publicKey) };
  const device = { name: "bob's laptop", system: "Linux" };
  const policy = { grants, until: null, offlineDays: 7, template: null, name: "plan.txt" };
  const made = { policy, label: null, cipher: "SEALWRIGHT.GCM1M", ext: ".txt" };
  return [
    { by: bob, address: "POST /api/v1/account-certificates", body: { ...keys, device } },
    { by: bob, address: "GET /api/v1/policy" },
    { by: bob, address: "POST /api/v1/use-licenses", body: { license: toBase64(license), accountCertificate } },
    { by: bob, address: "POST /api/v1/publishing-licenses", body: { ...made, accountCertificate } },
    { by: bob, address: "POST /api/v1/super-access", body: { reason: "a case of the auditors", hours: 1 } },
    { by: bob, address: "GET /api/v1/super-access" },
    { by: bob, address: "GET /api/v1/devices" },
    { by: bob, address: "POST /api/v1/devices/remove", body: async () => ({ device: await idOf(lost) }) },
  ];
}

async function idOf({ client }: TestDevice): Promise<string> {
  const { devices } = await client.devices();
  return devices.find(({ current }) => current)!.id;
}

async function forOwners({ devices: { ada, olga } }: { devices: Devices }): Promise<Request[]> {
  const { license } = await ada.publish({ grants });
  const about = { license: toBase64(license) };
  const terms = { grants, until: null, offlineDays: 0 };
  const changes: [string, object][] = [
    ["documents", about],
    ["documents/amend", { ...about, id: newId(), base: 0, ...terms }],
    ["documents/relabel", { ...about, label: null, reason: "the offer is public" }],
    ["documents/revoke", about],
    ["documents/restore", about],
    ["documents/track", about],
    ["documents/policy", about],
  ];
  const asked = async () => {
    await olga.client.askAccess(license, "the case is mine now");
    return (await ada.client.accessRequests()).requests[0]!.id;
  };
  return [
    ...changes.map(([path, body]) => ({ by: ada, address: `POST /api/v1/${path}`, body })),
    { by: ada, address: "GET /api/v1/documents" },
    { by: ada, address: "POST /api/v1/people/find", body: { search: "bo" } },
    { by: ada, address: "POST /api/v1/clear-labels", body: { from: null, label: null, reason: "the offer is public" } },
    { by: olga, address: "POST /api/v1/access-requests", body: { ...about, reason: "the case is mine now" } },
    { by: ada, address: "GET /api/v1/access-requests" },
    {
      by: ada,
      address: "POST /api/v1/access-requests/grant",
      body: async () => ({ id: await asked(), rights: ["VIEW"] }),
    },
    { by: ada, address: "POST /api/v1/access-requests/refuse", body: async () => ({ id: await asked() }) },
  ];
}

function forAdministrators(scratch: ScratchService & { devices: Devices }): Request[] {
  const { ines } = scratch.devices;
  const asked = async () => ({ id: (await ines.admin.superAccess()).accesses[0]?.id ?? newId() });
  const [eve, team] = ["eve@trial.example", "team@trial.example"];
  const keys: [string, Request["body"]?][] = [
    ["GET keys"],
    ["POST keys/roll", { to: null }],
    ["POST keys/compromise", async () => ({ key: (await ines.admin.keys()).keys.at(-1)!.kid, since: null })],
  ];
  const requests: [string, Request["body"]?][] = [
    ["POST people/add", { addresses: [eve, "e.byron@trial.example"], name: "Eve" }],
    ["POST people/list", { search: "trial", limit: 2 }],
    ["POST people/show", { who: eve }],
    ["POST people/change", { who: eve, name: "Eve Byron", administrator: true }],
    ["POST people/password", { who: eve }],
    ["POST guests/lock", { address: "guest@gmail.example", isLockedOut: true }],
    ["POST guests/list", { search: "gmail" }],
    ["POST groups/add", { address: team, name: "Team" }],
    ["POST groups/members", { address: team, add: [eve, "project@trial.example"], remove: [] }],
    ["POST groups/list", {}],
    ["POST groups/show", { address: team }],
    ["POST groups/change", { address: team, name: "The team" }],
    ["POST groups/remove", { address: team }],
    ["POST people/remove", { who: eve }],
    ["POST import", { people: [{ address: "new@trial.example", name: "New" }], groups: [{ address: team }] }],
    ["POST devices", { person: "bob@trial.example" }],
    ["POST devices/remove", async () => ({ device: await idOf(await scratch.enrol("colleague")) })],
    ["GET policy"],
    ["POST policy/import", async () => ({ policy: await changedPolicy(ines), remove: true })],
    ["POST publishers/set", { publishers: ["project@trial.example", "bob@trial.example"] }],
    ["GET publishers"],
    ["GET super-access"],
    ["POST super-access/approve", asked],
    ["POST super-access/end", asked],
    ["POST audit/list", { limit: 1000 }],
    ["GET audit/verification"],
    ...keys,
  ];
  return requests.map(([address, body]) => {
    const [method, path] = address.split(" ");
    return { by: ines, address: `${method} /api/v1/admin/${path}`, ...(body ? { body } : {}) };
  });
}

async function changedPolicy({ admin }: TestDevice) {
  const { policy } = await admin.exportPolicy();
  const [first, ...templates] = policy.templates;
  return { ...policy, templates: [{ ...first!, offlineDays: 3 }, ...templates] };
}
