import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openForWriting } from "../../../agent/work/writers.js";

let root = "";
const at = (name: string) => join(root, name);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "seal-writers-"));
  symlinkSync(root, at("link"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("knows which files another process has open for writing, also by a path through a link", async () => {
  for (const name of ["read", "written", "appended", "closed"]) writeFileSync(at(name), "x");
  const open = `exec 3< '${at("read")}' 4> '${at("written")}' 5>> '${at("appended")}'; echo ready; read -r _`;
  const other = spawn("bash", ["-c", open], { stdio: ["pipe", "pipe", "inherit"] });
  await once(other.stdout, "data");
  const mine = openSync(at("closed"), "w");
  const paths = ["read", "written", "closed", "nothing"].map(at);
  const found = await openForWriting([...paths, at("link/appended")]);
  if (process.platform === "linux") expect(found).toEqual(new Set([at("written"), at("link/appended")]));
  else expect(found).toBeNull();
  closeSync(mine);
  other.stdin.end("\n");
  await once(other, "close");
  expect(await openForWriting(paths)).toEqual(process.platform === "linux" ? new Set() : null);
});
