import { describe, expect, it, onTestFinished } from "vitest";
import { RateLimit } from "../../../service/rate-limit.js";
import { toBase64 } from "../../../shared/bytes.js";
import { newId } from "../../../shared/ids.js";
import { maxRequestBytes } from "../../../shared/protocol/service-api.js";
import { newKeys, spkiText, type TestDevice } from "../licensing/device.js";
import { sharedService } from "../licensing/scratch-service.js";
import { type Answer, ask, descriptionAt, type Operation, operationsOf, problems, promised } from "./asking.js";
import { bodyOf, config, requestsAt } from "./requests.js";

/** Every way to be refused, of every route it can happen to, is answered as the description says. */

const shared = sharedService({ config });
const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];

const operations = async () => operationsOf(await descriptionAt(shared().origin));
/** Those that take a sign-in; `POST` alone where `method` says so. */
async function signed(method = ""): Promise<[string, Operation][]> {
  return [...(await operations())].filter(
    ([address, { security }]) => security.length > 0 && address.startsWith(method),
  );
}

/** Held against the description. */
function expectRefusal(address: string, operation: Operation, { status, answer }: Answer, expected: [number, string]) {
  expect([address, status, (answer as { code: string }).code]).toEqual([address, ...expected]);
  expect(problems(promised(operation, status)!, answer), address).toEqual([]);
}

describe("a request", () => {
  it("without a sign-in, or without proof, is a 401 that says how to sign", async () => {
    const accessToken = await shared().devices.ada.credentials.accessToken({ refresh: false });
    const halves = [`DPoP ${accessToken}`, `Bearer ${accessToken}`].map((authorization) => ({ authorization }));
    for (const [address, operation] of await signed())
      for (const headers of [{}, ...halves]) {
        const body = address.startsWith("POST") ? {} : undefined;
        const answer = await ask(shared().origin, null, address, body, { headers });
        expectRefusal(address, operation, answer, [401, "sign-in-needed"]);
        expect(answer.headers.get("www-authenticate"), address).toMatch(/^DPoP .*algs="ES256"/);
        expect(answer.headers.get("dpop-nonce"), address).not.toBeNull();
      }
  });

  it("that is not as described is a 400, and nothing the description would let through", async () => {
    const { origin, devices } = shared();
    for (const [address, operation] of await signed("POST")) {
      const { schema } = operation.requestBody!.content["application/json"];
      for (const body of [{ "no such member": 1 }, [], 7]) {
        expect(problems(schema, body), address).not.toEqual([]);
        const answer = await ask(origin, devices.ines, address, body as object);
        expectRefusal(address, operation, answer, [400, "request-malformed"]);
      }
      for (const text of ["{", '{"a":1,"a":1}', "null", `${"[".repeat(2000)}${"]".repeat(2000)}`])
        expectRefusal(address, operation, await ask(origin, devices.ines, address, {}, { text }), [
          400,
          "request-malformed",
        ]);
    }
  });

  it("that is longer than any license is a 413, and one that is not JSON a 415", async () => {
    const text = " ".repeat(maxRequestBytes + 1);
    for (const [address, operation] of await signed("POST")) {
      const { origin, devices } = shared();
      const long = await ask(origin, devices.bob, address, {}, { text });
      expectRefusal(address, operation, long, [413, "request-malformed"]);
      const other = { headers: { "content-type": "application/xml" } };
      expectRefusal(address, operation, await ask(origin, devices.bob, address, {}, other), [415, "request-malformed"]);
    }
  });

  it("for an address that is not there, or in another way than it is, is a 404", async () => {
    const { origin, devices } = shared();
    const all = await operations();
    const [, any] = [...all][0]!;
    const others = [...all.keys()].map((address) =>
      address.replace(/^\w+/, (was) => (was === "GET" ? "PUT" : "DELETE")),
    );
    for (const address of ["GET /api/v1/nothing", "POST /api/v2/use-licenses", "GET /api", ...others])
      expectRefusal(address, any, await ask(origin, devices.ada, address), [404, "request-malformed"]);
  });

  it("for administrators is a 403 to everybody else", async () => {
    const requests = await requestsAt(shared());
    const all = await operations();
    for (const request of requests.filter(({ address }) => address.includes("/admin/"))) {
      const { address } = request;
      const answer = await ask(shared().origin, shared().devices.bob, address, await bodyOf(request));
      expectRefusal(address, all.get(address)!, answer, [403, "access-denied"]);
    }
  });

  it("of somebody who asks too often is a 429 that says when to come back", async () => {
    const { origin, service } = shared();
    const requests = (await requestsAt(shared())).filter(({ by }) => by !== null);
    const bodies = await Promise.all(requests.map(bodyOf));
    const { limits } = service.parts;
    const usual = { ...limits };
    onTestFinished(() => void Object.assign(limits, usual));
    for (const name of Object.keys(usual)) Object.assign(limits, { [name]: new RateLimit({ burst: 0, perSecond: 1 }) });
    const all = await operations();
    const unlimited: string[] = [];
    for (const [i, { by, address }] of requests.entries()) {
      const answer = await ask(origin, by, address, bodies[i]);
      if (answer.status === 200) unlimited.push(address);
      else expectRefusal(address, all.get(address)!, answer, [429, "rate-limited"]);
      if (answer.status !== 200) expect(Number(answer.headers.get("retry-after")), address).toBeGreaterThan(0);
    }
    expect(unlimited.sort()).toEqual(["GET /api/v1/devices", "GET /api/v1/documents", "GET /api/v1/policy"]);
  });
});

