import { beforeAll, describe, expect, it } from "vitest";
import type { FileOps } from "../../agent/work/file-ops.js";
import { openJournal } from "../../agent/work/journal.js";
import { labelFile, withCarrier } from "../../agent/work/label-file.js";
import { recover } from "../../agent/work/recover.js";
import type { Bytes } from "../../shared/bytes.js";
import { codeOf } from "../../shared/errors.js";
import { MemFiles } from "../agent/work/mem-files.js";
import { steppedFiles } from "../agent/work/stepped-files.js";
import { packageOf, wordParts } from "../office-documents.js";
import { pdfOf } from "../pdf-documents.js";

/** A clear document that is labelled in its place: whatever happens at whatever moment, it is there, with its label or without. */

const tenant = "cb46c030-1825-4e81-a295-151c039dbf02";
const inside = {
  label: "2096f6a2-d2f7-48be-b329-b73aaa526e5d",
  name: "Confidential",
  method: "Privileged",
  marks: { footer: { text: "Bottom", color: "#000000", fontSize: 10, alignment: "left", layout: "diagonal" } },
} as const;
const seed = Number(process.env.SEALWRIGHT_SEED ?? Date.now() % 1_000_000);
const rounds = process.env.SEALWRIGHT_LONG === "1" ? 50 : 2;

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

const documents: Record<string, () => Bytes | Promise<Bytes>> = {
  "plan.docx": () => packageOf(wordParts("the only plan", "<w:sectPr/>")),
  "plan.pdf": () => pdfOf({ objects: ["<< /Title (The only plan) >>"], trailer: "/Info 4 0 R" }),
};

describe.each(Object.keys(documents))("%s", (name) => {
  const path = `/docs/${name}`;
  let before: Bytes;
  let after: Bytes;

  const disk = (content: Bytes) => {
    const files = new MemFiles();
    for (const folder of ["/home/journal", "/docs"]) files.addFolder(folder);
    files.addFile(path, content);
    return files;
  };
  const inDocs = (files: MemFiles) => files.folders.get("/docs")!.entries;
  const bytesOf = (files: MemFiles) => inDocs(files).get(name)?.data;

  async function relabel(ops: FileOps, how: typeof inside | null): Promise<void> {
    const journal = await openJournal("/home", ops);
    const by = { tenant, nowMs: 1_767_225_600_000, journal, ops };
    const labelling = { inside: how, out: null, keep: false, count: () => undefined };
    await withCarrier(path, (file) => labelFile(file, labelling, by), ops);
  }

  beforeAll(async () => {
    before = await documents[name]!();
    const files = disk(before);
    await relabel(files, inside);
    after = new Uint8Array(bytesOf(files)!);
    expect(Buffer.compare(after, before)).not.toBe(0);
  });

  /** One file, and it is one of the two. */
  function expectWhole(files: MemFiles, where: string): void {
    const names = [...inDocs(files).keys()].filter((one) => !one.endsWith(".seal-claim"));
    expect(names, where).toEqual([name]);
    const isGood = [before, after].some((good) => Buffer.compare(good, bytesOf(files)!) === 0);
    expect(isGood, where).toBe(true);
  }

  /** The next start is another process: what the first one wrote names another session. */
  function asOtherProcess(files: MemFiles): MemFiles {
    for (const inode of files.folders.get("/home/journal")!.entries.values()) {
      const content = new TextDecoder().decode(inode.data);
      inode.data = new TextEncoder().encode(content.replaceAll(/"session":"[0-9a-f]{4}/g, '"session":"dead'));
      inode.durable = inode.data;
    }
    return files;
  }

  /** Stops for ever ahead of step `n`. @returns whether it came that far. */
  const stopsAt = (n: number, files: MemFiles, how: typeof inside | null): Promise<boolean> =>
    new Promise((resolve, reject) => {
      let step = 0;
      const ops = steppedFiles(files, () => {
        if (++step <= n) return undefined;
        resolve(true);
        return new Promise(() => undefined);
      });
      relabel(ops, how).then(() => resolve(false), reject);
    });

  it.each([
    ["gets a label", inside],
    ["loses its label", null],
  ] as const)(
    `that %s is whole after a kill or a loss of power at every step (seed ${seed})`,
    async (_what, how) => {
      const start = () => disk(how === null ? after : before);
      let n = 0;
      for (let files = start(); await stopsAt(n, files, how); files = start(), n++)
        for (let round = 0; round <= rounds; round++) {
          const where = `step ${n}, round ${round}`;
          const isLoss = round < rounds; // and at last, what a kill leaves
          const left = asOtherProcess(isLoss ? files.afterPowerLoss(chances(seed + n * 101 + round)) : files);
          await recover(await openJournal("/home", left), left);
          expectWhole(left, where);
        }
      expect(n).toBeGreaterThan(30);
    },
    120_000,
  );

  it.each(["ENOSPC", "EIO", "EACCES"])(
    "is as it was, or done, after %s at every step, and nothing else is left",
    async (code) => {
      for (let n = 0, isOver = false; !isOver; n++) {
        const files = disk(before);
        let step = 0;
        const ops = steppedFiles(files, () => {
          if (step++ === n) throw Object.assign(new Error(code), { code });
        });
        const failure = await relabel(ops, inside).then(() => null, codeOf);
        isOver = step <= n;
        expect(failure ?? "file-", `step ${n}`).toMatch(/^(?:file-|disk-full|busy|state-)/);
        await recover(await openJournal("/home", asOtherProcess(files)), files);
        expectWhole(files, `step ${n}`);
      }
    },
    120_000,
  );
});
