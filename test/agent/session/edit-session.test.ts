import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Account } from "../../../agent/account.js";
import { choosePolicy, type Wish } from "../../../agent/chosen-policy.js";
import { useLicenseFor } from "../../../agent/consume-license.js";
import { withDocument } from "../../../agent/document.js";
import { currentPolicy } from "../../../agent/policy-cache.js";
import { openProtector } from "../../../agent/protector.js";
import { notesIn } from "../../../agent/session/edit-record.js";
import { type EditEvent, EditSession } from "../../../agent/session/edit-session.js";
import { recoverEdits } from "../../../agent/session/recover-edits.js";
import { forgetUnsaved } from "../../../agent/session/unsaved.js";
import { openJournal } from "../../../agent/work/journal.js";
import { startOf, thisProcess } from "../../../agent/work/owner.js";
import { protectFile } from "../../../agent/work/protect-file.js";
import { collect } from "../../../shared/bytes.js";
import { webEngine } from "../../../shared/crypto/web-engine.js";
import { newId } from "../../../shared/ids.js";
import { consume } from "../../../shared/protect.js";
import { removeFolder } from "../../folders.js";
import { environment, scratchFolder, scratchOrganisation } from "../account/scratch-home.js";

/** Sessions on real files with a real service: what happens to keys, and what a process that died at any point leaves. */

vi.setConfig({ testTimeout: 120_000 });

async function editorOf(account: Account) {
  return { account, protector: await openProtector(account, webEngine, await openJournal(account.home.path)) };
}

async function story(content = "before") {
  const organisation = await scratchOrganisation();
  const [writer, colleague] = [await organisation.signInAs("writer"), await organisation.signInAs("colleague")];
  const folder = await scratchFolder();
  const clear = join(folder, "plan.txt");
  await writeFile(clear, content);
  return { ...organisation, writer, colleague, folder, clear };
}

async function protect(account: Account, path: string, wish: Wish): Promise<string> {
  const { policy, label } = choosePolicy(await currentPolicy(account), wish, Date.now());
  const { protector } = await editorOf(account);
  return (await protectFile(path, { policy, label: label?.id ?? null, inside: null }, protector)).path;
}

async function openSession(account: Account, path: string, events: EditEvent[] = []): Promise<EditSession> {
  const editor = await editorOf(account);
  return withDocument(path, async (document) => {
    const granted = await useLicenseFor(account, document.licenseBytes);
    return EditSession.open(document, granted, editor, (event) => events.push(event));
  });
}

const readAs = (account: Account, path: string) =>
  withDocument(path, async (document) => {
    const granted = await useLicenseFor(account, document.licenseBytes, { fresh: true });
    const { all, edition } = await consume(document.file, granted, webEngine);
    return { text: new TextDecoder().decode(await collect(all())), edition, verified: granted.verified };
  });

/** As if the process had died: it is not there any more, and did nothing more. */
async function die({ note }: EditSession): Promise<void> {
  await note.change({ owner: { ...thisProcess, start: "another", session: newId() } });
}

const recover = async (account: Account, retryKept = false) =>
  (await recoverEdits(await editorOf(account), { retryKept })).map(({ kind }) => kind);

const bob = "bob@trial.example";

describe("rights that shrank", () => {
  it("get a new key with the publisher's next save, in the same family; others are told to ask", async () => {
    const { writer, colleague, clear } = await story();
    const wish = { grant: [`${bob}:VIEW+EDIT+VIEWRIGHTSDATA`, "olga@outside.example:VIEW"] };
    const path = await protect(writer, clear, wish);
    const before = await readAs(colleague, path);
    const license = await withDocument(path, async ({ licenseBytes }) => licenseBytes);
    const grants = [{ who: [bob], rights: ["VIEW", "VIEWRIGHTSDATA", "EDIT"] }];
    await writer.service.amend({ license, id: newId(), base: 0, grants, until: null, offlineDays: 7 });

    const events: EditEvent[] = [];
    const theirs = await openSession(colleague, path, events);
    await writeFile(theirs.path, "theirs");
    expect(await theirs.close()).toMatchObject({ saves: 1, kept: null });
    expect(events).toMatchObject([{ kind: "saved", saved: { isStale: true, anew: null } }]);
    const stale = await readAs(colleague, path);
    expect(stale.verified.digest).toEqual(before.verified.digest);

    for (const [text, isAnew] of [
      ["mine", true],
      ["mine again", false],
    ] as const) {
      const own: EditEvent[] = [];
      const mine = await openSession(writer, path, own);
      await writeFile(mine.path, text);
      await mine.close();
      const [saved] = own;
      expect(saved?.kind === "saved" && saved.saved.anew !== null, text).toBe(isAnew);
    }
    const after = await readAs(colleague, path);
    expect(after).toMatchObject({ text: "mine again", edition: { number: 2 } });
    expect(after.verified.digest).not.toEqual(before.verified.digest);
    const { documents } = await writer.service.documents();
    expect(new Set(documents.map(({ family }) => family)).size).toBe(1);
  });
});

