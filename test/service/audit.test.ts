import { copyFile, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import BetterSqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { type AuditEvent, openAudit } from "../../service/audit.js";
import { openStore } from "../../service/store/store.js";
import { scratchStore } from "./scratch.js";

const event = (detail: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  action: "grant",
  result: "done",
  subject: "s",
  family: "f",
  issuer: "i",
  detail,
  ...more,
});

async function scratchAudit() {
  const store = await scratchStore();
  const headFile = join(dirname(store.path), "audit.head");
  let time = 0;
  const open = async () => {
    const audit = await openAudit({ store, headFile, now: () => ++time });
    onTestFinished(() => audit.close());
    return audit;
  };
  const tamper = (sql: string) => {
    const db = new BetterSqlite(store.path);
    db.exec(sql);
    db.close();
  };
  return { store, headFile, open, tamper, audit: await open() };
}

describe("the audit", () => {
  it("is empty and intact at first", async () => {
    const { audit } = await scratchAudit();
    expect(await audit.verify()).toEqual({ records: 0, intact: true, firstBad: null, head: "0".repeat(64) });
  });

  it("chains many records at once in the order they came, also across batches and openings", async () => {
    const { audit, open } = await scratchAudit();
    await Promise.all(Array.from({ length: 1200 }, (_, i) => audit.append(event(`${i}`))));
    await (await open()).append(event("1200"));
    const events = await audit.events({ family: "f", limit: 2000 });
    expect(events.map((record) => record.detail)).toEqual(Array.from({ length: 1201 }, (_, i) => `${1200 - i}`));
    expect(events.map((record) => record.seq)).toEqual(Array.from({ length: 1201 }, (_, i) => 1201 - i));
    expect(await audit.verify()).toMatchObject({ records: 1201, intact: true });
  });

  it("keeps what it was given, in one line whatever names contain", async () => {
    const { audit, store } = await scratchAudit();
    const name = 'Eve\n{"seq":2}\r\u0000\u0085\u2028\u202e","result":"done';
    await audit.append(event("x", { name, result: "access-denied", ip: "127.0.0.1", until: 99 }));
    expect((await audit.events({}))[0]).toMatchObject({ seq: 1, name, result: "access-denied", until: 99 });
    const { record } = await store.read.selectFrom("audit").select("record").executeTakeFirstOrThrow();
    expect(record).toMatch(/^[\u0020-\u007e]+$/);
    expect(await audit.verify()).toMatchObject({ intact: true });
  });

  it("cuts overlong texts instead of growing without bound", async () => {
    const { audit } = await scratchAudit();
    await audit.append(event("y".repeat(100_000)));
    expect((await audit.events({}))[0]?.detail).toHaveLength(1024);
  });

  it("answers by document, person and action, newest first", async () => {
    const { audit } = await scratchAudit();
    await audit.append(event("a", { until: 500 }));
    await audit.append(event("b", { until: 300 }));
    await audit.append(event("c", { issuer: "other", until: 900 }));
    await audit.append(event("d", { subject: null, action: "sign-in", family: undefined }));
    const details = async (query: object) => (await audit.events(query)).map((record) => record.detail);
    expect(await details({ family: "f", issuer: "i" })).toEqual(["b", "a"]);
    expect(await details({ action: "sign-in" })).toEqual(["d"]);
    expect(await details({ subject: "s", limit: 2 })).toEqual(["c", "b"]);
    expect(await audit.lastUse("f", "i")).toBe(500);
    expect(await audit.lastUse("none", "i")).toBeNull();
  });

  it("refuses a record that cannot be written, and goes on", async () => {
    const { audit } = await scratchAudit();
    const impossible = { ...event("x"), detail: 1n } as unknown as AuditEvent;
    await expect(audit.append(impossible)).rejects.toThrow();
    await audit.append(event("after"));
    expect(await audit.verify()).toMatchObject({ records: 1, intact: true });
  });
});

