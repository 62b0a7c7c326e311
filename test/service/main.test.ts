import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { discover } from "../../shared/protocol/service-client.js";
import { freePort } from "../free-port.js";
import { runToEnd, shippedService, startProcess } from "./service-process.js";

/** The program itself: `node dist/service.cjs`. */

const isUp = (address: string): Promise<boolean> =>
  fetch(`${address}/health`).then(
    (response) => response.ok,
    () => false,
  );

async function untilDown(address: string): Promise<void> {
  while (await isUp(address)) await new Promise((resolve) => setTimeout(resolve, 20));
}

it("makes a trial on the first run, and carries on with it on the next, at the same address", async () => {
  const { folder, program } = await shippedService();
  const data = join(folder, "data");
  const first = await startProcess(program, ["--trial", data, "--port", String(await freePort())]);
  onTestFinished(() => first.kill());
  const { ready, people, label } = first.ready;
  expect(label).toBe("Confidential/Project");
  expect(people.map(({ role }) => role).sort()).toEqual(["administrator", "colleague", "outsider", "writer"]);
  const discovery = await discover(ready);
  first.child.kill("SIGTERM");
  const [code] = await once(first.child, "exit");
  expect(code).toBe(0);
  const second = await startProcess(program, ["--trial", data]);
  onTestFinished(() => second.kill());
  expect(second.ready).toEqual(first.ready);
  expect(await discover(ready)).toEqual(discovery);
  await second.kill();
  const third = await startProcess(program, ["--config", join(data, "service.json")]);
  onTestFinished(() => third.kill());
  expect(third.ready).toEqual({ ready });
  expect((await discover(ready)).tenant).toBe(discovery.tenant);
});

it("says so when the port is taken, and leaves whoever has it alone", async () => {
  const { folder, program } = await shippedService();
  const port = await freePort();
  const other = createServer().listen(port, "localhost");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const { code, stdout, stderr } = await runToEnd(program, ["--trial", join(folder, "data"), "--port", String(port)]);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: `service: error: port ${port} is taken by another program; choose another\n`,
  });
});

it("ends with the process that started it, however that ended", async () => {
  const { folder, program } = await shippedService();
  const port = String(await freePort());
  const parent = join(folder, "parent.mjs");
  const forked = `fork(${JSON.stringify(program)}, ["--trial", ${JSON.stringify(join(folder, "data"))}, "--port", "${port}"])`;
  await writeFile(parent, `import { fork } from "node:child_process"; ${forked}; setInterval(() => {}, 1000);`);
  const child = fork(parent, { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const address = `http://localhost:${port}`;
  while (!(await isUp(address))) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGKILL");
  await untilDown(address);
  expect(await isUp(address)).toBe(false);
});

it("says what is wrong with how it was started", async () => {
  const { folder, program } = await shippedService();
  const usage =
    "service: error: usage: service.cjs --config FILE | --trial FOLDER [--port N] | init --config FILE --admin ADDRESS\n";
  for (const args of [
    [],
    ["--what"],
    ["--config", "a", "--trial", "b"],
    ["--config", "a", "--port", "1"],
    ["--port", "1"],
  ])
    expect(await runToEnd(program, args)).toEqual({ code: 2, stdout: "", stderr: usage });
  const badPort = await runToEnd(program, ["--trial", join(folder, "data"), "--port", "70000"]);
  expect(badPort).toMatchObject({ code: 2, stderr: expect.stringContaining("70000 is no port") });
  const missing = await runToEnd(program, ["--config", join(folder, "none.json")]);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("none.json cannot be read") });
  const config = join(folder, "wrong.json");
  await writeFile(config, '{"organisation":"x","secret":1}');
  const wrong = await runToEnd(program, ["--config", config]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr.split("\n")).toHaveLength(2);
  expect(await readFile(config, "utf8")).toContain("secret");
});
