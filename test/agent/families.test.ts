import { copyFile, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Account, openAccount } from "../../agent/account.js";
import { choosePolicy, type Wish } from "../../agent/chosen-policy.js";
import { useLicenseFor } from "../../agent/consume-license.js";
import { withDocument } from "../../agent/document.js";
import { noteRelabel, sendNotes } from "../../agent/outbox.js";
import { currentPolicy } from "../../agent/policy-cache.js";
import { openProtector } from "../../agent/protector.js";
import { relabelling } from "../../agent/relabel.js";
import { openJournal } from "../../agent/work/journal.js";
import { protectFile } from "../../agent/work/protect-file.js";
import { reprotectFile } from "../../agent/work/reprotect-file.js";
import { unprotectFile } from "../../agent/work/unprotect-file.js";
import { startService } from "../../service/start.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { newId } from "../../shared/ids.js";
import { openRightsData } from "../../shared/license/publishing-license.js";
import type { Grant } from "../../shared/policy.js";
import { rsaWorkerUrl } from "../service/rsa-worker.js";
import { outcome, scratchFolder, scratchOrganisation } from "./account/scratch-home.js";

/** A document with its copies and re-protections (threat T12), on real files, with a real service. */

const project = { label: "Confidential/Project" };
const everybody = { label: "Confidential/All employees" };
const count = () => undefined;

async function protectorOf(account: Account) {
  return openProtector(account, webEngine, await openJournal(account.home.path));
}

async function protect(account: Account, path: string, wish: Wish): Promise<string> {
  const { policy, label } = choosePolicy(await currentPolicy(account), wish, Date.now());
  const made = await protectFile(path, { policy, label: label?.id ?? null, inside: null }, await protectorOf(account));
  return made.path;
}

const accessTo = (account: Account, path: string, options = { fresh: true }) =>
  withDocument(path, ({ licenseBytes }) => useLicenseFor(account, licenseBytes, options));

/** What `seal label` does with a protected file. */
function relabel(account: Account, path: string, wish: Wish) {
  return withDocument(path, async (document) => {
    const granted = await useLicenseFor(account, document.licenseBytes);
    const made = await relabelling(account, document, granted, await currentPolicy(account), wish);
    const { choice, from, name } = made;
    const access = { ...granted, trust: account.trust };
    const anew = { policy: choice.policy, label: choice.label!.id, from, name, extension: granted.use.terms.ext };
    const how = { ...anew, inside: null, access, out: null, keep: false, count };
    return { ...made, ...(await reprotectFile(document, how, await protectorOf(account))) };
  });
}

const policyIn = async (account: Account, path: string) => {
  const { verified, contentKey } = await accessTo(account, path);
  return { ...(await openRightsData(verified.license, contentKey)), contentId: verified.license.contentId };
};

const licenseOf = (path: string) => withDocument(path, async ({ licenseBytes }) => licenseBytes);

async function story() {
  const organisation = await scratchOrganisation();
  const [writer, colleague] = [await organisation.signInAs("writer"), await organisation.signInAs("colleague")];
  const folder = await scratchFolder();
  const clear = join(folder, "plan.txt");
  await writeFile(clear, "the plan\n".repeat(100_000));
  return { ...organisation, writer, colleague, folder, clear };
}

/** What may happen to a copy of a document. */
const forms: Record<string, (path: string, writer: Account) => Promise<unknown>> = {
  renamed: (path) => rename(path, `${path}.other`),
  copied: async () => undefined,
  "with a new key": (path, writer) => relabel(writer, path, project),
  "with another label": (path, writer) => relabel(writer, path, everybody),
  "with another label, and back": async (path, writer) => {
    await relabel(writer, path, everybody);
    await relabel(writer, path, project);
  },
};

describe("a family", () => {
  async function familyOf({ writer, folder, clear }: Awaited<ReturnType<typeof story>>): Promise<string[]> {
    const parent = await protect(writer, clear, project);
    const paths = [parent];
    for (const [name, happen] of Object.entries(forms)) {
      const path = join(folder, `${name}.ptxt`);
      await copyFile(parent, path);
      await happen(path, writer);
      paths.push(name === "renamed" ? `${path}.other` : path);
    }
    return paths;
  }

  it("keeps its id through all that happens to its copies", async () => {
    const told = await story();
    const paths = await familyOf(told);
    const policies = await Promise.all(paths.map((path) => policyIn(told.writer, path)));
    expect(new Set(policies.map(({ family }) => family)).size).toBe(1);
    expect(new Set(policies.map(({ contentId }) => contentId)).size).toBe(4);
    expect(policies.every(({ name, ext }) => name === "plan.txt" && ext === ".txt")).toBe(true);
    expect((await readdir(told.folder)).filter((name) => !/ptxt/.test(name))).toEqual([]);
  });

  it("is withdrawn and amended as a whole, by whichever copy", async () => {
    const told = await story();
    const { writer, colleague } = told;
    const paths = await familyOf(told);
    const outcomes = async () => new Set(await Promise.all(paths.map((path) => outcome(accessTo(colleague, path)))));
    for (const path of paths) {
      const license = await licenseOf(path);
      const amend = async (...grants: Grant[]) => {
        const { version: base } = await writer.service.documentPolicy(license);
        await writer.service.amend({ license, id: newId(), base, grants, until: null, offlineDays: 7 });
      };
      expect(await outcomes(), path).toEqual(new Set(["success"]));
      await writer.service.revoke(license);
      expect(await outcomes(), path).toEqual(new Set(["access-revoked"]));
      await writer.service.restore(license);
      await amend();
      expect(await outcomes(), path).toEqual(new Set(["access-denied"]));
      await amend({ who: ["project@trial.example"], rights: ["VIEW"] });
    }
  });
});

