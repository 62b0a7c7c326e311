import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { makePackage, wordParts } from "../office-documents.js";
import { type Run, seal, stop, type Trial, up } from "./seal.js";

/** Sealed pages on the command line: how they are made, where they go, and what commands make of them. */

let root: string;
let trial: Trial;
const at = (...names: string[]) => join(root, ...names);
const ada = (...args: string[]): Promise<Run> => seal(args, { home: trial.home, cwd: root });
const bob = (...args: string[]): Promise<Run> => seal(args, { home: at("colleague"), cwd: root });
const toBob = ["--grant", "bob@trial.example:VIEW+EXPORT", "--html"];
const done = async (run: Promise<Run>): Promise<Run> => {
  const { code, err, ...rest } = await run;
  expect(code, err).toBe(0);
  return { code, err, ...rest };
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "seal-page-"));
  trial = await up(at("trial"), await freePort());
  const { user, password } = trial.people.find(({ role }) => role === "colleague")!;
  const login = ["login", trial.service, "--user", user, "--password-stdin"];
  expect(await seal(login, { home: at("colleague"), input: password })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await stop(trial, "SIGKILL");
  await removeFolder(root);
});

describe("seal protect --html", () => {
  it("makes a page beside the protected file: of the same license, with nothing clear in it", async () => {
    await mkdir(at("one"));
    await writeFile(at("one", "secret plan.txt"), "words nobody else reads");
    const told = await done(ada("protect", "one/secret plan.txt", ...toBob, "--json"));
    const [file, page] = told.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(readdirSync(at("one")).sort()).toEqual(["secret plan.html", "secret plan.ptxt"]);
    expect(page).toMatchObject({ path: "one/secret plan.html", format: "html", contentId: file.contentId });
    const text = readFileSync(at("one", "secret plan.html"), "latin1");
    for (const clear of ["words nobody", "secret plan", "bob@", "Lovelace", "ada@"]) expect(text).not.toContain(clear);
    expect(text).toContain(`data-service="${trial.service}"`);
    expect(text).toContain("Trial");
    const status = JSON.parse((await done(ada("status", "--json", "one/secret plan.html"))).text);
    expect(status).toMatchObject({ state: "protected", contentId: file.contentId, edition: 1 });
  });

  it("never takes another's name, and takes its own again", async () => {
    await mkdir(at("names"));
    await writeFile(at("names", "a.html"), "<p>a page of mine</p>");
    await writeFile(at("names", "a.txt"), "first");
    await done(ada("protect", "names/a.txt", ...toBob));
    expect(readdirSync(at("names")).sort()).toEqual(["a.html", "a.ptxt", "a.ptxt.html"]);
    await writeFile(at("names", "b.txt"), "first");
    await done(ada("protect", "names/b.txt", ...toBob));
    const before = readFileSync(at("names", "b.html"));
    await done(ada("label", "names/b.ptxt", "--label", "Specific people", ...toBob.slice(0, 2)));
    const after = readFileSync(at("names", "b.html"));
    expect(Buffer.compare(before, after)).not.toBe(0);
    expect((await done(bob("cat", "names/b.html"))).text).toBe("first");
    expect(readdirSync(at("names"))).not.toContain("b (2).html");
    await writeFile(at("names", "b.html"), "<p>mine by now</p>");
    await writeFile(at("names", "b.txt"), "another");
    await rm(at("names", "b.ptxt"));
    await done(ada("protect", "names/b.txt", ...toBob));
    expect(readFileSync(at("names", "b.html"), "utf8")).toBe("<p>mine by now</p>");
    expect(existsSync(at("names", "b.ptxt.html"))).toBe(true);
    expect(readFileSync(at("names", "a.html"), "utf8")).toBe("<p>a page of mine</p>");
  });

  it("goes with labels, folders, --keep and --out, with Office documents, pages and standard output", async () => {
    await mkdir(at("many", "deep"), { recursive: true });
    makePackage(at("many", "plan.docx"), wordParts("a plan"));
    await writeFile(at("many", "site.html"), "<p>clear</p>");
    await writeFile(at("many", "deep", "x.dwg"), "drawing");
    const how = ["--label", "Confidential/Project", "--html", "--no-ppdf", "--keep", "--out", "sent"];
    await done(ada("protect", "many", ...how));
    const pages = ["plan.html", "site.html.html", "x.dwg.html"];
    expect(readdirSync(at("sent")).sort()).toEqual([...pages, "plan.docx", "site.html.pfile", "x.dwg.pfile"].sort());
    for (const [page, made, name] of [
      ["plan.html", "plan.docx", "plan.docx"],
      ["x.dwg.html", "x.dwg.pfile", "x.dwg"],
    ] as const) {
      await done(ada("unprotect", `sent/${page}`, "--out", "back"));
      await done(ada("unprotect", `sent/${made}`, "--out", "direct"));
      expect(Buffer.compare(readFileSync(at("back", name)), readFileSync(at("direct", name)))).toBe(0);
    }
    expect(readFileSync(at("back", "x.dwg"), "utf8")).toBe("drawing");
    const piped = await seal(["protect", "-", ...toBob], { home: trial.home, cwd: root, input: "from a pipe" });
    expect(piped, piped.err).toMatchObject({ code: 0 });
    await writeFile(at("piped.html"), piped.text);
    expect((await done(bob("cat", "piped.html"))).text).toBe("from a pipe");
  });

  it("leaves the file protected where a page cannot hold it, says so, and ends with 7", async () => {
    await writeFile(at("large.bin"), Buffer.alloc(13 << 20));
    const told = await ada("protect", "large.bin", ...toBob);
    expect(told.code).toBe(7);
    expect(told.err).toContain("a sealed page holds at most 12 MiB");
    expect(existsSync(at("large.bin.pfile"))).toBe(true);
    expect(existsSync(at("large.bin.html"))).toBe(false);
  });
});

