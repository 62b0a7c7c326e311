import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../../agent/work/node-files.js";
import { replaceFile } from "../../../agent/work/replace-file.js";
import { openSource } from "../../../agent/work/source-file.js";
import { utf8 } from "../../../shared/bytes.js";
import { desk as newDesk, outcome } from "./desk.js";
import { assertSealed, sealed, sealFile } from "./document.js";
import { steppedFiles } from "./stepped-files.js";

const desk = newDesk();
const noUser = 65_534;

describe("the result", () => {
  it("stands where the original was, with its mode and times", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    chmodSync(desk.at("plan.txt"), 0o640);
    utimesSync(desk.at("plan.txt"), 1_700_000_000, 1_600_000_000.5);
    expect(await desk.seal("plan.txt", "plan.ptxt")).toBe("plan.ptxt");
    expect(desk.files()).toEqual(new Map([["plan.ptxt", sealed("text")]]));
    expect(statSync(desk.at("plan.ptxt"))).toMatchObject({ mode: 0o100640, mtimeMs: 1_600_000_000_500 });
    desk.expectNothingLeft();
  });

  it("never gets a set-user-id bit", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    chmodSync(desk.at("plan.txt"), 0o6755);
    await desk.seal("plan.txt", "plan.ptxt");
    expect(statSync(desk.at("plan.ptxt")).mode).toBe(0o100755);
  });

  it("belongs to the original's owner where that is allowed", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    if (process.getuid?.() === 0) chownSync(desk.at("plan.txt"), noUser, noUser);
    const { uid, gid } = statSync(desk.at("plan.txt"));
    await desk.seal("plan.txt", "plan.ptxt");
    expect(statSync(desk.at("plan.ptxt"))).toMatchObject({ uid, gid });
  });

  it("can be made beside a source that is kept, also in another folder", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    expect(await desk.seal("plan.txt", "plan.ptxt", { keep: true })).toBe("plan.ptxt");
    mkdirSync(desk.at("out"));
    expect(await desk.seal("plan.txt", "out/plan.ptxt", { keep: true })).toBe("plan.ptxt");
    expect(readFileSync(desk.at("out/plan.ptxt"), "utf8")).toBe(sealed("text"));
    expect(readFileSync(desk.at("plan.txt"), "utf8")).toBe("text");
  });

  it("can be made from nothing, and then is private", async () => {
    const write = async function* () {
      yield utf8(sealed("x"));
    };
    const made = {
      source: null,
      target: desk.at("new.ptxt"),
      keep: false,
      journal: desk.journal,
      write,
      verify: assertSealed,
    };
    expect(await outcome(replaceFile(made))).toBe("new.ptxt");
    expect(statSync(desk.at("new.ptxt")).mode).toBe(0o100600);
    desk.expectNothingLeft();
  });

  it("can have no bytes, and come from none", async () => {
    writeFileSync(desk.at("empty.txt"), "");
    expect(await desk.seal("empty.txt", "empty.ptxt")).toBe("empty.ptxt");
    expect(desk.files()).toEqual(new Map([["empty.ptxt", sealed("")]]));
    const source = await openSource(desk.at("empty.ptxt"));
    const nothing = {
      source,
      target: desk.at("empty.txt"),
      keep: false,
      journal: desk.journal,
      verify: async () => {},
    };
    expect(await outcome(replaceFile({ ...nothing, write: async function* () {} }))).toBe("empty.txt");
    await source.close();
    expect(desk.files()).toEqual(new Map([["empty.txt", ""]]));
  });
});

