import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, concat, fromHex, utf8 } from "../../../shared/bytes.js";
import { clearName, isIgnoredName, isProtectedName, kindOf, protectedName } from "../../../shared/format/kind.js";
import { maxOfficeBytes } from "../../../shared/format/office.js";

const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]);
const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
const nothing = utf8("");

describe("what a file becomes", () => {
  it.each<[string, Bytes, string]>([
    ["notes.txt", utf8("hello"), "notes.ptxt"],
    ["empty.txt", nothing, "empty.ptxt"],
    ["data.xml", utf8("<x/>"), "data.pxml"],
    ["a.jpg", jpeg, "a.pjpg"],
    ["a.jpeg", jpeg, "a.pjpeg"],
    ["a.jpe", jpeg, "a.pjpe"],
    ["a.jfif", jpeg, "a.pjfif"],
    ["a.png", png, "a.ppng"],
    ["a.gif", utf8("GIF89a.."), "a.pgif"],
    ["a.bmp", utf8("BM...."), "a.pbmp"],
    ["a.tif", utf8("II*\0...."), "a.ptif"],
    ["a.tiff", utf8("MM\0*...."), "a.ptiff"],
    ["PHOTO.JPG", jpeg, "PHOTO.pjpg"],
    ["plan.pdf", utf8("%PDF-1.7"), "plan.ppdf"],
    ["plan.pdf", concat(new Uint8Array(1019), utf8("%PDF-")), "plan.ppdf"],
    ["two.dots.txt", nothing, "two.dots.ptxt"],
  ])("%s is protected natively as %3$s", (name, head, result) => {
    const kind = kindOf(name, head, head.length);
    expect(kind.protection).toBe("native");
    expect(kind.note).toBeUndefined();
    expect(protectedName(name, kind)).toBe(result);
    expect(clearName(result, kind.extension)).toBe(name);
  });

  it.each([
    ["plan.dwg", ".dwg"],
    ["archive.tar.gz", ".gz"],
    ["Makefile", ""],
    ["ends in dot.", ""],
    ["plan.größe", ""],
    ["notes.ptxt", ".ptxt"],
    ["odd.file", ".file"],
    ["old.pfile", ".pfile"],
  ])("%s is wrapped whole, with the extension %j", (name, extension) => {
    const kind = kindOf(name, nothing, 0);
    expect(kind).toEqual({ container: "pfile", extension, protection: "generic", suffix: ".pfile" });
    expect(protectedName(name, kind)).toBe(`${name}.pfile`);
    expect(clearName(`${name}.pfile`, extension)).toBe(name);
  });

  it.each([
    ["fake.jpg", png],
    ["fake.png", jpeg],
    ["fake.gif", utf8("GIF90a")],
    ["fake.tif", utf8("II*")],
    ["empty.bmp", nothing],
    ["fake.pdf", utf8("PK\x03\x04")],
    ["late.pdf", concat(new Uint8Array(1020), utf8("%PDF-"))],
    ["fake.docx", utf8("%PDF-1.7")],
    ["empty.xlsx", nothing],
    ["old.docx", fromHex("d0cf11e0a1b11ae1")],
  ])("%s with the content of another is wrapped whole, and that is said", (name, head) => {
    const kind = kindOf(name, head, head.length);
    expect(kind.protection).toBe("generic");
    expect(kind.note).toContain("wrapped whole");
    expect(protectedName(name, kind)).toBe(`${name}.pfile`);
  });

  it.each(["plan.docx", "PLAN.DOCX", "sums.xlsb", "show.ppsm", "form.dotx"])("%s keeps its name", (name) => {
    const kind = kindOf(name, utf8("PK\x03\x04…"), 5000);
    expect(kind.container).toBe("office");
    expect(protectedName(name, kind)).toBe(name);
    expect(clearName(name, kind.extension)).toBe(name);
    expect(clearName("renamed.bin", kind.extension)).toBe(`renamed.bin${kind.extension}`);
  });

  it("wraps Office documents whole that are too large for their format", () => {
    expect(kindOf("plan.docx", utf8("PK\x03\x04"), maxOfficeBytes).container).toBe("office");
    const kind = kindOf("plan.docx", utf8("PK\x03\x04"), maxOfficeBytes + 1);
    expect([kind.container, protectedName("plan.docx", kind)]).toEqual(["pfile", "plan.docx.pfile"]);
    expect(kind.note).toContain("2 GiB");
  });

  it("wraps whole what it is told to", () => {
    const kind = kindOf("notes.txt", utf8("hello"), 5, { generic: true });
    expect(kind).toEqual({ container: "pfile", extension: ".txt", protection: "generic", suffix: ".pfile" });
  });
});

describe("the name of a file that is clear again", () => {
  it.each([
    ["renamed.pfile", ".gz", "renamed.gz"],
    ["plan.ptxt", ".txt", "plan.txt"],
    ["PLAN.PTXT", ".txt", "PLAN.txt"],
    ["plan (2).ptxt", ".txt", "plan (2).txt"],
    ["notes.txt.ptxt", ".txt", "notes.txt.txt"],
    ["plan.docx.ppdf", ".pdf", "plan.docx.pdf"],
    ["drawing.pdwg", ".dwg", "drawing.dwg"],
    ["harmless.exe.pfile", ".txt", "harmless.exe.txt"],
    ["harmless.exe", ".txt", "harmless.exe.txt"],
    ["plan.txt", ".txt", "plan.txt"],
    ["plan.ppdf", ".txt", "plan.txt"],
    [".pfile", "", "unnamed"],
    ["..pfile", "", "unnamed"],
    ["...pfile", "", "unnamed"],
    [".ptxt", ".txt", "unnamed.txt"],
  ])("%s with %j in the header is %s", (name, extension, clear) => {
    expect(clearName(name, extension)).toBe(clear);
  });

  it("is the name the file had", () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9 _()äöü.-]{1,12}$/);
    const ends = fc.constantFrom("", ".txt", ".PDF", ".pfile", ".ptxt", ".file", ".p", ".docx", ".tar.gz", ".jpg");
    fc.assert(
      fc.property(
        part,
        ends,
        fc.constantFrom(nothing, jpeg, utf8("%PDF-")),
        fc.boolean(),
        (start, end, head, generic) => {
          const name = start + end;
          fc.pre(!/^\.*$/.test(name) && !isIgnoredName(name));
          const kind = kindOf(name, head, head.length, { generic });
          const result = protectedName(name, kind);
          expect(isProtectedName(result)).toBe(true);
          expect(clearName(result, kind.extension)).toBe(name);
        },
      ),
    );
  });
});

describe("names", () => {
  it.each(["a.ptxt", "A.PFILE", "a.ppdf", "a.dwg.pfile", "a.pjfif"])("%s is one that protected files get", (name) => {
    expect(isProtectedName(name)).toBe(true);
  });

  it.each(["a.txt", "a.pdf", "pfile", "a.ptx", "a.pfile.bak"])("%s is not", (name) => {
    expect(isProtectedName(name)).toBe(false);
  });

  it.each(["~$plan.docx", ".~lock.plan.odt#", "a.tmp", "A.TMP", "a.part", "a.crdownload", ".hidden", "Thumbs.db"])(
    "%s is left alone",
    (name) => expect(isIgnoredName(name)).toBe(true),
  );

  it.each(["plan.docx", "~plan.docx", "tmp", "a.tmpl", "party.txt", "thumbs.db.txt", "#a#"])(
    "%s is considered",
    (name) => expect(isIgnoredName(name)).toBe(false),
  );
});
