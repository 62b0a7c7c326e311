import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { linkChecks } from "../../../agent/doctor/link.js";
import { PromisedDocuments } from "../../../agent/link/promised.js";
import { keepPromises } from "../../../agent/link/protect-path.js";
import { codeOf } from "../../../shared/errors.js";
import { newId } from "../../../shared/ids.js";
import type { Wanted } from "../../../shared/protocol/agent-api.js";
import { removeFolder } from "../../folders.js";
import { makePackage, wordParts } from "../../office-documents.js";
import { linkedAgent } from "./linked-agent.js";

/** What an agent that is gone has promised, and what may have become of it meanwhile. */

const wanted = { grant: ["bob@trial.example:VIEW"] };
const isProtected = (path: string) => readFileSync(path).subarray(0, 4).toString("hex") === "d0cf11e0";

async function promising() {
  const { link, parts, account } = await linkedAgent();
  await link.close(); // no page reaches an agent whose ports others have; it keeps what was promised all the same
  const folder = await realpath(await mkdtemp(join(tmpdir(), "seal-promised-")));
  onTestFinished(() => removeFolder(folder));
  const gone = new PromisedDocuments(account.home);
  const promise = async (name: string, subject = account.info.subject, asked: Wanted = wanted) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) makePackage(path, wordParts(name));
    await gone.keep({ path, subject, wanted: asked, reason: null, generic: false });
    return path;
  };
  const place = join(account.home.link, "promised");
  const keep = async () => {
    const failed: string[] = [];
    await keepPromises(parts, (path, error) => failed.push(`${path} ${codeOf(error)}`));
    return { failed, left: readdirSync(place) };
  };
  return { promise, keep, place, folder, account, all: () => new PromisedDocuments(account.home).all() };
}

it("is done by the next one, once", async () => {
  const { promise, keep } = await promising();
  const path = await promise("plan.docx");
  expect(await keep()).toEqual({ failed: [], left: [] });
  expect(isProtected(path)).toBe(true);
  await promise("plan.docx"); // as where the agent is killed before it forgets
  expect(await keep()).toEqual({ failed: [], left: [] });
});

it("is nothing any more for another person, for a document that is gone, or that something else is in the place of", async () => {
  const { promise, keep, all, folder } = await promising();
  const others = await promise("others.docx", newId());
  const gone = await promise("gone.docx");
  await rm(gone);
  const moved = await promise("shared/moved.docx");
  renameSync(join(folder, "shared"), join(folder, "private"));
  symlinkSync(join(folder, "private"), join(folder, "shared"));
  const { failed } = await keep();
  expect(failed.sort()).toEqual([gone, moved, others].map((path) => `${path} path-refused`).sort());
  expect([others, join(folder, "private/moved.docx")].map(isProtected)).toEqual([false, false]);
  expect(existsSync(gone)).toBe(false);
  expect(await keep()).toMatchObject({ failed: [] });
  expect(await all()).toMatchObject([{ path: moved, gaveUp: expect.stringContaining("left alone") }]);
});

it("that cannot be kept is said by `seal doctor`, until its document is protected or gone", async () => {
  const { promise, keep, all, account } = await promising();
  const says = async () =>
    (
      await linkChecks(account.home)
        .find(({ name }) => name === "promised")!
        .look()
    )?.says ?? null;
  expect(await says()).toBeNull();
  const path = await promise("plan.docx", undefined, { label: newId() });
  expect(await says()).toBe(`protected once their program has closed them: ${path}`);
  expect((await keep()).failed).toEqual([`${path} usage`]);
  expect(await says()).toMatch(`${path} is not protected as it was to be: `);
  await rm(path);
  mkdirSync(path); // nobody can say now what became of the document
  const other = await promise("other.docx");
  expect((await keep()).failed).toEqual([]);
  expect([await says(), isProtected(other)]).toEqual([expect.stringContaining(path), true]);
  await rm(path, { recursive: true });
  expect((await keep()).failed).toEqual([]);
  expect([await says(), await all()]).toEqual([null, []]);
});

it("is passed over where its note is damaged, cut off, or was not written to its end", async () => {
  const { promise, keep, place } = await promising();
  const path = await promise("plan.docx");
  const [name] = readdirSync(place);
  const note = readFileSync(join(place, name!), "utf8");
  const spoiled = ["", "{", note.slice(0, -9), note.replace('"v":1', '"v":2'), "x".repeat(2 << 20)];
  for (const text of spoiled) writeFileSync(join(place, `${newId()}.json`), text);
  writeFileSync(join(place, `.${newId()}.json.tmp`), note);
  const { failed, left } = await keep();
  expect(failed).toEqual([]);
  expect(left.every((one) => one.endsWith(".tmp"))).toBe(true);
  expect(isProtected(path)).toBe(true);
});
