import BetterSqlite from "better-sqlite3";
import { expect, it } from "vitest";
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

it("finishes what waits before it closes", async () => {
  const store = await scratchStore();
  const { openStore } = await import("../../../service/store/store.js");
  const other = await openStore({ path: store.path, create: false });
  const written = other.accounts.setGroup("late@x.example", "", []);
  await other.close();
  await written;
  expect(groupCount(store.path)).toBe(1);
});
