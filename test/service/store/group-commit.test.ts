import BetterSqlite from "better-sqlite3";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Database } from "../../../service/store/database.js";
import { GroupCommit } from "../../../service/store/group-commit.js";
import { openSqlite } from "../../../service/store/sqlite.js";
import { scratchStore } from "../scratch.js";

const groupCount = (path: string): number => {
  const db = new BetterSqlite(path, { readonly: true });
  const { count } = db.prepare("select count(*) as count from groups").get() as { count: number };
  db.close();
  return count;
};

it("resolves a write only once another connection can see it", async () => {
  const { accounts, path } = await scratchStore();
  await accounts.setGroup("a@x.example", "A", []);
  expect(groupCount(path)).toBe(1);
});

it("writes together what waits together, in the order it came", async () => {
  const { write, path } = await scratchStore();
  const order: number[] = [];
  const seenByOthers: number[] = [];
  const writes = Array.from({ length: 50 }, (_, i) =>
    write(async (tx) => {
      order.push(i);
      seenByOthers.push(groupCount(path));
      await tx
        .insertInto("groups")
        .values({ address: `${i}@x.example`, name: "" })
        .execute();
      return i;
    }),
  );
  expect(await Promise.all(writes)).toEqual([...order.keys()]);
  expect(order).toEqual([...order.keys()]);
  expect(new Set(seenByOthers)).toEqual(new Set([0])); // one commit for all of them
  expect(groupCount(path)).toBe(50);
});

it("undoes a failing write alone", async () => {
  const { write, path } = await scratchStore();
  const insert = (address: string, fail = false) =>
    write(async (tx) => {
      await tx.insertInto("groups").values({ address, name: "" }).execute();
      if (fail) throw new Error("no");
      return address;
    });
  const outcomes = await Promise.allSettled([insert("1"), insert("2", true), insert("1"), insert("3")]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(groupCount(path)).toBe(2);
});

it("takes more than one batch, and writes made by writes", async () => {
  const { write, path } = await scratchStore();
  const insert = (address: string) => write((tx) => tx.insertInto("groups").values({ address, name: "" }).execute());
  await Promise.all(Array.from({ length: 600 }, (_, i) => insert(`${i}`).then(() => insert(`${i}+`))));
  expect(groupCount(path)).toBe(1200);
});

it("tells nobody before it is on disk, while the next writes go on, and says so when the disk fails", async () => {
  const { path } = await scratchStore();
  const { writing, close } = openSqlite({ path, create: false });
  onTestFinished(close);
  const flushes: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const commits = new GroupCommit(writing, () => new Promise((resolve, reject) => flushes.push({ resolve, reject })));
  const told: string[] = [];
  const insert = (address: string) =>
    commits
      .write((tx) => tx.insertInto("groups").values({ address, name: "" }).execute())
      .then(
        () => told.push(address),
        (error: Error) => told.push(`${address} ${error.message}`),
      );
  const one = insert("1");
  await vi.waitFor(() => expect([groupCount(path), flushes.length]).toEqual([1, 1]));
  const others = [insert("2"), insert("3")];
  await vi.waitFor(() => expect(groupCount(path)).toBe(3));
  expect([told, flushes.length]).toEqual([[], 1]); // the flush under way may have begun before they were written
  flushes[0]!.resolve();
  await one;
  await vi.waitFor(() => expect(flushes.length).toBe(2));
  expect(told).toEqual(["1"]);
  flushes[1]!.reject(new Error("input/output error"));
  await Promise.all(others);
  expect(told).toEqual(["1", "2 input/output error", "3 input/output error"]);
  const last = insert("4");
  await vi.waitFor(() => expect(flushes.length).toBe(3));
  flushes[2]!.resolve();
  await last;
  await commits.idle();
  expect(told.at(-1)).toBe("4");
});

it("tells what need not last as soon as others see it, and does not ask the disk for that", async () => {
  const { path } = await scratchStore();
  const { writing, close } = openSqlite({ path, create: false });
  onTestFinished(close);
  let flushes = 0;
  const commits = new GroupCommit(writing, async () => {
    flushes++;
    throw new Error("input/output error");
  });
  const insert = (address: string) => (tx: Database) => tx.insertInto("groups").values({ address, name: "" }).execute();
  await commits.writeSoon(insert("1"));
  expect([groupCount(path), flushes]).toEqual([1, 0]);
  const [lasting, other] = await Promise.allSettled([commits.write(insert("2")), commits.writeSoon(insert("3"))]);
  expect([lasting.status, other.status, flushes]).toEqual(["rejected", "fulfilled", 1]); // one commit, two promises
});

it("finishes what waits before it closes", async () => {
  const store = await scratchStore();
  const { openStore } = await import("../../../service/store/store.js");
  const other = await openStore({ path: store.path, create: false });
  const written = other.accounts.setGroup("late@x.example", "", []);
  await other.close();
  await written;
  expect(groupCount(store.path)).toBe(1);
});