/** Refusals of one route each: who asks, for what, and the answer. */
describe("a refusal", () => {
  const about = async (by: TestDevice) => ({ license: toBase64((await by.publish({ grants })).license) });
  const certificateOf = ({ certified }: TestDevice) => ({ accountCertificate: certified.accountCertificate });
  const terms = { grants, until: null, offlineDays: 7 };

  const cases: [string, string, [number, string], () => Promise<{ by: TestDevice; body: object }>][] = [
    [
      "of a license to who is not named",
      "use-licenses",
      [403, "access-denied"],
      async () => {
        const { ada, olga } = shared().devices;
        return { by: olga, body: { ...(await about(ada)), ...certificateOf(olga) } };
      },
    ],
    [
      "of a license with the certificate of another",
      "use-licenses",
      [403, "account-mismatch"],
      async () => {
        const { ada, bob, olga } = shared().devices;
        return { by: bob, body: { ...(await about(ada)), ...certificateOf(olga) } };
      },
    ],
    [
      "of a license that is none",
      "use-licenses",
      [422, "license-invalid"],
      async () => {
        const { bob } = shared().devices;
        return { by: bob, body: { license: toBase64(new Uint8Array(99)), ...certificateOf(bob) } };
      },
    ],
    ...["track", "revoke", "restore", "policy"].map((path): (typeof cases)[number] => [
      "of what is for issuer and owner",
      `documents/${path}`,
      [403, "access-denied"],
      async () => ({ by: shared().devices.olga, body: await about(shared().devices.ada) }),
    ]),
    [
      "of a policy to who may not write it",
      "documents/amend",
      [403, "access-denied"],
      async () => {
        const { ada, olga } = shared().devices;
        return { by: olga, body: { ...(await about(ada)), id: newId(), base: 0, ...terms } };
      },
    ],
    [
      "of a policy made from another than the one in force",
      "documents/amend",
      [409, "policy-changed"],
      async () => {
        const { ada } = shared().devices;
        return { by: ada, body: { ...(await about(ada)), id: newId(), base: 3, ...terms } };
      },
    ],
    [
      "of an address that somebody has",
      "admin/people/add",
      [409, "change-refused"],
      async () => ({ by: shared().devices.ines, body: { addresses: ["bob@trial.example"], name: "Bob" } }),
    ],
    [
      "of a person nobody knows",
      "admin/people/show",
      [409, "change-refused"],
      async () => ({ by: shared().devices.ines, body: { who: "nobody@trial.example" } }),
    ],
    [
      "of a group nobody knows",
      "admin/groups/show",
      [409, "change-refused"],
      async () => ({ by: shared().devices.ines, body: { address: "nobody@trial.example" } }),
    ],
    [
      "of a device nobody knows",
      "devices/remove",
      [403, "access-denied"],
      async () => ({ by: shared().devices.bob, body: { device: newId() } }),
    ],
    [
      "of keys that are none",
      "account-certificates",
      [400, "request-malformed"],
      async () => {
        const licensorKey = spkiText((await newKeys("sign")).publicKey);
        return { by: shared().devices.bob, body: { accountKey: "AAAA", licensorKey } };
      },
    ],
  ];

  it.each(cases)("%s (%s) is %j", async (_what, path, expected, request) => {
    const address = `POST /api/v1/${path}`;
    const { by, body } = await request();
    const answer = await ask(shared().origin, by, address, body);
    expectRefusal(address, (await operations()).get(address)!, answer, expected);
    expect((answer.answer as { message: string }).message).toMatch(/\w/);
  });

  it("of who is removed is a 403 everywhere", async () => {
    const lost = await shared().enrol("colleague");
    const { devices } = await lost.client.devices();
    await lost.client.removeDevice(devices.find(({ current }) => current)!.id);
    const all = await operations();
    for (const request of (await requestsAt(shared())).filter(({ by }) => by !== null)) {
      const { address } = request;
      const answer = await ask(shared().origin, lost, address, await bodyOf(request));
      expectRefusal(address, all.get(address)!, answer, [403, "device-removed"]);
    }
  });
});
