import { describe, expect, it } from "vitest";
import type { FileOps } from "../../../agent/work/file-ops.js";
import { openJournal } from "../../../agent/work/journal.js";
import { recover } from "../../../agent/work/recover.js";
import { utf8 } from "../../../shared/bytes.js";
import { goodVersions, sealFile } from "./document.js";
import { MemFiles } from "./mem-files.js";
import { steppedFiles } from "./stepped-files.js";

const text = "the only copy of a plan";
const seed = Number(process.env.SEALWRIGHT_SEED ?? Date.now() % 1_000_000);
const rounds = process.env.SEALWRIGHT_LONG === "1" ? 2_000 : 40;
const limitMs = 600_000;

/** xorshift32: the same losses for the same seed. */
function chances(start: number): () => number {
  let state = start | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function newDisk(hasLinks: boolean): MemFiles {
  const files = new MemFiles({ hasLinks });
  for (const path of ["/home/journal", "/docs", "/other"]) files.addFolder(path);
  files.addFile("/docs/plan.txt", utf8(text));
  return files;
}

const documents = (files: MemFiles) => new Map([...files.files("/docs"), ...files.files("/other")]);

/** Does `work` on the disk until its step `n`, where it stops for ever. @returns whether it came that far. */
async function stopsAt(n: number, files: FileOps, work: (ops: FileOps) => Promise<unknown>): Promise<boolean> {
  let step = 0;
  return new Promise((resolve, reject) => {
    const ops = steppedFiles(files, () => {
      if (++step <= n) return undefined;
      resolve(true);
      return new Promise(() => undefined);
    });
    work(ops).then(() => resolve(false), reject);
  });
}

const seal = (target: string) => async (ops: FileOps) =>
  sealFile({ path: "/docs/plan.txt", target, journal: await openJournal("/home", ops), ops });

const recoverAll = async (ops: FileOps) => recover(await openJournal("/home", ops), ops);

/** The next start is another process: what the first one wrote names another session. */
function asOtherProcess(files: MemFiles): MemFiles {
  for (const { entries } of files.folders.values())
    for (const inode of entries.values()) {
      const content = new TextDecoder().decode(inode.data);
      inode.data = utf8(content.replaceAll(/"session":"[0-9a-f]{4}/g, '"session":"dead'));
      inode.durable = inode.data;
    }
  return files;
}

/**
 * The invariant: one good version, and nothing else. After a loss of power a claim may be there, or a part of it: its
 * owner is dead, so the next agent that wants the file takes it over.
 */
function expectOneVersion(files: MemFiles, where: string, mayClaim = true): void {
  const left = [...documents(files)].filter(([name]) => !(mayClaim && name.endsWith(".seal-claim")));
  expect(goodVersions(new Map(left), text), `${where}: ${left}`).toHaveLength(1);
  expect(left, where).toHaveLength(1);
  expect(left[0]?.[0], where).not.toMatch(/^\./);
  expect(
    [...files.files("/home/journal").values()].filter((entry) => entry.includes("\n")),
    where,
  ).toEqual([]);
}

describe.each([
  ["a new name", "/docs/plan.ptxt", true],
  ["its own name", "/docs/plan.txt", true],
  ["a name in another folder", "/other/plan.ptxt", true],
  ["a new name, without hard links", "/docs/plan.ptxt", false],
  ["its own name, without hard links", "/docs/plan.txt", false],
])("replacing a file by one with %s", (_case, target, hasLinks) => {
  const disk = () => newDisk(hasLinks);

  it(`keeps one good version through a loss of power at every step (seed ${seed})`, { timeout: limitMs }, async () => {
    let n = 0;
    for (let before = disk(); await stopsAt(n, before, seal(target)); before = disk(), n++)
      for (let round = 0; round < rounds; round++) {
        const where = `step ${n}, round ${round}, seed ${seed}`;
        const after = asOtherProcess(before.afterPowerLoss(chances(seed + n * 10_007 + round)));
        expect(goodVersions(documents(after), text).length, where).toBeGreaterThan(0);
        await recoverAll(after);
        expectOneVersion(after, where);
      }
    expect(n).toBeGreaterThan(40);
  });

  it("keeps it when the process dies at every step, and the recovery at every step of its own", async () => {
    for (let n = 0; await stopsAt(n, disk(), seal(target)); n++)
      for (let m = 0, isOver = false; !isOver; m++) {
        const files = disk();
        await stopsAt(n, files, seal(target));
        isOver = !(await stopsAt(m, asOtherProcess(files), recoverAll));
        expect(goodVersions(documents(files), text).length).toBeGreaterThan(0);
        await recoverAll(files);
        expectOneVersion(files, `died at step ${n}, then at ${m} of the recovery`, false);
      }
  });

  it(`keeps it through a loss of power at every step of the recovery (seed ${seed})`, {
    timeout: limitMs,
  }, async () => {
    for (let n = 0; await stopsAt(n, disk(), seal(target)); n++)
      for (let m = 0, isOver = false; !isOver; m++) {
        const files = disk();
        await stopsAt(n, files, seal(target));
        const chance = chances(seed + n * 10_007 + m);
        const recovering = asOtherProcess(files.afterPowerLoss(chance));
        isOver = !(await stopsAt(m, recovering, recoverAll));
        const after = asOtherProcess(recovering.afterPowerLoss(chance));
        const where = `step ${n}, then ${m} of the recovery, seed ${seed}`;
        expect(goodVersions(documents(after), text).length, where).toBeGreaterThan(0);
        await recoverAll(after);
        expectOneVersion(after, where);
      }
  });

  it(`keeps it through a fault and then a loss of power (seed ${seed})`, { timeout: limitMs }, async () => {
    for (let fault = 0, isOver = false; !isOver; fault++)
      for (let n = fault + 1, isDone = false; !isDone; n++) {
        const files = disk();
        let step = 0;
        const faulty = steppedFiles(files, () => {
          if (step++ === fault) throw Object.assign(new Error("EIO"), { code: "EIO" });
        });
        const work = (ops: FileOps) => seal(target)(ops).catch(() => undefined);
        isDone = !(await stopsAt(n, faulty, work));
        isOver = isDone && step <= fault;
        const after = asOtherProcess(files.afterPowerLoss(chances(seed + fault * 10_007 + n)));
        const where = `fault at step ${fault}, power until ${n}, seed ${seed}`;
        expect(goodVersions(documents(after), text).length, where).toBeGreaterThan(0);
        await recoverAll(after);
        expectOneVersion(after, where);
      }
  });

  it.each(["ENOSPC", "EIO", "EPERM", "EACCES"])("takes everything back after %s at every step", async (code) => {
    for (let n = 0, isOver = false; !isOver; n++) {
      const files = disk();
      let step = 0;
      const ops = steppedFiles(files, () => {
        if (step++ === n) throw Object.assign(new Error(code), { code });
      });
      const failure = await seal(target)(ops).then(
        () => null,
        (error) => error,
      );
      isOver = step <= n;
      expect(goodVersions(documents(files), text).length).toBeGreaterThan(0);
      if (failure !== null) expect(failure.code).toMatch(/^(disk-full|file-unreadable|file-unwritable)$/);
      await recoverAll(files);
      expectOneVersion(files, `${code} at step ${n}`, false);
    }
  });

  it("takes everything back when from some step on nothing can be written any more", async () => {
    for (let n = 0, isOver = false; !isOver; n++) {
      const files = disk();
      let step = 0;
      const ops = steppedFiles(files, () => {
        if (step++ >= n) throw Object.assign(new Error("EIO"), { code: "EIO" });
      });
      await seal(target)(ops).catch(() => undefined);
      isOver = step <= n;
      expect(goodVersions(documents(files), text).length).toBeGreaterThan(0);
      await recoverAll(files);
      expectOneVersion(files, `nothing from step ${n} on`, false);
    }
  });
});

describe("replacing several files at the same time, with flushes they share", () => {
  const texts = ["the first plan", "the second plan", "the third plan"];

  function threePlans(): MemFiles {
    const files = newDisk(true);
    files.folders.get("/docs")?.entries.clear();
    files.folders.get("/docs")?.durable.clear();
    for (const [i, one] of texts.entries()) files.addFile(`/docs/plan ${i}.txt`, utf8(one));
    return files;
  }

  const sealAll = async (ops: FileOps) => {
    const journal = await openJournal("/home", ops);
    const seals = texts.map((_text, i) =>
      sealFile({ path: `/docs/plan ${i}.txt`, target: `/docs/plan ${i}.ptxt`, journal, ops }),
    );
    return Promise.all(seals);
  };

  function expectOneOfEach(files: MemFiles, where: string): void {
    const left = [...documents(files)].filter(([name]) => !name.endsWith(".seal-claim"));
    for (const one of texts) expect(goodVersions(new Map(left), one), `${where}: ${left}`).toHaveLength(1);
    expect(left, where).toHaveLength(texts.length);
    expect(
      [...files.files("/home/journal").values()].filter((entry) => entry.includes("\n")),
      where,
    ).toEqual([]);
  }

  it("writes one book of the journal, and flushes it half as often as its jobs would alone", async () => {
    const steps: string[] = [];
    const files = threePlans();
    await sealAll(steppedFiles(files, (step) => void steps.push(step)));
    expect(steps.filter((step) => step.endsWith(".journal") && step.startsWith("open "))).toHaveLength(1);
    expectOneOfEach(files, "at the end");
    const alone: string[] = [];
    const one = newDisk(true);
    await seal("/docs/plan.ptxt")(steppedFiles(one, (step) => void alone.push(step)));
    const flushes = (of: string[]) => of.filter((step) => step === "file.sync").length;
    // each file its own flush, and those of the journal shared: the first alone, the others together
    expect(flushes(steps)).toBeLessThan(flushes(alone) * texts.length);
  });

  it(`keeps one good version of each through a loss of power at every step (seed ${seed})`, {
    timeout: limitMs,
  }, async () => {
    let n = 0;
    for (let before = threePlans(); await stopsAt(n, before, sealAll); before = threePlans(), n++)
      for (let round = 0; round < rounds / 4; round++) {
        const where = `step ${n}, round ${round}, seed ${seed}`;
        const after = asOtherProcess(before.afterPowerLoss(chances(seed + n * 10_007 + round)));
        for (const one of texts) expect(goodVersions(documents(after), one).length, where).toBeGreaterThan(0);
        await recoverAll(after);
        expectOneOfEach(after, where);
      }
    expect(n).toBeGreaterThan(100);
  });

  it(`keeps it through a fault in one of them and then a loss of power (seed ${seed})`, {
    timeout: limitMs,
  }, async () => {
    for (let fault = 0, isOver = false; !isOver; fault++) {
      const files = threePlans();
      let step = 0;
      const faulty = steppedFiles(files, () => {
        if (step++ === fault) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      });
      await sealAll(faulty).catch(() => undefined);
      isOver = step <= fault;
      const where = `fault at step ${fault}, seed ${seed}`;
      const after = asOtherProcess(files.afterPowerLoss(chances(seed + fault * 10_007)));
      await recoverAll(after);
      expectOneOfEach(after, where);
    }
  });
});
