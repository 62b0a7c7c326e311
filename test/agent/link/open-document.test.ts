import { createHash } from "node:crypto";
import { chownSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { homeAt } from "../../../agent/home.js";
import { isOpenInOffice } from "../../../agent/link/office-programs.js";
import { findOpenDocument } from "../../../agent/link/open-document.js";
import { codeOf } from "../../../shared/errors.js";
import { officeProgram } from "./office-program.js";

/** Which paths that a page names the agent works on (threats T20, T24). */

function desk() {
  const folder = mkdtempSync(join(tmpdir(), "seal-path-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const home = homeAt(join(folder, "keys"));
  mkdirSync(home.path);
  const put = (name: string): string => {
    writeFileSync(join(folder, name), `content of ${name}`);
    return join(folder, name);
  };
  const find = (path: string, content?: { size: number; sha256: string }, isOpen = false) =>
    findOpenDocument({ path, content }, home, async () => isOpen).then((found) => found.isOpen, codeOf);
  return { folder, home, put, find };
}

const contentOf = (text: string) => ({
  size: Buffer.byteLength(text),
  sha256: createHash("sha256").update(text).digest("base64url"),
});

it("a document is worked on when a program has it open, or the page knows all that is in it", async () => {
  const { put, find } = desk();
  const path = put("plan.docx");
  expect(await find(path, undefined, true)).toBe(true);
  expect(await find(path, contentOf("content of plan.docx"))).toBe(false);
  expect(await find(path)).toBe("path-refused");
  expect(await find(path, contentOf("content of plan.docy"))).toBe("path-refused");
  expect(await find(path, { ...contentOf("content of plan.docx"), size: 3 })).toBe("path-refused");
});

it("no other path is, though a program had it open: the answer is always the same", async () => {
  const { folder, home, put, find } = desk();
  const path = put("plan.docx");
  mkdirSync(join(folder, ".hidden"));
  mkdirSync(join(folder, "a.docx"));
  symlinkSync(path, join(folder, "link.docx"));
  linkSync(put("twice.docx"), join(folder, "other.docx"));
  writeFileSync(join(home.path, "mine.docx"), "x");
  writeFileSync(join(folder, ".hidden", "b.docx"), "x");
  chownSync(put("theirs.docx"), 65_534, 65_534);
  const names = ["link.docx", "twice.docx", "a.docx", ".hidden/b.docx", "theirs.docx", "none.docx", "keys/mine.docx"];
  for (const name of [...names, put("note.txt").slice(folder.length + 1)])
    expect([name, await find(join(folder, name), undefined, true)]).toEqual([name, "path-refused"]);
  for (const odd of [
    "plan.docx",
    `${folder}/./plan.docx`,
    `${folder}/x/../plan.docx`,
    `${path}\n`,
    `//${path}`,
    `\\\\host\\share\\plan.docx`,
  ])
    expect([odd, await find(odd, undefined, true)]).toEqual([odd, "path-refused"]);
});

it("a program counts by its executable and by the file itself, until it lets go", async () => {
  const { put } = desk();
  const [document, other] = [put("plan.docx"), put("else.docx")];
  officeProgram(document, "editor");
  expect(await isOpenInOffice(document, "linux")).toBe(false);
  const close = officeProgram(document);
  expect(await isOpenInOffice(document, "linux")).toBe(true);
  expect(await isOpenInOffice(other, "linux")).toBe(false);
  await close();
  expect(await isOpenInOffice(document, "linux")).toBe(false);
});
