import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect } from "../../shared/bytes.js";
import { nodeHttp } from "../../shared/node/http.js";
import { webHttp } from "../../shared/protocol/web-http.js";

const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  "/echo": async (request, response) => {
    const { method, headers } = request;
    let body = "";
    for await (const piece of request) body += piece;
    response.end(JSON.stringify({ method, type: headers["content-type"], mark: headers["x-mark"], body }));
  },
  "/cookies": (_request, response) =>
    response.writeHead(200, { "content-length": "0", "set-cookie": ["a=1", "b=2"], etag: '"1"' }).end(),
  "/away": (_request, response) => response.writeHead(303, { location: "/echo" }).end(),
  "/unchanged": (_request, response) => response.writeHead(304).end(),
  "/packed": ({ headers }, response) => {
    const isAsked = /gzip/.test(String(headers["accept-encoding"] ?? "gzip")); // whoever says nothing takes anything
    if (isAsked) response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('"plain"'));
    else response.end('"plain"');
  },
  "/broken": (_request, response) => {
    response.writeHead(200, { "content-length": "10" }).write("half", () => response.destroy());
  },
  "/silent": () => undefined,
  "/slow": (_request, response) => response.writeHead(200).write("some"),
};

describe.each([
  ["fetch", webHttp],
  ["Node's own", nodeHttp],
])("HTTP by %s", (_name, http) => {
  const connections = new Set<unknown>();
  const server = createServer((request, response) => {
    connections.add(request.socket);
    answers[request.url!]!(request, response);
  });
  const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const textOf = async (path: string, request: Parameters<typeof http>[1]) =>
    JSON.parse(Buffer.from(await collect((await http(at(path), request)).body())).toString());

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("carries bytes, texts and forms, and what is said of them", async () => {
    expect(await textOf("/echo", {})).toEqual({ method: "GET", body: "" });
    const headers = { "content-type": "application/json", "x-mark": "here" };
    const sent = { method: "POST", headers, body: new TextEncoder().encode('{"a":"ä"}') };
    expect(await textOf("/echo", sent)).toEqual({
      method: "POST",
      type: "application/json",
      mark: "here",
      body: '{"a":"ä"}',
    });
    expect(await textOf("/echo", { ...sent, body: "ä" })).toMatchObject({ body: "ä" });
    expect(await textOf("/echo", { method: "POST", body: new URLSearchParams({ a: "ä b" }) })).toMatchObject({
      type: "application/x-www-form-urlencoded;charset=UTF-8",
      body: "a=%C3%A4+b",
    });
  });

  it("gets what it was sent, packed on the way or not", async () => {
    expect(await textOf("/packed", {})).toBe("plain");
  });

  it("tells status and headers, whatever their case", async () => {
    const { ok, status, headers, drop } = await http(at("/cookies"), {});
    expect([ok, status, headers.get("ETag"), headers.get("x-none"), headers.getSetCookie()]).toEqual([
      true,
      200,
      '"1"',
      null,
      ["a=1", "b=2"],
    ]);
    await drop();
  });

  it("goes nowhere else by itself", async () => {
    await expect(http(at("/away"), {})).rejects.toThrow();
    const { status, headers } = await http(at("/away"), { redirect: "manual" });
    expect([status, headers.get("location")]).toEqual([303, "/echo"]);
    for (const address of [
      "file:///etc/passwd",
      "javascript:alert(1)",
      "ftp://127.0.0.1/",
      "nothing",
      "http://127.0.0.1:1/",
      at("/echo").replace("//", "//rms.trial.example@"),
    ])
      await expect(http(address, {}), address).rejects.toThrow();
  });

  it("says of an answer that breaks off that it did", async () => {
    const { body } = await http(at("/broken"), {});
    await expect(collect(body())).rejects.toThrow();
  });

  it("ends when it is told to, before an answer and in the middle of one", async () => {
    await expect(http(at("/silent"), { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    const { body } = await http(at("/slow"), { signal: AbortSignal.timeout(200) });
    await expect(collect(body())).rejects.toThrow();
  });

  it("goes on where it was with the next request, whatever was made of the answer", async () => {
    connections.clear();
    for (let i = 0; i < 3; i++) {
      await textOf("/echo", {});
      const unchanged = await http(at("/unchanged"), {});
      expect([unchanged.ok, unchanged.status]).toEqual([false, 304]);
      await unchanged.drop();
      await (await http(at("/cookies"), {})).drop();
    }
    expect(connections.size).toBeLessThan(5);
  });
});