describe("a name that is taken", () => {
  it("is never overwritten", async () => {
    for (const name of ["plan.ptxt", "plan (2).ptxt"]) writeFileSync(desk.at(name), "other");
    writeFileSync(desk.at("plan.txt"), "text");
    expect(await desk.seal("plan.txt", "plan.ptxt")).toBe("plan (3).ptxt");
    expect(desk.files().get("plan.ptxt")).toBe("other");
  });

  it("gives way to the next one that is wanted", async () => {
    writeFileSync(desk.at("plan.ppdf"), "other");
    writeFileSync(desk.at("plan.docx"), "text");
    const source = await openSource(desk.at("plan.docx"));
    const target = [desk.at("plan.ppdf"), desk.at("plan.docx.ppdf")];
    const write = async function* () {
      yield utf8(sealed("pdf"));
    };
    const result = await replaceFile({
      source,
      target,
      keep: true,
      journal: desk.journal,
      write,
      verify: assertSealed,
    });
    await source.close();
    expect(basename(result)).toBe("plan.docx.ppdf");
  });

  it("may be taken in the last moment", async () => {
    writeFileSync(desk.at("plan.txt"), "text");
    const ops = steppedFiles(nodeFiles, (step) => {
      if (/^link .* plan\.ptxt$/.test(step)) writeFileSync(desk.at("plan.ptxt"), "just saved");
    });
    expect(await desk.seal("plan.txt", "plan.ptxt", { ops })).toBe("plan (2).ptxt");
    expect(desk.files().get("plan.ptxt")).toBe("just saved");
    desk.expectNothingLeft();
  });

  it("is not overwritten either where there are no hard links", async () => {
    const ops = steppedFiles(nodeFiles, (step) => {
      if (step.startsWith("link ")) throw Object.assign(new Error("no links here"), { code: "EPERM" });
    });
    writeFileSync(desk.at("plan.txt"), "text");
    writeFileSync(desk.at("plan.ptxt"), "other");
    const job = sealFile({ path: desk.at("plan.txt"), target: desk.at("plan.ptxt"), journal: desk.journal, ops });
    expect(await outcome(job)).toBe("plan (2).ptxt");
    const again = sealFile({
      path: desk.at("plan (2).ptxt"),
      target: desk.at("plan (2).ptxt"),
      journal: desk.journal,
      ops,
    });
    expect(await outcome(again)).toBe("plan (2).ptxt");
    expect(desk.files()).toEqual(
      new Map([
        ["plan (2).ptxt", sealed(sealed("text"))],
        ["plan.ptxt", "other"],
      ]),
    );
    desk.expectNothingLeft();
  });
});

describe("names", () => {
  const names = [
    "line\nbreak",
    "🔐 geheim",
    "-rf",
    "--keep",
    "a\\b",
    "'\"$(x)`",
    " ",
    "…",
    "e\u0301",
    "a.b.c",
    "\u202etxt",
  ];
  it.each([...names, "x".repeat(250)])("such as %j are kept", async (stem) => {
    writeFileSync(desk.at(`${stem}.txt`), "text");
    expect(await desk.seal(`${stem}.txt`, `${stem}.ptxt`)).toBe(`${stem}.ptxt`);
    expect([...desk.files().keys()]).toEqual([`${stem}.ptxt`]);
  });

  it("of 255 bytes are shortened, not refused", async () => {
    const name = `${"🔐".repeat(62)}abc.txt`;
    writeFileSync(desk.at(name), "text");
    const result = await desk.seal(name, name.replace(/txt$/, "ptxt"));
    expect(result).toBe(`${"🔐".repeat(62)}ab.ptxt`);
    expect(desk.files().get(result)).toBe(sealed("text"));
  });

  it("that are no text are not found under the text they look like", async () => {
    const raw = Buffer.concat([Buffer.from(`${desk.docs}/bad`), Buffer.from([0xff, 0xfe]), Buffer.from(".txt")]);
    writeFileSync(raw, "text");
    const [seen = ""] = filesInNames();
    expect(await desk.seal(seen, "bad.ptxt")).toBe("file-missing");
    expect(readFileSync(raw, "utf8")).toBe("text");
  });

  const filesInNames = () => execFileSync("ls", [desk.docs], { encoding: "utf8" }).trim().split("\n");

  it("are harmless in sentences", async () => {
    const error = await sealFile({
      path: desk.at("a\n\x1b[2Jb.txt"),
      target: desk.at("x"),
      journal: desk.journal,
    }).catch((error) => error);
    expect(error.message).toBe("a\\u{a}\\u{1b}[2Jb.txt is not there; look at its name, or whether it was moved");
  });
});

it("stops when it is told to, and leaves nothing", async () => {
  writeFileSync(desk.at("plan.txt"), "text");
  const source = await openSource(desk.at("plan.txt"));
  const stop = new AbortController();
  const write = async function* () {
    yield utf8("sealed<");
    stop.abort();
    yield utf8(">");
  };
  const job = { source, target: desk.at("plan.ptxt"), keep: false, journal: desk.journal, write, verify: assertSealed };
  await expect(replaceFile({ ...job, signal: stop.signal })).rejects.toThrow("aborted");
  await source.close();
  expect([...desk.files().keys()]).toEqual(["plan.txt"]);
  desk.expectNothingLeft();
});

it("is not published when it cannot be read back as it must be", async () => {
  writeFileSync(desk.at("plan.txt"), "text");
  const source = await openSource(desk.at("plan.txt"));
  const write = async function* () {
    yield utf8("half of it");
  };
  const job = replaceFile({
    source,
    target: desk.at("plan.ptxt"),
    keep: false,
    journal: desk.journal,
    write,
    verify: assertSealed,
  });
  await expect(job).rejects.toThrow("not whole");
  await source.close();
  expect([...desk.files().keys()]).toEqual(["plan.txt"]);
  desk.expectNothingLeft();
});
