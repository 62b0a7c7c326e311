import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, expect } from "vitest";
import type { FileOps } from "../../../agent/work/file-ops.js";
import { type Journal, openJournal } from "../../../agent/work/journal.js";
import { codeOf } from "../../../shared/errors.js";
import { filesIn, scratch } from "./children.js";
import { sealFile } from "./document.js";

/** A folder of documents and a home of an agent, new for each test. */
export interface Desk {
  readonly home: string;
  readonly docs: string;
  readonly journal: Journal;
  at(name: string): string;
  /** Seals a document. @returns the name of the result, or the code of the error. */
  seal(name: string, target: string, options?: { keep?: boolean; ops?: FileOps }): Promise<string>;
  /** The documents and what is in them. */
  files(): Map<string, string>;
  /** Neither a file of ours beside the documents nor an entry in the journal. */
  expectNothingLeft(): void;
}

/** The result's name, or the code of the error. */
export const outcome = (job: Promise<string>): Promise<string> => job.then(basename, codeOf);

export function desk(): Desk {
  const space = scratch();
  let [home, docs] = ["", ""];
  let journal: Journal;
  beforeEach(async () => {
    const root = space.folder("case");
    for (const path of [space.path, root]) chmodSync(path, 0o755);
    [home, docs] = [join(root, "home"), join(root, "docs")];
    for (const path of [home, docs]) mkdirSync(path);
    journal = await openJournal(home);
  });
  const at = (name: string) => join(docs, name);
  return {
    get home() {
      return home;
    },
    get docs() {
      return docs;
    },
    get journal() {
      return journal;
    },
    at,
    seal: (name, target, options) => outcome(sealFile({ path: at(name), target: at(target), journal, ...options })),
    files: () => filesIn(docs),
    expectNothingLeft: () => {
      expect(readdirSync(docs).filter((name) => name.includes(".seal-"))).toEqual([]);
      expect(filesIn(join(home, "journal")).size).toBe(0);
    },
  };
}
