import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../agent/link/limits.js";
import { encodeSlice } from "../../shared/protocol/agent-frames.js";
import { maxJobsOfPairing } from "../../shared/protocol/agent-limits.js";
import { linkedAgent, pageOrigin } from "../agent/link/linked-agent.js";
import { RawPage } from "../agent/link/raw-page.js";
import { until } from "../scenarios/seal.js";

/** Too much, too long, too slow, and what nobody understands (threats T19, T20, T23). */

const wanted = { grant: ["bob@trial.example:VIEW"] };

describe("messages that are none", () => {
  it("end in an answer or in the end of that connection, never of the agent", async () => {
    const { port, page, pair } = await linkedAgent();
    const paired = await pair();
    const texts = [
      "",
      "{",
      "[]",
      "null",
      '{"id":1}',
      '{"id":1,"op":"eval"}',
      '{"id":1,"id":2,"op":"whoami"}',
      "\u0000",
    ];
    for (const text of [...texts, '{"id":-1,"op":"whoami"}', '{"id":7,"op":"whoami","more":1}', "[".repeat(100_000)]) {
      const one = await RawPage.open(port, { origin: pageOrigin });
      const id = /^\{"id":(\d+)[,}](?!"id)/.exec(text)?.[1];
      expect(await one.answerTo(id === undefined ? null : Number(id), text)).toMatchObject({
        error: { code: "request-malformed" },
      });
      one.socket.terminate();
    }
    const long = await RawPage.open(port, { origin: pageOrigin });
    long.socket.send(JSON.stringify({ id: 1, op: "whoami", more: "x".repeat(300_000) }));
    expect(await long.closed).toBe(1009);
    const huge = await RawPage.open(port, { origin: pageOrigin });
    huge.socket.send(Buffer.alloc(5 << 20), () => undefined);
    expect(await huge.closed).toBeGreaterThan(1000);
    expect((await (await page(paired)).ask("whoami")).answer.name).toBeTruthy();
  });

  it("and frames that no WebSocket has end the connection", async () => {
    const { port, page, pair } = await linkedAgent();
    const paired = await pair();
    for (const bytes of [
      [0xff, 0xff],
      [0x81, 0x05, 1, 2, 3, 4, 5],
      [0x83, 0x80, 0, 0, 0, 0],
      [0x89, 0xfe, 0x10, 0],
    ]) {
      const one = await RawPage.open(port, { origin: pageOrigin });
      (one.socket as unknown as { _socket: Socket })._socket.write(Buffer.from(bytes));
      await one.closed;
    }
    const announcing = await page(paired);
    const gibibyte = [0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4];
    (announcing.socket as unknown as { _socket: Socket })._socket.write(Buffer.from(gibibyte));
    expect(await announcing.closed).toBe(1009); // before anything of it has come
    expect((await (await page(paired)).ask("whoami")).answer.name).toBeTruthy();
  });
});

describe("slices that do not fit", () => {
  it("are refused: beyond the end, with a hole, of a job that is not there; what came before is passed over", async () => {
    const { page, pair, account } = await linkedAgent();
    const one = await page(await pair());
    const { answer } = await one.ask("protect", { name: "a.txt", size: 10, wanted });
    const slice = (id: number, offset: number, length: number, job = answer.job) =>
      one.answerTo(id, encodeSlice({ id, job, offset, bytes: new Uint8Array(length).fill(120) }));
    for (const [id, offset, length] of [
      [1000, 0, 11],
      [1001, 5, 5],
      [1002, 2 ** 40, 1],
      [1003, 0, 0],
    ] as const)
      expect(await slice(id, offset, length)).toMatchObject({ id, error: { code: "request-malformed" } });
    expect(await slice(1004, 0, 5, "A".repeat(32))).toMatchObject({ error: { code: "file-missing" } });
    expect(await slice(1005, 0, 4)).toMatchObject({ answer: { received: 4 } });
    expect(await slice(1006, 0, 4)).toMatchObject({ answer: { received: 4 } });
    await slice(1007, 4, 6);
    const done = await until("the end of the job", async () => {
      const { answer: state } = await one.ask("job", { job: answer.job });
      return state.state === "done" ? state : null;
    });
    expect(done.files).toMatchObject([{ name: "a.ptxt", role: "document" }]);
    for (const [file, offset, length] of [
      [1, 0, 1],
      [0, done.files[0].size, 1],
      [0, 0, done.files[0].size + 1],
    ] as const)
      expect(await one.read({ job: answer.job, file, offset, length })).toMatchObject({
        error: { code: "request-malformed" },
      });
    await one.ask("cancel", { job: answer.job });
    expect(readdirSync(join(account.home.path, "sessions"))).toEqual([]);
  });

  it("and no page has more documents at work than a few, nor all pages together than some", async () => {
    const { page, pair } = await linkedAgent();
    const outcomes: string[][] = [];
    for (let at = 0; at <= limits.jobs / maxJobsOfPairing; at++) {
      const one = await page(await pair());
      const begin = async () => (await one.ask("protect", { name: "a.txt", size: 9, wanted })).error?.code ?? "begun";
      outcomes.push([await begin(), await begin(), await begin(), await begin(), await begin()]);
    }
    const few = ["begun", "begun", "begun", "begun", "busy"];
    expect(outcomes).toEqual([few, few, few, Array(maxJobsOfPairing + 1).fill("busy")]);
  });

  it("and all pages have no more disk than was agreed", async () => {
    const { page, pair } = await linkedAgent();
    const one = await page(await pair());
    const begin = (size: number) => one.ask("protect", { name: "a.txt", size, wanted });
    const sizes = [2 ** 31, 2 ** 31, 1];
    const outcomes = [];
    for (const size of sizes) outcomes.push((await begin(size)).error?.code ?? "begun");
    expect(outcomes).toEqual(["begun", "begun", "busy"]);
    expect((await begin(2 ** 31 + 1)).error?.code).toBe("request-malformed");
  });
});

/** What `look` sees once it does not change any more. */
async function atRest(look: () => number): Promise<number> {
  for (let before = Number.NaN; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const now = look();
    if (Math.abs(now - before) < 1 << 20) return now;
    before = now;
  }
}

describe("too many, and too slow", () => {
  it("a thousand connections that say nothing do not keep a paired page out, nor end one that is in", async () => {
    const { port, page, pair } = await linkedAgent();
    const paired = await pair();
    const inside = await page(paired);
    const idle = Array.from({ length: 1000 }, () => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.on("error", () => undefined);
      onTestFinished(() => void socket.destroy());
      return socket;
    });
    await Promise.race([
      Promise.all(idle.map((one) => once(one, "connect").catch(() => undefined))),
      once(idle[999]!, "close"),
    ]);
    expect((await (await page(paired)).ask("whoami")).answer.name).toBeTruthy();
    expect((await inside.ask("whoami")).answer.name).toBeTruthy();
    const open = () => idle.filter(({ destroyed, closed }) => !(destroyed || closed)).length;
    await until("all but a few to be closed", () => open() <= limits.unproven);
    await until("those to be closed that took too long", () => open() === 0, 2 * limits.provingMs);
  });

  it("a page is connected so often and no more", async () => {
    const { port, page, pair } = await linkedAgent();
    const paired = await pair();
    for (let at = 0; at < limits.perPairing; at++) await page(paired);
    const over = await RawPage.open(port, { origin: pageOrigin });
    expect(await over.authenticate(paired)).toBe("busy");
    expect((await over.ask("whoami")).error?.code).toBe("not-paired");
  });

  it("a page that asks for more at once than it may is let go of, and no other", async () => {
    const { page, pair } = await linkedAgent();
    const paired = await pair();
    const [patient, greedy] = [await page(paired), await page(paired)];
    for (let at = 0; at < 10 * limits.answersAtOnce; at++)
      greedy.socket.send(JSON.stringify({ id: at + 9000, op: "labels" }));
    expect(await greedy.closed).toBe(1008);
    expect((await patient.ask("whoami")).answer.name).toBeTruthy();
  });

  it("who does not read what it asked for holds one piece of it in memory", async () => {
    const { page, pair } = await linkedAgent();
    const paired = await pair();
    const one = await page(paired);
    const size = 24 << 20;
    const { answer } = await one.ask("protect", { name: "a.bin", size, wanted });
    for (let offset = 0; offset < size; offset += 4 << 20) {
      const id = 5000 + offset / (4 << 20);
      await one.answerTo(id, encodeSlice({ id, job: answer.job, offset, bytes: new Uint8Array(4 << 20) }));
    }
    await until("the end of the job", async () => (await one.ask("job", { job: answer.job })).answer.state === "done");
    const slow = await page(paired);
    slow.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    const read = { id: 1, op: "read", job: answer.job, file: 0, offset: 0, length: 4 << 20 };
    for (let at = 0; at < 100; at++) slow.socket.send(JSON.stringify({ ...read, id: at + 9000 }));
    const held = () => process.memoryUsage().arrayBuffers - before;
    expect(await atRest(held)).toBeLessThan(120 << 20); // of 400 MiB asked for
    expect((await one.ask("whoami")).answer.name).toBeTruthy();
  });
});

