import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, collect, concat, equalBytes, fromHex, sourceOf, toHex, utf8 } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import {
  encodePfileHeader,
  isPfile,
  type PfileHeader,
  pfileLimits,
  readPfileHeader,
  readPfileStream,
  redirectionText,
} from "../../../shared/format/pfile.js";
import { times } from "../../scale.js";
import { fileOf, inPieces, outcome, strictSource, vectorFile, vectors } from "../../vectors.js";

interface Expected {
  file: string;
  zeros?: number;
  version: string;
  extension: string;
  license?: string;
  contentOffset: number;
  originalFileSize: string | null;
  metadataLength: number;
  redirection?: string;
}

/** `null` becomes the code that callers give it, so that one table holds all outcomes. */
async function found(header: PfileHeader | null): Promise<PfileHeader> {
  if (header === null) throw new RightsError("not-protected", "this file is not protected");
  return header;
}

const readWhole = async (file: Bytes) => found(await readPfileHeader(strictSource(file)));
const readPieces = (size: number) => async (file: Bytes) => {
  const { header, rest } = await readPfileStream(inPieces(file, size));
  const content = await collect(rest);
  expect(equalBytes(content, file.subarray(header?.contentOffset ?? 0))).toBe(true);
  return found(header);
};
const readers = {
  "at any place": readWhole,
  "in one piece": readPieces(1 << 24),
  "in pieces of 4093": readPieces(4093),
  "byte by byte": (file: Bytes) => (file.length < 100_000 ? readPieces(1) : readPieces(7))(file),
};

describe.each(vectors<Expected>("pfile"))("pfile $name: $comment", (vector) => {
  const file = fileOf(vector);

  it.each(Object.entries(readers))("read %s", async (_, read) => {
    const reading = read(file);
    expect(await outcome(reading)).toBe(vector.expect);
    if (vector.expect !== "success") return;
    const { version, extension, license, contentOffset, originalFileSize, metadataLength } = await reading;
    expect({
      version: `${version.major}.${version.minor}`,
      extension,
      license: toHex(license),
      contentOffset,
      originalFileSize: originalFileSize === null ? null : String(originalFileSize),
      metadataLength,
    }).toEqual({
      version: vector.version,
      extension: vector.extension,
      license: vector.license ?? "00".repeat(pfileLimits.license),
      contentOffset: vector.contentOffset,
      originalFileSize: vector.originalFileSize,
      metadataLength: vector.metadataLength,
    });
  });
});

const written = vectors<Expected>("pfile").filter(({ redirection }) => redirection !== undefined);

it.each(written)("$name is what the writer writes", ({ extension, license, redirection, contentOffset, ...vector }) => {
  const header = encodePfileHeader({ extension, license: fromHex(license!), redirection: fromHex(redirection!) });
  expect(toHex(header)).toBe(toHex(fileOf(vector).subarray(0, contentOffset)));
});

