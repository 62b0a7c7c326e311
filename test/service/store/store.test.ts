import { fork } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { expect, it } from "vitest";
import { openStore } from "../../../service/store/store.js";
import { scratchFolder, scratchStore } from "../scratch.js";

it("takes a missing database for an error, not for a fresh start", async () => {
  const path = join(await scratchFolder(), "none.db");
  await expect(openStore({ path, create: false })).rejects.toMatchObject({ code: "file-missing" });
  await expect(stat(path)).rejects.toThrow();
});

it("keeps its folder and files to its own user", async () => {
  const store = await scratchStore();
  await store.settings.set("tenant", "x");
  expect((await stat(dirname(store.path))).mode & 0o777).toBe(0o700);
  for (const file of [store.path, `${store.path}-wal`, `${store.path}-shm`])
    expect((await stat(file)).mode & 0o777, file).toBe(0o600);
});

it("is durable and strict about references", async () => {
  const { path } = await scratchStore();
  const raw = new BetterSqlite(path);
  expect(raw.pragma("journal_mode", { simple: true })).toBe("wal");
  raw.close();
  const store = await openStore({ path, create: false });
  const device = {
    racSerial: "r",
    clcSerial: "c",
    person: "nobody",
    accountKid: "a",
    deviceKid: "a",
    licensorKid: "l",
    proofKey: "p",
  };
  const called = { name: null, system: null };
  await expect(store.devices.add({ ...device, ...called, issued: 1, until: 2 })).rejects.toThrow(/FOREIGN KEY/);
  await store.close();
});

it("finds again what was written before it was closed", async () => {
  const { path, settings } = await scratchStore();
  await settings.set("tenant", "one");
  const again = await openStore({ path, create: false });
  expect(await again.settings.get("tenant")).toBe("one");
  expect(await again.settings.get("cookie-keys")).toBeNull();
  await again.close();
});

it("lets whoever comes first settle a setting", async () => {
  const { settings } = await scratchStore();
  const values = await Promise.all(["a", "b", "c"].map((value) => settings.settle("tenant", value)));
  expect(new Set(values).size).toBe(1);
});

it("cannot write through the reading connection", async () => {
  const { read } = await scratchStore();
  await expect(read.deleteFrom("people").execute()).rejects.toThrow(/readonly/);
});

it("waits for another process that is writing", async () => {
  const { path, settings } = await scratchStore();
  const held = join(await scratchFolder(), "hold.mjs");
  await (await import("node:fs/promises")).writeFile(held, holder());
  const child = fork(held, [path], { cwd: process.cwd() });
  await once(child, "message");
  await settings.set("tenant", "after the other");
  expect(await settings.get("tenant")).toBe("after the other");
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(0);
});

/** Holds the write lock for a moment. */
const holder = () => `
  import { createRequire } from "node:module";
  const Sqlite = createRequire(process.cwd() + "/")("better-sqlite3");
  const db = new Sqlite(process.argv[2]);
  db.exec("begin immediate");
  process.send("locked");
  setTimeout(() => { db.exec("rollback"); db.close(); process.exit(0); }, 300);
`;
