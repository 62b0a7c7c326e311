import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type AuditRecord, openAudit } from "../../service/audit.js";
import type { AuditSearch } from "../../service/audit-search.js";
import { scratchStore } from "./scratch.js";

async function auditOf(count: number, detail = (i: number) => `${i}`) {
  const store = await scratchStore();
  const audit = await openAudit({ store, headFile: join(dirname(store.path), "audit.head"), now: () => 1 });
  onTestFinished(() => audit.close());
  const event = (i: number) =>
    ({ action: i % 2 === 0 ? "grant" : "track", result: "done", subject: "s", detail: detail(i) }) as const;
  await Promise.all(Array.from({ length: count }, (_, i) => audit.append(event(i + 1))));
  /** All pages, and how many records each had. */
  const walk = async (search: Omit<AuditSearch, "after">) => {
    const [seen, sizes]: [number[], number[]] = [[], []];
    for (let after: number | undefined; ; ) {
      const page = await audit.search({ ...search, after });
      seen.push(...page.records.map(({ record }) => record.seq));
      sizes.push(page.records.length);
      if (page.next === null) return { seen, sizes };
      after = page.next;
    }
  };
  return { audit, walk };
}

const all = () => true;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

it("pages follow one another without gap or repetition, either way, also across what is read at once", async () => {
  const { walk } = await auditOf(1203);
  for (const limit of [1, 499, 500, 501, 1203, 5000]) {
    expect((await walk({ order: "oldest", limit, matches: all })).seen).toEqual(upTo(1203));
    expect((await walk({ order: "newest", limit, matches: all })).seen).toEqual(upTo(1203).reverse());
  }
});

it("an empty audit is one empty page", async () => {
  const { audit } = await auditOf(0);
  expect(await audit.search({ order: "newest", limit: 10, matches: all })).toEqual({ records: [], next: null });
});

it("what is written meanwhile does not disturb pages from the newest back", async () => {
  const { audit } = await auditOf(30);
  const search = { order: "newest", limit: 10, matches: all } as const;
  const { records, next } = await audit.search(search);
  await audit.append({ action: "grant", result: "done", subject: "s" });
  const second = await audit.search({ ...search, after: next! });
  expect([...records, ...second.records].map(({ record }) => record.seq)).toEqual(upTo(30).slice(10).reverse());
});

it("one search gives so many bytes at most, and looks at so many records, and then goes on where it was", async () => {
  const long = await auditOf(3000, () => "x".repeat(1024));
  const { seen, sizes } = await long.walk({ order: "oldest", limit: 3000, matches: all });
  expect(seen).toEqual(upTo(3000));
  expect(Math.max(...sizes)).toBeLessThan(2100);
  const many = await auditOf(100_001);
  const last = (record: AuditRecord) => record.seq === 100_001;
  expect(await many.walk({ order: "oldest", limit: 10, matches: last })).toEqual({ seen: [100_001], sizes: [0, 1] });
});