describe("tampering with the audit is seen", () => {
  const first = "update audit set";
  const cases: [string, string, number][] = [
    ["an edited record", `${first} record = replace(record, '"2"', '"9"') where seq = 2`, 2],
    ["an edited hash", `${first} hash = upper(hash) where seq = 3`, 3],
    [
      "a record edited with its hash",
      `${first} record = '{}', hash = (select hash from audit where seq = 1) where seq = 2`,
      2,
    ],
    ["an edited subject column", `${first} subject = 'nobody' where seq = 3`, 3],
    ["an edited family column", `${first} family = null where seq = 1`, 1],
    ["an edited until column", `${first} until = 1 where seq = 4`, 4],
    ["an edited time column", `${first} time = 77 where seq = 4`, 4],
    ["an edited action column", `${first} action = 'track' where seq = 4`, 4],
    ["a deleted record", "delete from audit where seq = 2", 2],
    [
      "a deleted record, the rest moved up",
      "delete from audit where seq = 2; update audit set seq = seq - 1 where seq > 2",
      2,
    ],
    ["a deleted first record", "delete from audit where seq = 1", 1],
    [
      "two records exchanged",
      `${first} seq = -1 where seq = 2; ${first} seq = 2 where seq = 3; ${first} seq = 3 where seq = -1`,
      2,
    ],
    [
      "an inserted record",
      "insert into audit select 6, record, hash, time, action, subject, family, issuer, until from audit where seq = 5",
      6,
    ],
    [
      "a record before the first",
      "insert into audit select -5, record, hash, time, action, subject, family, issuer, until from audit where seq = 5",
      1,
    ],
    ["records cut off the end", "delete from audit where seq > 3", 4],
    ["all records gone", "delete from audit", 1],
  ];

  it.each(cases)("%s", async (_name, sql, firstBad) => {
    const { audit, open, tamper } = await scratchAudit();
    for (let i = 1; i <= 5; i++) await audit.append(event(`${i}`));
    await audit.close();
    tamper(sql);
    expect(await (await open()).verify()).toMatchObject({ intact: false, firstBad });
  });

  it("stays seen when the service goes on after records were cut off", async () => {
    const { audit, open, tamper, headFile } = await scratchAudit();
    for (let i = 1; i <= 5; i++) await audit.append(event(`${i}`));
    await audit.close();
    const evidence = await readFile(headFile, "utf8");
    tamper("delete from audit where seq > 2");
    const again = await open();
    for (let i = 0; i < 9; i++) await again.append(event("later"));
    await again.close();
    expect(await again.verify()).toMatchObject({ intact: false, firstBad: 5 });
    expect(await readFile(headFile, "utf8")).toBe(evidence);
  });

  it("an older copy of the database put back", async () => {
    const { audit, store, headFile } = await scratchAudit();
    await audit.append(event("1"));
    const backup = `${store.path}.backup`;
    const raw = new BetterSqlite(store.path);
    raw.pragma("wal_checkpoint(TRUNCATE)");
    raw.close();
    await copyFile(store.path, backup);
    await audit.append(event("2"));
    await audit.close();
    const restored = await openStore({ path: backup, create: false });
    const again = await openAudit({ store: restored, headFile });
    expect(await again.verify()).toMatchObject({ records: 1, intact: false, firstBad: 2 });
    await restored.close();
  });

  it("but not when the anchor is taken away as well: only a head kept elsewhere tells", async () => {
    const { audit, open, tamper, headFile } = await scratchAudit();
    for (let i = 1; i <= 5; i++) await audit.append(event(`${i}`));
    const { head } = await audit.verify();
    await audit.close();
    tamper("delete from audit where seq > 2");
    await rm(headFile);
    const verification = await (await open()).verify();
    expect(verification).toMatchObject({ records: 2, intact: true });
    expect(verification.head).not.toBe(head);
  });
});

describe("the anchor", () => {
  it("is written for its user only, and a damaged one is said to be", async () => {
    const { audit, open, headFile } = await scratchAudit();
    await audit.append(event("1"));
    await audit.close();
    expect((await stat(headFile)).mode & 0o777).toBe(0o600);
    await writeFile(headFile, "nonsense");
    await expect(open()).rejects.toMatchObject({ code: "state-damaged" });
  });

  it("may be behind: a crash before it was written is no tampering", async () => {
    const { audit, open } = await scratchAudit();
    await audit.append(event("1"));
    await audit.close();
    const again = await open();
    await again.append(event("2"));
    expect(await again.verify()).toMatchObject({ records: 2, intact: true });
  });
});