describe("a sealed page", () => {
  it("is opened, read, shared, withdrawn and unprotected like the file in it", async () => {
    await writeFile(at("doc.txt"), "content");
    await done(ada("protect", "doc.txt", ...toBob));
    expect((await done(bob("cat", "doc.html"))).text).toBe("content");
    const page = readFileSync(at("doc.html"), "utf8");
    const piped = await seal(["cat", "-"], { home: at("colleague"), cwd: root, input: page });
    expect(piped, piped.err).toMatchObject({ code: 0, text: "content" });
    await done(ada("revoke", "doc.html"));
    expect(await bob("rights", "doc.html")).toMatchObject({ code: 3 });
    await done(ada("restore", "doc.ptxt"));
    await rm(at("doc.ptxt"));
    await done(ada("unprotect", "doc.html"));
    expect(readFileSync(at("doc.txt"), "utf8")).toBe("content");
    expect(existsSync(at("doc.html"))).toBe(false);
  });

  it("is left alone as protected already: by name, in folders, and in watched ones", async () => {
    await mkdir(at("alone"));
    await writeFile(at("alone", "doc.txt"), "content");
    await done(ada("protect", "alone/doc.txt", ...toBob));
    const named = await ada("protect", "alone/doc.html", ...toBob);
    expect(named.err).toContain("protected already");
    const inFolder = await done(ada("protect", "alone", ...toBob));
    expect(inFolder.err).toContain("there is no file to protect there");
    const page = readFileSync(at("alone", "doc.html"));
    await copyFile(at("alone", "doc.html"), join(trial.folder, "page.html"));
    await writeFile(join(trial.folder, "later.txt"), "clear");
    await expect.poll(() => existsSync(join(trial.folder, "later.ptxt")), { timeout: 20_000 }).toBe(true);
    expect(Buffer.compare(page, readFileSync(join(trial.folder, "page.html")))).toBe(0);
    const { text } = await done(ada("watch", "status", "--json"));
    expect(text).not.toContain('"state":"failed"');
  });

  it("that was tampered with is refused with words, and nothing is asked of anybody", async () => {
    await writeFile(at("t.txt"), "content");
    await done(ada("protect", "t.txt", ...toBob));
    const page = readFileSync(at("t.html"), "utf8");
    const block = /<script type="application[\s\S]*<\/script>/.exec(page)![0];
    const hostile: Record<string, [string, string]> = {
      "another service": [page.replaceAll(trial.service, "https://rms.evil.example"), "names another service"],
      "ten gigabytes": [page.replace(/data-bytes="\d+"/, 'data-bytes="10000000000"'), "more than 12 MiB"],
      "broken base64": [page.replace(/\n[A-Za-z0-9+/]{10}/, "\n!!!!!!!!!!"), "not spelled as it must be"],
      "two files": [page.replace("</main>", `</main>${block}`), "two protected files"],
      "clear inside": [
        page.replace(block, `${block.slice(0, block.indexOf(" data-bytes"))} data-bytes="3">\nQUJD\n</script>`),
        "not protected",
      ],
      "a page in a page": [pageIn(page, block), "not protected"],
    };
    for (const [name, [content, words]] of Object.entries(hostile)) {
      await writeFile(at("hostile.html"), content);
      const told = await bob("cat", "hostile.html");
      expect(told, name).toMatchObject({ code: 6, text: "" });
      expect(told.err, name).toContain(words);
    }
  });
});

/** What holds the page itself. */
function pageIn(page: string, block: string): string {
  const tag = block.slice(0, block.indexOf(" data-bytes"));
  const lines = Buffer.from(page)
    .toString("base64")
    .replace(/.{1,76}/g, "$&\n");
  return page.replace(block, () => `${tag} data-bytes="${Buffer.byteLength(page)}">\n${lines}</script>`);
}
