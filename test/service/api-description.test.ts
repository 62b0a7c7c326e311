import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { toBase64 } from "../../shared/bytes.js";
import { proofFor } from "../../shared/protocol/proof.js";
import type { TestDevice } from "./licensing/device.js";
import { sharedService } from "./licensing/scratch-service.js";

/** `/api/v1/openapi.json` against the routes there are and what they really answer. */

const shared = sharedService();
const grants = [{ who: ["project@trial.example"], rights: ["VIEW", "EDIT"] }];

interface Operation {
  summary: string;
  security: object[];
  requestBody?: { content: { "application/json": { schema: object } } };
  responses: Record<string, { content: { "application/json": { schema: object } } }>;
}
interface Description {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
}

const description = async (): Promise<Description> =>
  (await fetch(`${shared().origin}/api/v1/openapi.json`)).json() as Promise<Description>;

/** Every problem a general validator of JSON Schema 2020-12 finds; an unknown keyword is one. */
function problems(schema: object, value: unknown): unknown {
  const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);
  return validate(value) ? [] : validate.errors;
}

/** Asks as a client would, whatever the shapes say. */
async function call(device: TestDevice, method: string, path: string, body?: object) {
  const url = shared().origin + path;
  const accessToken = await device.credentials.accessToken({ refresh: false });
  const nonce = (await fetch(url)).headers.get("dpop-nonce")!;
  const bytes = new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body));
  const dpop = await proofFor(
    { method, url, body: bytes, accessToken, nonce },
    device.credentials.proofKey,
    Date.now(),
  );
  const headers = {
    authorization: `DPoP ${accessToken}`,
    dpop,
    ...(body ? { "content-type": "application/json" } : {}),
  };
  const response = await fetch(url, { method, headers, ...(body ? { body: bytes } : {}) });
  return { status: response.status, answer: await response.json() };
}

describe("the description of the API", () => {
  it("has every route there is, each with what it is", async () => {
    const { openapi, servers, paths } = await description();
    expect(openapi).toBe("3.1.0");
    expect(servers).toEqual([{ url: shared().origin }]);
    for (const [path, operations] of Object.entries(paths))
      for (const [method, { summary, security }] of Object.entries(operations)) {
        expect(summary).toMatch(/^[a-z].*[^.]$/);
        expect(security).toEqual(path.startsWith("/api/v1/") ? [{ dpop: [] }] : []);
        expect(shared().service.app.hasRoute({ method: method.toUpperCase() as "GET", url: path })).toBe(true);
      }
    const client = ["account-certificates", "policy", "use-licenses", "publishing-licenses", "documents", "devices"];
    for (const path of client) expect(paths).toHaveProperty([`/api/v1/${path}`]);
  });

  it("stops the start where a route of the API is not described", async () => {
    const { default: fastify } = await import("fastify");
    const { descriptionRoutes } = await import("../../service/routes/description.js");
    const app = fastify();
    await app.register(descriptionRoutes(app, new URL("http://localhost")));
    expect(() => app.get("/api/v1/secret", async () => ({}))).toThrow("/api/v1/secret does not say what it takes");
    await app.close();
  });

  it("is what real requests and answers are like", async () => {
    const { paths } = await description();
    const { ada, bob, ines } = shared().devices;
    const { license } = await ada.publish({ grants });
    const asked = { license: toBase64(license), accountCertificate: bob.certified.accountCertificate };
    const about = { license: toBase64(license) };
    const policy = { grants, until: null, offlineDays: 7, template: null, name: "plan.txt" };
    const published = {
      policy,
      label: null,
      cipher: "SEALWRIGHT.GCM1M",
      ext: ".txt",
      accountCertificate: ada.certified.accountCertificate,
    };
    const calls: [TestDevice, string, string, object?][] = [
      [bob, "GET", "/api/v1/policy"],
      [bob, "POST", "/api/v1/use-licenses", asked],
      [ada, "POST", "/api/v1/publishing-licenses", published],
      [ada, "POST", "/api/v1/documents", about],
      [ada, "GET", "/api/v1/documents"],
      [ada, "POST", "/api/v1/documents/track", about],
      [ada, "POST", "/api/v1/documents/policy", about],
      [ada, "POST", "/api/v1/documents/revoke", about],
      [ada, "POST", "/api/v1/documents/restore", about],
      [bob, "GET", "/api/v1/devices"],
      [ines, "GET", "/api/v1/admin/audit/verification"],
      [ines, "POST", "/api/v1/admin/devices", { person: "bob@trial.example" }],
    ];
    for (const [device, method, path, body] of calls) {
      const { status, answer } = await call(device, method, path, body);
      const operation = paths[path]![method.toLowerCase()]!;
      expect([path, status, answer.message]).toEqual([path, 200, undefined]);
      expect(problems(operation.responses["200"]!.content["application/json"].schema, answer), path).toEqual([]);
      if (body) expect(problems(operation.requestBody!.content["application/json"].schema, body), path).toEqual([]);
    }
    const discovery = await (await fetch(`${shared().origin}/.well-known/sealwright`)).json();
    const { get } = paths["/.well-known/sealwright"]!;
    expect(problems(get!.responses["200"]!.content["application/json"].schema, discovery)).toEqual([]);
  });

  it("says of a request what the service says of it", async () => {
    const { paths } = await description();
    const { bob } = shared().devices;
    const { schema } = paths["/api/v1/use-licenses"]!.post!.requestBody!.content["application/json"];
    const refusal = paths["/api/v1/use-licenses"]!.post!.responses.default!.content["application/json"].schema;
    const wrong = [
      {},
      { license: 7, accountCertificate: "AAAA" },
      { license: "AAAA", accountCertificate: "AAAA", more: 1 },
    ];
    for (const body of wrong) {
      expect(problems(schema, body)).not.toEqual([]);
      const { status, answer } = await call(bob, "POST", "/api/v1/use-licenses", body);
      expect(status).toBe(400);
      expect(problems(refusal, answer)).toEqual([]);
    }
  });
});
