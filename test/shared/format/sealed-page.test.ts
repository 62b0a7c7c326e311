import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, collect, concat, sourceOf, streamOf, toHex, utf8 } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import {
  handOverPath,
  nameInPage,
  sealedPageLimits,
  viewerPath as viewerOfPages,
} from "../../../shared/format/sealed-page/layout.js";
import { readSealedPage, readSealedStream } from "../../../shared/format/sealed-page/read.js";
import { encodeSealedPage, type SealedPageOf } from "../../../shared/format/sealed-page/write.js";
import { viewerPath } from "../../../shared/protocol/page-api.js";
import { times } from "../../scale.js";
import { fileOf, inPieces, outcome, strictSource, vectors } from "../../vectors.js";

interface Expected {
  file: string;
  content: string;
  service: string;
  suffix: string;
}

const noPage = () => new RightsError("not-protected", "this is no sealed page");

async function readWhole(file: Bytes) {
  const read = await readSealedPage(strictSource(file));
  if (read === null) throw noPage();
  return { service: read.service, suffix: read.suffix, content: await collect(streamOf(read.file, 1000)) };
}
const readPieces = (size: number) => async (file: Bytes) => {
  const { page, rest } = await readSealedStream(inPieces(file, size));
  const content = await collect(rest);
  if (page === null) expect(Buffer.compare(content, file)).toBe(0);
  if (page === null) throw noPage();
  return { ...page, content };
};
const readers = { "at any place": readWhole, "in pieces of 4093": readPieces(4093), "byte by byte": readPieces(1) };

describe.each(vectors<Expected>("sealed-page"))("sealed page $name: $comment", (vector) => {
  it.each(Object.entries(readers))("read %s", async (_, read) => {
    const reading = read(fileOf(vector));
    expect(await outcome(reading)).toBe(vector.expect);
    if (vector.expect !== "success") return;
    const { service, suffix, content } = await reading;
    expect({ service, suffix, content: toHex(content) }).toEqual({
      service: vector.service,
      suffix: vector.suffix,
      content: vector.content,
    });
  });
});

const contoso: SealedPageOf = { service: "https://rms.contoso.example", suffix: ".ptxt", organisation: "Contoso" };
const written = (content: Bytes, page: SealedPageOf = contoso) => collect(encodeSealedPage(sourceOf(content), page));
const textOf = (bytes: Bytes) => new TextDecoder().decode(bytes);

describe("a page that is written", () => {
  it("gives back its file, whole and in parts, whatever is in it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2000 }), fc.nat(), fc.nat(), async (bytes, a, b) => {
        const content = Uint8Array.from(bytes);
        const page = await written(content);
        const { file } = (await readSealedPage(strictSource(page)))!;
        const [from, to] = [a % content.length, b % (content.length + 1)].sort((x, y) => x - y) as [number, number];
        expect(toHex(await file.read(from, to - from))).toBe(toHex(content.subarray(from, to)));
        expect(toHex((await readPieces(777)(page)).content)).toBe(toHex(content));
      }),
      { numRuns: times(100) },
    );
  });

  it("is refused once a byte of its file's block is another, gone, or one too many", async () => {
    const page = await written(Uint8Array.from({ length: 200 }, (_, i) => i));
    const start = page.length - 200 * 1.4 - 30;
    const whole = await readWhole(page);
    for (let at = Math.floor(start); at < page.length - 1; at++) {
      const gone = concat(page.subarray(0, at), page.subarray(at + 1));
      const doubled = concat(page.subarray(0, at), page.subarray(at, at + 1), page.subarray(at));
      for (const changed of [gone, doubled]) {
        expect(await outcome(readWhole(changed)), `${at}`).toBe("sealed-page-malformed");
        expect(await outcome(readPieces(100)(changed)), `${at}`).toBe("sealed-page-malformed");
      }
    }
    expect(whole.content).toHaveLength(200);
  });

  it("of the largest file is small enough for a mail, and read without holding more than what is looked at", async () => {
    const page = await written(new Uint8Array(sealedPageLimits.file));
    const asAttachment = Math.ceil(page.length / 57) * 78; // base64 in lines, as mails carry it
    expect(asAttachment).toBeLessThan(24_000_000);
    const source = strictSource(page);
    const { file } = (await readSealedPage(source))!;
    await file.read(sealedPageLimits.file - 1000, 1000);
    expect(source.readBytes).toBeLessThan(100_000);
    const tooLarge = written(new Uint8Array(sealedPageLimits.file + 1));
    expect(await outcome(tooLarge)).toBe("sealed-page-malformed");
  });

  it("allows its one script and its one style, by their hashes, and nothing else", async () => {
    const page = textOf(await written(utf8("x")));
    const policy = /http-equiv="content-security-policy" content="([^"]+)"/.exec(page)![1]!;
    const hash = (element: string) => {
      const all = [...page.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, "g"))];
      expect(all).toHaveLength(1);
      return `'sha256-${createHash("sha256").update(all[0]![1]!).digest("base64")}'`;
    };
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hash("script")}`,
      `style-src ${hash("style")}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(page.indexOf("content-security-policy")).toBeLessThan(page.indexOf("<script"));
    expect(page).not.toMatch(
      /\b(src|srcset|onclick|onload|style)=|url\(|@import|https?:\/\/(?!rms\.contoso\.example)\w/,
    );
  });

  it("shows names as text, and takes no address or ending that is none", async () => {
    const organisation = `</title><script>alert("&amp;")</script>${"x".repeat(1000)}`;
    const page = textOf(await written(utf8("x"), { ...contoso, organisation }));
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).toContain("&lt;/title&gt;&lt;script&gt;alert(&quot;&amp;amp;&quot;)");
    expect(page).not.toContain("x".repeat(201));
    expect((await readWhole(utf8(page))).content).toHaveLength(1);
    const wrong = [
      "javascript:alert(1)",
      "https://x.example/",
      'https://x"y',
      "https://a@x.example",
      "HTTPS://X.EXAMPLE",
    ];
    for (const service of wrong)
      expect(await outcome(written(utf8("x"), { ...contoso, service })), service).toBe("sealed-page-malformed");
    for (const suffix of ["ptxt", ".p/../x", '.p"', ""])
      expect(await outcome(written(utf8("x"), { ...contoso, suffix })), suffix).toBe("sealed-page-malformed");
  });
});

it("is called after the protected file, which is called after it", () => {
  const names = ["plan.html", "plan.ptxt.html", "plan (2).HTM", "plan", "größe 名.html", ".html"];
  const inside = names.map((name) => nameInPage(name, contoso));
  expect(inside).toEqual(["plan.ptxt", "plan.ptxt", "plan (2).ptxt", "plan.ptxt", "größe 名.ptxt", ".html.ptxt"]);
});

it("opens where the service has its viewer", () => {
  expect(viewerOfPages).toBe(viewerPath);
  expect(handOverPath.startsWith(`${viewerPath}/`)).toBe(true);
});
