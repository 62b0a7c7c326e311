import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../free-port.js";
import { enrol } from "./licensing/device.js";
import { type Running, shippedService, startProcess } from "./service-process.js";

/** How the service ends. */

async function started(): Promise<Running & { data: string; port: number; ended: Promise<number | null> }> {
  const { folder, program } = await shippedService();
  const data = join(folder, "data");
  const port = await freePort();
  const running = await startProcess(program, ["--trial", data, "--port", String(port)]);
  onTestFinished(() => running.kill());
  return { ...running, data, port, ended: once(running.child, "exit").then(([code]) => code) };
}

/** A request whose body has begun; `finish` sends the rest. */
async function begun(port: number) {
  const socket = connect(port, "localhost");
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("data", (piece: Buffer) => {
    received += piece;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  const head =
    "POST /api/v1/use-licenses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n";
  socket.write(`${head}Expect: 100-continue\r\n\r\n`);
  while (!received.includes("100 Continue")) await once(socket, "data");
  const finish = async () => {
    socket.write("null");
    await once(socket, "close");
    return received.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "");
  };
  return { finish };
}

async function untilRefusing(port: number): Promise<void> {
  const isOpen = () =>
    fetch(`http://localhost:${port}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (await isOpen()) await new Promise((resolve) => setTimeout(resolve, 20));
}

it("finishes what is under way, takes nothing new, notes how far the audit got, and ends with 0", {
  timeout: 120_000,
}, async () => {
  const { child, ready, data, port, ended } = await started();
  const { finish } = await begun(port);
  await enrol(ready.ready, ready.people[1]!, { now: Date.now });
  child.kill("SIGTERM");
  await untilRefusing(port);
  expect(await finish()).toMatch(/^HTTP\/1\.1 401 .*"code":"sign-in-needed"/s);
  expect(await ended).toBe(0);
  const database = new BetterSqlite(join(data, "sealwright.db"), { readonly: true });
  const last = database.prepare("select seq, hash from audit order by seq desc limit 1").get() as {
    seq: number;
    hash: string;
  };
  database.close();
  expect(await readFile(join(data, "audit.head"), "utf8")).toBe(`${last.seq} ${last.hash}\n`);
});

it("does not wait for a request that never ends", async () => {
  const { child, port, ended } = await started();
  await begun(port);
  const startMs = performance.now();
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(performance.now() - startMs).toBeGreaterThan(9000);
  expect(performance.now() - startMs).toBeLessThan(20_000);
});

it("ends at once when told so again", async () => {
  const { child, port, ended } = await started();
  await begun(port);
  const startMs = performance.now();
  child.kill("SIGTERM");
  await untilRefusing(port);
  child.kill("SIGTERM");
  expect(await ended).toBe(1);
  expect(performance.now() - startMs).toBeLessThan(9000);
});