describe("T23: another person on this computer", () => {
  it("cannot read where the link is or what it is proven with, and what they can connect to answers nothing", async () => {
    const { account, port } = await linkedAgent();
    const script = `
      const fs = require("node:fs");
      const [home, port] = process.argv.slice(1);
      for (const file of ["link/here.json", "link/certificate.pem", "secrets/pairings"]) {
        try { fs.readFileSync(home + "/" + file); console.log(file, "read"); } catch ({ code }) { console.log(file, code); }
      }
      const request = require("node:https").request({ host: "127.0.0.1", port, path: "/v1/message", method: "POST", rejectUnauthorized: false, headers: { host: "localhost:" + port, origin: ${JSON.stringify(pageOrigin)} } }, (response) => {
        response.on("data", (text) => console.log(JSON.parse(text).error.code));
      });
      request.end(JSON.stringify({ id: 1, op: "labels" }));
    `;
    const child = spawn(process.execPath, ["-e", script, account.home.path, String(port)], {
      uid: 65_534,
      gid: 65_534,
      cwd: "/",
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (piece: Buffer) => {
        said += piece;
      });
    await once(child, "close");
    expect(said.trim().split("\n")).toEqual([
      "link/here.json EACCES",
      "link/certificate.pem EACCES",
      "secrets/pairings EACCES",
      "not-paired",
    ]);
  });
});
