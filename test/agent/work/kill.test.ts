import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openJournal } from "../../../agent/work/journal.js";
import { recover } from "../../../agent/work/recover.js";
import { filesIn, scratch, sealChildren } from "./children.js";
import { goodVersions, sealed } from "./document.js";

const isLong = process.env.SEALWRIGHT_LONG === "1";
const seed = Number(process.env.SEALWRIGHT_SEED ?? Date.now() % 1_000_000);
const limitMs = isLong ? 3_600_000 : 120_000;
const space = scratch();
const start = sealChildren();

function place() {
  const root = space.folder("case");
  const [home, docs] = [join(root, "home"), join(root, "docs")];
  mkdirSync(join(home, "journal"), { recursive: true });
  mkdirSync(docs);
  return { home, docs };
}

const recoverIn = async (home: string) => recover(await openJournal(home));

describe.each([
  ["a new name", "plan.ptxt"],
  ["its own name", "plan.txt"],
])("a process that replaces a file by one with %s", (_case, target) => {
  it("can be killed ahead of every step, and the next one finds one good version", { timeout: limitMs }, async () => {
    const text = "the only copy of a plan";
    const run = async (n: number) => {
      const { home, docs } = place();
      writeFileSync(join(docs, "plan.txt"), text);
      const files = [{ path: join(docs, "plan.txt"), target: join(docs, target) }];
      const answer = await start({ home, files, dieAt: n }).answer;
      expect(goodVersions(filesIn(docs), text).length, `step ${n}`).toBeGreaterThan(0);
      expect(await recoverIn(home), `step ${n}`).toMatchObject({ live: 0, left: [] });
      const entries = [...filesIn(join(home, "journal")).values()];
      // A torn first line stays a minute: its owner may be writing it.
      expect(entries.filter((entry) => entry.includes("\n"))).toEqual([]);
      expect([...filesIn(docs).keys()], `step ${n}`).toHaveLength(1);
      expect(goodVersions(filesIn(docs), text), `step ${n}`).toHaveLength(1);
      return answer !== null;
    };
    let n = 0;
    while (!(await Promise.all([run(n), run(n + 1), run(n + 2)])).includes(true)) n += 3;
    expect(n).toBeGreaterThan(40);
  });
});

it(`loses nothing to kill -9 at any moment (seed ${seed})`, { timeout: limitMs }, async () => {
  const { home, docs } = place();
  const count = 60;
  const names = Array.from({ length: count }, (_, i) => `document ${i}`);
  const contentOf = (name: string) => `${name} `.repeat(name.length * 50);
  for (let round = 0; round < (isLong ? 400 : 8); round++) {
    for (const name of names) writeFileSync(join(docs, `${name}.txt`), contentOf(name));
    // Every third keeps its name, as Office files do.
    const files = names.map((name, i) => ({
      path: join(docs, `${name}.txt`),
      target: join(docs, i % 3 === 0 ? `${name}.txt` : `${name}.ptxt`),
    }));
    const child = start({ home, files });
    await sleep(60 + ((seed * (round + 1) * 7_919) % 160));
    child.process.kill("SIGKILL");
    await child.answer;
    const before = filesIn(docs);
    for (const name of names) expect(goodVersions(before, contentOf(name)).length, name).toBeGreaterThan(0);
    await recoverIn(home);
    const after = filesIn(docs);
    for (const name of names) expect(goodVersions(after, contentOf(name)), `round ${round}`).toHaveLength(1);
    expect([...after.keys()]).toHaveLength(count);
    for (const name of after.keys()) rmSync(join(docs, name));
  }
});

it("lets two agents with homes of their own protect one folder, each file once", { timeout: limitMs }, async () => {
  const { home, docs } = place();
  const names = Array.from({ length: 100 }, (_, i) => `shared ${i}`);
  for (const name of names) writeFileSync(join(docs, `${name}.txt`), name);
  const files = names.map((name) => ({ path: join(docs, `${name}.txt`), target: join(docs, `${name}.ptxt`) }));
  const answers = await Promise.all([start({ home, files }).answer, start({ home: `${home}2`, files }).answer]);
  const results = answers.flatMap((answer) => answer?.results ?? []);
  expect(results.filter((result) => "path" in result)).toHaveLength(100);
  for (const result of results)
    if ("code" in result) expect(result.code, result.message).toMatch(/^file-(busy|missing|changed)$/);
  expect(filesIn(docs)).toEqual(new Map(names.map((name) => [`${name}.ptxt`, sealed(name)])));
});