describe("a reader of PFILE", () => {
  const example = vectorFile("encodings/example.ptxt");

  it("finds the license of the whole example and writes its header again", async () => {
    const header = await readWhole(example);
    const { extension, license, contentOffset } = header;
    expect(extension).toBe(".txt");
    expect(license).toEqual(vectorFile("encodings/pl.xml"));
    expect(example.slice(contentOffset)).toEqual(vectorFile("encodings/content.bin"));
    const redirection = utf8("Protected file.\r\n");
    expect(encodePfileHeader({ extension, license, redirection })).toEqual(example.slice(0, contentOffset));
  });

  it("reads no content and no text in front", async () => {
    const source = strictSource(example);
    const header = await readPfileHeader(source);
    expect(source.readBytes).toBe(18 + 40 + ".txt".length + header!.license.length);
  });

  it("takes no more of a stream than the header needs, until the content is asked for", async () => {
    let taken = 0;
    async function* counted() {
      for await (const piece of inPieces(example, 100)) {
        taken += piece.length;
        yield piece;
      }
    }
    const { header, rest } = await readPfileStream(counted());
    expect(taken).toBeLessThan(header!.contentOffset + 100);
    expect(equalBytes(await collect(rest), example.subarray(header!.contentOffset))).toBe(true);
  });

  it("stops a stream that never ends at the bound it broke", async () => {
    let taken = 0;
    let closed = false;
    async function* endless() {
      const start = example.slice(0, 200);
      start.fill(0xff, 47, 51); // length of the license
      try {
        for (yield start; ; taken += 1000) yield new Uint8Array(1000);
      } finally {
        closed = true;
      }
    }
    expect(await outcome(readPfileStream(endless()))).toBe("pfile-malformed");
    expect([taken, closed]).toEqual([0, true]);
  });

  it("closes a stream whose content nobody reads to the end", async () => {
    let closed = false;
    async function* watched() {
      try {
        yield* inPieces(example, 1000);
      } finally {
        closed = true;
      }
    }
    const { rest } = await readPfileStream(watched());
    for await (const _ of rest) break;
    expect(closed).toBe(true);
  });

  it("takes a text of 64 KiB in front and none longer", async () => {
    const header = encodePfileHeader({ extension: "", license: utf8("x"), redirection: new Uint8Array(65_536) });
    expect(await outcome(readWhole(header))).toBe("success");
    const longer = concat(header.subarray(0, 18), new Uint8Array(1), header.subarray(18));
    const fields = new DataView(longer.buffer);
    fields.setUint32(14, 65_537, true);
    for (const at of [4, 12, 20, 32]) {
      const field = 18 + 65_537 + at;
      fields.setUint32(field, fields.getUint32(field, true) + 1, true);
    }
    expect(await outcome(readWhole(longer))).toBe("pfile-malformed");
  });

  it("refuses every prefix of the example's header, and reads the same from every longer one", async () => {
    const whole = await readWhole(example);
    for (let length = 0; length <= whole.contentOffset + 1; length += length > 100 && length < 10_000 ? 97 : 1) {
      const expected = length < 6 ? "not-protected" : length < whole.contentOffset ? "pfile-malformed" : "success";
      for (const read of [readWhole, readPieces(1009)])
        expect(await outcome(read(example.slice(0, length))), `${length} bytes`).toBe(expected);
    }
  });

  it("survives any damage with a code, the same for both readers", async () => {
    const file = fileOf(vectors<Expected>("pfile").find(({ name }) => name === "metadata-1024")!);
    const change = fc.tuple(fc.nat({ max: 90 }), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x4f, 0xff)));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(file.length), async (changes, cut) => {
        const damaged = file.slice(0, cut < 40 ? file.length - cut : file.length);
        for (const [at, value] of changes) damaged[at] = value;
        const whole = await outcome(readWhole(damaged));
        expect(await outcome(readPieces(13)(damaged))).toBe(whole);
        expect(isPfile(damaged)).toBe(whole !== "not-protected");
      }),
      { numRuns: times(2000) },
    );
  });

  it("survives anything behind the magic", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => {
        await outcome(readWhole(concat(utf8(".pfile"), tail)));
      }),
    );
  });
});

describe("a writer of PFILE", () => {
  const bytes = (maxLength: number, minLength = 0) =>
    fc.uint8Array({ minLength, maxLength }).map((values) => Uint8Array.from(values));

  it("is inverted by the reader", async () => {
    const extension = fc.oneof(fc.constant(""), fc.stringMatching(/^\.[ a-zA-Z0-9_.-]{0,40}[a-z0-9]$/));
    await fc.assert(
      fc.asyncProperty(
        extension,
        bytes(3000, 1),
        bytes(500),
        bytes(100),
        async (ext, license, redirection, content) => {
          const head = encodePfileHeader({ extension: ext, license, redirection });
          const header = await readPfileHeader(sourceOf(concat(head, content)));
          expect(header).toEqual({
            version: { major: 3, minor: 0 },
            extension: ext,
            license,
            contentOffset: head.length,
            originalFileSize: null,
            metadataLength: 0,
          });
        },
      ),
    );
  });

  it.each([
    ["an extension with a separator", { extension: "./x" }],
    ["an extension beyond ASCII", { extension: ".größe" }],
    ["an extension of 256 bytes", { extension: `.${"e".repeat(255)}` }],
    ["no license", { license: new Uint8Array(0) }],
    ["a license over 1 MiB", { license: new Uint8Array(pfileLimits.license + 1) }],
    ["a text over 64 KiB", { redirection: new Uint8Array(pfileLimits.redirection + 1) }],
  ])("refuses %s", (_, part) => {
    const good = { extension: ".txt", license: utf8("x"), redirection: utf8("") };
    expect(() => encodePfileHeader({ ...good, ...part })).toThrow(RightsError);
  });
});

describe("the text in front", () => {
  const text = (url: string | null) => new TextDecoder().decode(redirectionText(url));

  it("names the viewer's address", () => {
    expect(text("https://rms.contoso.example/view")).toContain("https://rms.contoso.example/view\r\n");
  });

  it.each([
    null,
    "https://bücher.example/größe?q=ä",
    "javascript:alert(1)",
    "no address",
    "https://a.example/\r\nSubject: x",
    `https://a.example/${"x".repeat(3000)}`,
  ])("is short ASCII in lines that end in CRLF for %j", (url) => {
    expect(text(url)).toMatch(/^(?:[ -~]+\r\n){2,3}$/);
    expect(text(url)).not.toContain("javascript");
    expect(redirectionText(url).length).toBeLessThan(4096);
  });
});
