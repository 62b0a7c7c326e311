import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { type Bytes, utf8 } from "../../shared/bytes.js";
import { proofFor } from "../../shared/protocol/proof.js";
import { maxRequestBytes } from "../../shared/protocol/service-api.js";
import type { TestDevice } from "../service/licensing/device.js";
import { scratchService, sharedService } from "../service/licensing/scratch-service.js";

/** Requests no client of ours would send: each gets a short answer, and the service goes on (threats T18, T19). */

const shared = sharedService();

interface Sent {
  method?: string;
  path?: string;
  body?: Bytes;
  type?: string;
  headers?: Record<string, string>;
}

/** Signed as it must be, whatever the body is. */
async function send(device: TestDevice, { method = "POST", path = "/use-licenses", body, type, headers }: Sent) {
  const url = device.discovery.api + path;
  const accessToken = await device.credentials.accessToken({ refresh: false });
  const { nonce } = await challenge(url);
  const signed = { method, url, body: body ?? new Uint8Array(0), accessToken, nonce };
  const dpop = await proofFor(signed, device.credentials.proofKey, Date.now());
  const typed: Record<string, string> = body === undefined ? {} : { "content-type": type ?? "application/json" };
  const all = { authorization: `DPoP ${accessToken}`, dpop, ...typed, ...headers };
  const response = await fetch(url, { method, headers: all, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function challenge(url: string) {
  const response = await fetch(url);
  await response.body?.cancel();
  return { nonce: response.headers.get("dpop-nonce")! };
}

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const whole = { license: "AAAA", accountCertificate: "AAAA" };

describe("a body", () => {
  it.each<[string, Bytes]>([
    ["that is empty", new Uint8Array(0)],
    ["that is no JSON", utf8("{")],
    ["that is null", utf8("null")],
    ["that is a list", utf8("[]")],
    ["with a byte order mark", utf8(`\ufeff${JSON.stringify(whole)}`)],
    ["with a member twice", utf8('{"license":"AAAA","license":"BBBB","accountCertificate":"AAAA"}')],
    ["with an unknown member", utf8(JSON.stringify({ ...whole, rights: ["OWNER"] }))],
    ["with __proto__", utf8('{"license":"AAAA","accountCertificate":"AAAA","__proto__":{"x":1}}')],
    ["with a member missing", utf8('{"license":"AAAA"}')],
    ["with another type", utf8('{"license":["AAAA"],"accountCertificate":{}}')],
    ["with base64 of another spelling", utf8('{"license":"AAB=","accountCertificate":"AAAA"}')],
    ["with white space in base64", utf8('{"license":"AA\\nAA","accountCertificate":"AAAA"}')],
    ["nested without end", utf8(nested(200_000))],
    ["with a name without end", utf8(`{"${"a".repeat(1_000_000)}":1}`)],
    ["that is not UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ["with a lone surrogate", utf8('{"license":"\\ud800","accountCertificate":"AAAA"}')],
  ])("%s is refused as malformed", async (_name, body) => {
    const { status, text } = await send(shared().devices.bob, { body });
    expect(JSON.parse(text)).toEqual({ code: "request-malformed", message: expect.stringMatching(/^.{5,300}$/) });
    expect(status).toBe(400);
  });

  it("longer than any license is refused before it is read", async () => {
    const body = new Uint8Array(maxRequestBytes + 1).fill(0x20);
    const { status, text } = await send(shared().devices.bob, { body });
    expect([status, JSON.parse(text).code]).toEqual([413, "request-malformed"]);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"])(
    "of type %s is refused",
    async (type) => {
      const { status, text } = await send(shared().devices.bob, { body: utf8(JSON.stringify(whole)), type });
      expect([status, JSON.parse(text).code]).toEqual([415, "request-malformed"]);
    },
  );

  it("changed on the way is no longer the caller's", async () => {
    const { bob } = shared().devices;
    const url = `${bob.discovery.api}/use-licenses`;
    const accessToken = await bob.credentials.accessToken({ refresh: false });
    const { nonce } = await challenge(url);
    const signed = { method: "POST", url, body: utf8(JSON.stringify(whole)), accessToken, nonce };
    const dpop = await proofFor(signed, bob.credentials.proofKey, Date.now());
    const headers = { authorization: `DPoP ${accessToken}`, dpop, "content-type": "application/json" };
    const body = JSON.stringify({ ...whole, license: "BBBB" });
    const response = await fetch(url, { method: "POST", headers, body });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain("invalid_dpop_proof");
  });
});

describe("a sign-in", () => {
  it("bound to a key is no bearer token", async () => {
    const { bob } = shared().devices;
    const token = await bob.credentials.accessToken({ refresh: false });
    const response = await fetch(`${bob.discovery.api}/policy`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(401);
  });

  it("is asked for everywhere but at discovery and health", async () => {
    const { api } = shared().devices.bob.discovery;
    const paths = ["/policy", "/documents", "/admin/audit/verification"];
    for (const path of paths) expect((await fetch(api + path)).status).toBe(401);
    const posts = ["account-certificates", "use-licenses", "publishing-licenses"];
    for (const path of [...posts, "documents", "documents/track", "documents/revoke", "documents/restore"]) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${api}/${path}`, { method: "POST", headers, body: "{}" });
      expect([path, response.status]).toEqual([path, 401]);
      expect(await response.json()).toMatchObject({ code: "sign-in-needed", offers: ["sign-in"] });
    }
  });

  it("sent once cannot be sent again", async () => {
    const { bob } = shared().devices;
    const url = `${bob.discovery.api}/policy`;
    const accessToken = await bob.credentials.accessToken({ refresh: false });
    const { nonce } = await challenge(url);
    const signed = { method: "GET", url, body: new Uint8Array(0), accessToken, nonce };
    const dpop = await proofFor(signed, bob.credentials.proofKey, Date.now());
    const headers = { authorization: `DPoP ${accessToken}`, dpop };
    const both = await Promise.all([fetch(url, { headers }), fetch(url, { headers })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

describe("an answer", () => {
  it("says what every answer says", async () => {
    const { origin } = shared();
    for (const path of [
      "/health",
      "/.well-known/sealwright",
      "/api/v1/policy",
      "/nowhere",
      "//evil.example/api/v1/policy",
    ]) {
      const { headers } = await fetch(origin + path);
      expect(headers.get("dpop-nonce")).toMatch(/^[\w-]{20,}$/);
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
    const { headers } = await fetch(`${origin}/api/v1/policy`);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("to an unknown address is JSON like all others", async () => {
    const response = await fetch(`${shared().origin}/api/v1/../../etc/passwd%00`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: "request-malformed", message: "there is nothing at this address" });
  });

  it("is not sent again to whoever has it", async () => {
    const { bob } = shared().devices;
    const first = await send(bob, { method: "GET", path: "/policy" });
    const tag = first.headers.get("etag")!;
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    const again = await send(bob, { method: "GET", path: "/policy", headers: { "if-none-match": `W/${tag}` } });
    expect([again.status, again.text]).toEqual([304, ""]);
    const other = await send(bob, { method: "GET", path: "/policy", headers: { "if-none-match": '"x"' } });
    expect(other.status).toBe(200);
  });

  it("about an unforeseen failure tells nothing; the log does, without secrets", async () => {
    const { bob } = shared().devices;
    const { policies } = shared().service.parts.store;
    const { labels } = policies;
    Object.assign(policies, { labels: () => Promise.reject(new Error("disk /var/lib/x\nforged line")) });
    const { status, text } = await send(bob, { method: "GET", path: "/policy" });
    Object.assign(policies, { labels });
    expect([status, text]).toEqual([500, '{"code":"internal"}']);
    const line = shared().log.find((entry) => entry.includes("/var/lib/x"))!;
    expect(line.trim().split("\n")).toHaveLength(1);
    const token = await bob.credentials.accessToken({ refresh: false });
    expect(shared().log.join("")).not.toContain(token.split(".")[2]);
  });
});

it("goes on after connections that speak no HTTP", async () => {
  const { origin, devices } = shared();
  const port = Number(new URL(origin).port);
  for (const bytes of [
    "\0\0\0",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    `GET /${"a".repeat(100_000)} HTTP/1.1\r\n`,
  ]) {
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
      socket.on("close", () => resolve()).on("error", () => {});
      socket.resume();
    });
  }
  expect((await devices.bob.client.policy()).labels.length).toBeGreaterThan(0);
});

describe("where a request says it came from", () => {
  const forwarded = { method: "GET", path: "/admin/audit/verification", headers: { "x-forwarded-for": "203.0.113.9" } };

  it.each<[string, string[], boolean]>([
    ["is not believed", [], false],
    ["is not believed from another proxy", ["192.0.2.0/24"], false],
    ["is believed from a proxy that is trusted", ["127.0.0.0/8", "::1"], true],
  ])("%s", async (_what, trustedProxies, believed) => {
    const { enrol, service } = await scratchService({ config: { trustedProxies } });
    expect((await send(await enrol("administrator"), forwarded)).status).toBe(200);
    const [record] = await service.parts.audit.events({ action: "administer" });
    expect(record?.ip === "203.0.113.9", record?.ip).toBe(believed);
  });
});
