import { describe, expect, it } from "vitest";
import { sharedService } from "../licensing/scratch-service.js";
import { ask, descriptionAt, operationsOf, problems, promised } from "./asking.js";
import { bodyOf, config, requestsAt } from "./requests.js";

/** `/api/v1/openapi.json` against the routes there are and what they really answer. */

const shared = sharedService({ config });

describe("the description of the API", () => {
  it("has every route there is, each with what it is", async () => {
    const { openapi, servers, paths } = await descriptionAt(shared().origin);
    expect(openapi).toBe("3.1.0");
    expect(servers).toEqual([{ url: shared().origin }]);
    for (const [path, operations] of Object.entries(paths))
      for (const [method, { summary, security }] of Object.entries(operations)) {
        expect(summary).toMatch(/^[a-z].*[^.]$/);
        const isSigned =
          path.startsWith("/api/v1/") && !/^\/api\/v1\/(guest-codes|guest-passkeys\/(ask|redeem))/.test(path);
        expect(security, path).toEqual(isSigned ? [{ dpop: [] }] : []);
        expect(shared().service.app.hasRoute({ method: method.toUpperCase() as "GET", url: path })).toBe(true);
      }
    const client = ["account-certificates", "policy", "use-licenses", "publishing-licenses", "documents", "devices"];
    for (const path of client) expect(paths).toHaveProperty([`/api/v1/${path}`]);
  });

  it("stops the start where a route of the API is not described", async () => {
    const { default: fastify } = await import("fastify");
    const { descriptionRoutes } = await import("../../../service/routes/description.js");
    const app = fastify();
    await app.register(descriptionRoutes(app, new URL("http://localhost")));
    expect(() => app.get("/api/v1/secret", async () => ({}))).toThrow("/api/v1/secret does not say what it takes");
    await app.close();
  });

  it("is what real requests and answers are like, of every route, to the last member", async () => {
    const { origin } = shared();
    const operations = operationsOf(await descriptionAt(origin));
    const requests = await requestsAt(shared());
    expect(requests.map(({ address }) => address).sort()).toEqual([...operations.keys()].sort());
    for (const request of requests) {
      const { by, address } = request;
      const body = await bodyOf(request);
      const { status, answer } = await ask(origin, by, address, body);
      const operation = operations.get(address)!;
      expect([address, status, (answer as { message?: string }).message]).toEqual([address, 200, undefined]);
      expect(problems(promised(operation, 200)!, answer), address).toEqual([]);
      expect(operation.requestBody === undefined, address).toBe(body === undefined);
      if (body) expect(problems(operation.requestBody!.content["application/json"].schema, body), address).toEqual([]);
    }
  });

  it("says that what is unchanged is not sent again", async () => {
    const { origin, devices } = shared();
    const address = "GET /api/v1/policy";
    const tag = (await ask(origin, devices.ada, address)).headers.get("etag")!;
    const again = await ask(origin, devices.ada, address, undefined, { headers: { "if-none-match": tag } });
    expect(again).toMatchObject({ status: 304, answer: undefined });
    const { responses } = operationsOf(await descriptionAt(origin)).get(address)!;
    expect(responses["304"]).toEqual({ description: "unchanged since the ETag that was named" });
  });
});
