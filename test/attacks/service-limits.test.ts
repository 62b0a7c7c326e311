import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { sharedService } from "../service/licensing/scratch-service.js";

/** Nobody holds the service by sending slowly, much, or from many connections (threats T18, T19). */

const shared = sharedService();
const portOf = () => Number(new URL(shared().origin).port);

/** A connection that says what it is given, and everything that came back by the time it is closed. */
async function connection(): Promise<{ socket: Socket; closed: Promise<string> }> {
  const socket = connect(portOf(), "localhost");
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("data", (piece: Buffer) => {
    received += piece;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  return { socket, closed: once(socket, "close").then(() => received) };
}

describe("a connection", () => {
  it("that sends headers without end is told so and closed", async () => {
    const { socket, closed } = await connection();
    socket.write(`GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(20_000)}\r\n\r\n`);
    expect(await closed).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("is cut off when its headers, or its body, do not arrive in time", async () => {
    const { server } = shared().service.app as unknown as {
      server: { headersTimeout: number; requestTimeout: number };
    };
    expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 30_000]);
    Object.assign(server, { headersTimeout: 300, requestTimeout: 600 });
    onTestFinished(() => void Object.assign(server, { headersTimeout: 10_000, requestTimeout: 30_000 }));
    const slow = [
      "GET /health HTTP/1.1\r\nHost: x\r\nX-",
      'POST /api/v1/use-licenses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"',
      "POST /oidc/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=",
    ];
    for (const start of slow) {
      const { socket, closed } = await connection();
      socket.write(start);
      const drip = setInterval(() => socket.write("a"), 100);
      onTestFinished(() => clearInterval(drip));
      expect(await closed).toMatch(/^(HTTP\/1\.1 408 |$)/);
      clearInterval(drip);
    }
    Object.assign(server, { headersTimeout: 10_000, requestTimeout: 30_000 });
    expect((await shared().devices.bob.client.policy()).labels.length).toBeGreaterThan(0);
  });

  it("is one of so many, and those above them are let go", async () => {
    const { server } = shared().service.app;
    expect(server.maxConnections).toBe(4096);
    const open = await new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
    server.maxConnections = open + 2;
    onTestFinished(() => void Object.assign(server, { maxConnections: 4096 }));
    const held = [await connection(), await connection()];
    const { closed } = await connection();
    expect(await closed).toBe("");
    held[0]!.socket.write("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await held[0]!.closed).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("from one address, without a sign-in", () => {
  const many = async (path: string) => {
    const answers = await Promise.all(Array.from({ length: 600 }, () => fetch(shared().origin + path)));
    await Promise.all(answers.map((answer) => answer.body?.cancel()));
    return answers;
  };

  it("too many requests are told when to come back; who is signed in goes on, and so does whoever asks for its health", async () => {
    const answers = await many("/.well-known/sealwright");
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(300);
    expect(Number(refused[0]!.headers.get("retry-after"))).toBeGreaterThan(0);
    for (const path of ["/ready", "/metrics", "/api/v1/openapi.json"])
      expect([path, (await fetch(shared().origin + path)).status]).not.toEqual([path, 500]);
    expect((await many("/health")).every(({ status }) => status === 200)).toBe(true);
    expect((await shared().devices.bob.client.policy()).labels.length).toBeGreaterThan(0);
  });
});