describe("a process that died", () => {
  it("before anything was changed leaves nothing, and after that what was saved is protected", async () => {
    const { writer, clear } = await story();
    const path = await protect(writer, clear, { label: "Confidential/Project" });
    for (const [text, kind, number] of [
      [null, "erased", 1],
      ["after", "saved", 2],
    ] as const) {
      const session = await openSession(writer, path);
      if (text !== null) await writeFile(session.path, text);
      const { folder } = session.note.record;
      await die(session);
      expect(await recover(writer)).toEqual([kind]);
      expect(await readAs(writer, path)).toMatchObject({ text: text ?? "before", edition: { number } });
      await expect(stat(folder)).rejects.toThrow();
      expect(await notesIn(writer.home)).toEqual([]);
      expect((await writer.secrets.names()).filter((name) => name.startsWith("edit-"))).toEqual([]);
    }
  });

  it("while it decrypted leaves nothing clear", async () => {
    const { writer, clear } = await story();
    const session = await openSession(writer, await protect(writer, clear, { label: "Confidential/Project" }));
    await session.note.change({ now: { ...session.note.record.now, known: null } });
    await writeFile(session.path, "befo");
    await die(session);
    expect(await recover(writer)).toEqual(["erased"]);
  });

  it("between a save and noting it saves nothing twice", async () => {
    const { writer, clear, folder } = await story();
    const path = await protect(writer, clear, { label: "Confidential/Project" });
    const session = await openSession(writer, path);
    const { now } = session.note.record;
    const announced: (typeof now)[] = [];
    const change = session.note.change.bind(session.note);
    session.note.change = async (changes) => {
      if (changes.next) announced.push(changes.next);
      await change(changes);
    };
    await writeFile(session.path, "after");
    const stop = new Promise<void>((resolve) => setTimeout(resolve, 1500));
    await session.run(stop);
    expect(announced).toHaveLength(1);
    await change({ now, next: announced[0]! });
    await die(session);
    expect(await recover(writer)).toEqual(["erased"]);
    expect(await readAs(writer, path)).toMatchObject({ text: "after", edition: { number: 2 } });
    expect((await readdir(folder)).filter((name) => name.startsWith("plan"))).toEqual(["plan.ptxt"]);
  });

  it("without a service to ask keeps what was saved sealed, and saves it when there is one", async () => {
    const { service, writer, colleague, clear } = await story();
    const path = await protect(writer, clear, { grant: [`${bob}:VIEW+EDIT`], offline: "0" });
    const session = await openSession(colleague, path);
    await writeFile(session.path, "a canary");
    await die(session);
    await service.service.app.close();
    expect(await recover(colleague)).toEqual(["kept"]);
    await expect(stat(session.note.record.folder)).rejects.toThrow();
    const kept = await readFile(session.note.keptPath);
    expect(kept.includes("canary")).toBe(false);
    expect(await recover(colleague)).toEqual([]); // not every half minute
    expect(await recover(colleague, true)).toEqual(["kept"]);
    expect((await readFile(session.note.keptPath)).equals(kept)).toBe(true);
    await expect(forgetUnsaved(colleague.home, false)).rejects.toThrow("--discard");
    expect(await readdir(colleague.home.edits)).toEqual([session.note.id]);
    await forgetUnsaved(colleague.home, true);
    expect(await readdir(colleague.home.edits)).toEqual([]);
  });

  it("leaves the file to a program that goes on, and what that saves is protected", async () => {
    const { writer, clear } = await story();
    const path = await protect(writer, clear, { label: "Confidential/Project" });
    const session = await openSession(writer, path);
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    onTestFinished(() => void child.kill());
    const program = { ...thisProcess, pid: child.pid!, start: startOf(child.pid!), session: "program" };
    await session.note.change({ program });
    await appendFile(session.path, " and after");
    await die(session);
    expect(await recover(writer)).toEqual(["live"]);
    expect(await readAs(writer, path)).toMatchObject({ text: "before and after", edition: { number: 2 } });
    await appendFile(session.path, ", again");
    child.kill();
    await once(child, "exit");
    expect(await recover(writer)).toEqual(["saved"]);
    expect(await readAs(writer, path)).toMatchObject({ text: "before and after, again", edition: { number: 3 } });
  });
});

describe("clear content", () => {
  it("lies in memory where the system has some for this person, and nobody else can enter", async () => {
    const runtime = await mkdtemp("/dev/shm/seal-runtime-");
    onTestFinished(() => removeFolder(runtime));
    environment({ XDG_RUNTIME_DIR: runtime });
    const { writer, clear } = await story();
    await chmod(runtime, 0o700);
    const session = await openSession(writer, await protect(writer, clear, { label: "Confidential/Project" }));
    const { folder } = session.note.record;
    expect(folder.startsWith(runtime)).toBe(true);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(session.path)).mode & 0o777).toBe(0o600);
    await session.close();
    expect(await readdir(join(runtime, "sealwright"))).toEqual([]);
  });

  it("is not made twice for one document", async () => {
    const { writer, clear } = await story();
    const path = await protect(writer, clear, { label: "Confidential/Project" });
    const session = await openSession(writer, path);
    await expect(openSession(writer, path)).rejects.toMatchObject({ code: "file-busy" });
    await session.close();
    await (await openSession(writer, path)).close();
  });
});