describe("protecting anew", () => {
  it("moves the content to another key through memory, and what is clear never lies on the disk", async () => {
    const { writer, folder, clear } = await story();
    const content = await readFile(clear);
    const path = await protect(writer, clear, project);
    const before = await accessTo(writer, path);
    const seen: string[] = [];
    const { published } = await relabel(writer, path, everybody);
    for (const name of await readdir(folder)) {
      const bytes = await readFile(join(folder, name));
      if (bytes.includes("the plan")) seen.push(name);
    }
    expect(seen).toEqual([]);
    const after = await accessTo(writer, path);
    expect(after.verified.digest).not.toEqual(before.verified.digest);
    expect(after.verified.digest).toEqual(published.digest);
    const out = join(folder, "out");
    await mkdir(out);
    const journal = await openJournal(writer.home.path);
    const unprotect = (access: typeof after) =>
      withDocument(path, (document) => {
        const to = { extension: access.use.terms.ext, engine: webEngine, journal, out, count };
        return unprotectFile(document, { access: { ...access, trust: writer.trust }, ...to });
      });
    expect((await readFile(await unprotect(after))).equals(content)).toBe(true);
    expect(await outcome(unprotect({ ...after, contentKey: before.contentKey }))).toBe("content-damaged");
  });

  it("states the amendment it was made knowing; the same label leaves it in force", async () => {
    const { writer, clear } = await story();
    const path = await protect(writer, clear, project);
    const license = await licenseOf(path);
    await writer.service.amend({ license, id: newId(), base: 0, grants: [], until: null, offlineDays: 7 });
    expect(await relabel(writer, path, project)).toMatchObject({ isSame: true, isUnsure: false });
    expect(await policyIn(writer, path)).not.toHaveProperty("amendment");
    expect(await relabel(writer, path, everybody)).toMatchObject({ isSame: false, isUnsure: false });
    expect(await policyIn(writer, path)).toMatchObject({ amendment: 1 });
    await relabel(writer, path, everybody);
    expect(await policyIn(writer, path)).toMatchObject({ amendment: 1 });
  });

  it("goes on without the service, and what was amended then goes on holding", async () => {
    const { service, writer, clear } = await story();
    const path = await protect(writer, clear, project);
    await accessTo(writer, path);
    await service.service.close();
    expect(await relabel(writer, path, everybody)).toMatchObject({ isUnsure: true });
    expect(await noteRelabel(writer, await licenseOf(path), { label: null, reason: "because" })).toBe(true);
    expect(await sendNotes(writer)).toMatchObject({ sent: 0, waiting: 1 });
    const back = await startService(service.config, { rsaWorker: await rsaWorkerUrl() });
    try {
      await back.app.listen(service.config.listen);
      const again = await openAccount(writer.home);
      expect(await sendNotes(again)).toMatchObject({ sent: 1, waiting: 0 });
      const { events } = await again.service.track(await licenseOf(path));
      const [relabelled] = events.filter(({ action }) => action === "relabel");
      expect(relabelled).toMatchObject({ detail: "Confidential/All employees -> no label: because" });
      expect(await policyIn(again, path)).not.toHaveProperty("amendment");
    } finally {
      await back.close();
    }
  });
  it("by another who may is their own document, of the same family and owner: the owner can withdraw both", async () => {
    const { writer, colleague, folder, clear } = await story();
    const path = await protect(writer, clear, project);
    const theirs = join(folder, "theirs.ptxt");
    await copyFile(path, theirs);
    await relabel(colleague, theirs, everybody);
    const [mine, other] = [await policyIn(writer, path), await policyIn(writer, theirs)];
    expect(other).toMatchObject({ family: mine.family, owner: mine.owner, issuer: colleague.info.subject });
    await writer.service.revoke(await licenseOf(path));
    expect(await outcome(accessTo(colleague, path))).toBe("access-revoked");
    expect(await outcome(accessTo(colleague, theirs))).toBe("success");
    const { revoked } = await writer.service.revoke(await licenseOf(theirs));
    expect(revoked).not.toBeNull();
    expect(await outcome(relabel(colleague, theirs, everybody))).toBe("success");
    expect(await outcome(relabel(writer, theirs, everybody))).toBe("right-missing");
  });

  it("takes EXPORT or EDITRIGHTSDATA, and leaves the file as it was without", async () => {
    const { writer, colleague, folder, clear } = await story();
    const { address } = colleague.info;
    for (const [rights, expected] of [
      ["VIEW+EDIT+PRINT", "right-missing"],
      ["VIEW+EDITRIGHTSDATA", "success"],
      ["VIEW+EXPORT", "success"],
    ] as const) {
      const copy = join(folder, `${rights}.txt`);
      await copyFile(clear, copy);
      const path = await protect(writer, copy, { grant: [`${address}:${rights}`] });
      const before = await readFile(path);
      expect(await outcome(relabel(colleague, path, project)), rights).toBe(expected);
      expect((await readFile(path)).equals(before), basename(path)).toBe(expected !== "success");
    }
  });
});
