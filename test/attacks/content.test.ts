import { beforeAll, describe, expect, it } from "vitest";
import { type Bytes, concat, fromHex, sourceOf, streamOf, utf8, utf16le } from "../../shared/bytes.js";
import { openContent } from "../../shared/crypto/content-cipher.js";
import { encodeHeader, headerBytes, sealedSegmentBytes, segmentBytes } from "../../shared/crypto/content-layout.js";
import { segmentNonce } from "../../shared/crypto/engine.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import type { RightsErrorCode } from "../../shared/errors.js";
import { encodePfileHeader, redirectionText } from "../../shared/format/pfile.js";
import { trailerLength } from "../../shared/license/edition.js";
import { encodePublishingLicense } from "../../shared/license/publishing-license.js";
import { verifyPublishingLicense } from "../../shared/license/trust.js";
import { encodeChain, parseChain, signDocument } from "../../shared/license/xrml.js";
import { type Access, consume, consumeStream } from "../../shared/protect.js";
import { authorOf, type Document, nowMs, Organisation, type Person, sealed } from "../license/organisation.js";
import { outcome } from "../vectors.js";

const long = process.env.SEALWRIGHT_LONG === "1";
const mib = segmentBytes;

let contoso: Organisation;
let ada: Person;
let mallory: Person;
let plan: Document;
let access: Access;

beforeAll(async () => {
  contoso = await Organisation.found();
  [ada, mallory] = await Promise.all([contoso.person("ada"), contoso.person("mallory")]);
  plan = await contoso.publish(ada, { grants: [{ who: [mallory.address], rights: ["VIEW"] }] });
  access = contoso.access(plan);
});

const splitRegion = (region: Bytes) => {
  const end = region.length - trailerLength(region);
  return { content: region.slice(0, end), trailer: region.slice(end) };
};

/** Bytes that say where they come from, so that any that is out of place shows. */
function pattern(length: number): Bytes {
  const bytes = new Uint8Array(length);
  const words = new Uint32Array(bytes.buffer, 0, Math.floor(length / 4));
  for (let at = 0; at < words.length; at++) words[at] = Math.imul(at, 2654435761);
  return bytes;
}

interface Read {
  code: "success" | RightsErrorCode;
  bytes: Bytes;
}

/** Reads both ways; also what left before the refusal, which must never be more than what was sealed. */
async function readBoth(region: Bytes): Promise<{ ranged: Read; streamed: Read }> {
  const gather = async (open: () => Promise<AsyncIterable<Bytes>>): Promise<Read> => {
    const pieces: Bytes[] = [];
    const reading = (async () => {
      for await (const piece of await open()) pieces.push(piece);
    })();
    return { code: await outcome(reading), bytes: concat(...pieces) };
  };
  return {
    ranged: await gather(async () => (await consume({ region: sourceOf(region) }, access, webEngine)).all()),
    streamed: await gather(async () => consumeStream(streamOf(sourceOf(region), 300_000), access, webEngine)),
  };
}

/** Both readers refuse; what left until then is the beginning of the plaintext, whole segments of it. */
async function refuses(region: Bytes, plaintext: Bytes, atMost: number, what: string): Promise<void> {
  const { ranged, streamed } = await readBoth(region);
  for (const { code, bytes } of [ranged, streamed]) {
    expect(code, what).toMatch(/^(content-damaged|edition-invalid)$/);
    expect(bytes.length, what).toBeLessThanOrEqual(atMost);
    expect(Buffer.compare(bytes, plaintext.subarray(0, bytes.length)), what).toBe(0);
  }
}

describe("T2: a reader who holds the content key makes content", () => {
  it.each([
    ["one byte other", (text: string) => text.replace("1", "2")],
    ["all other", () => "Ada leaves the company"],
    ["nothing", () => ""],
  ])("%s, under the edition as it was", async (_, forge) => {
    const text = "raise: 1 percent";
    const { trailer } = splitRegion(await sealed(utf8(text), plan, authorOf(ada)));
    const forged = splitRegion(await sealed(utf8(forge(text)), plan, authorOf(mallory)));
    const { ranged, streamed } = await readBoth(concat(forged.content, trailer));
    expect([ranged.code, streamed.code]).toEqual(["edition-invalid", "edition-invalid"]);
  });

  it("with an edition of his own, in his name or in hers", async () => {
    const inHerName = { ...authorOf(mallory), principal: authorOf(ada).principal };
    for (const author of [authorOf(mallory), inHerName]) {
      const { ranged } = await readBoth(await sealed(utf8("forged"), plan, author));
      expect(ranged).toEqual({ code: "edition-invalid", bytes: new Uint8Array(0) });
    }
  });

  it("under a policy of his own: the license is not hers any more", async () => {
    const { license } = plan.verified;
    const of = { contentId: plan.contentId, tenant: contoso.tenant, serviceAddress: license.serviceAddress };
    const keys = { rawContentKey: plan.raw, tenantKey: license.tenantKey, issuerSubject: ada.subject };
    const policy = { ...plan.policy, grants: [{ who: [mallory.address], rights: ["OWNER"] }] };
    const chain = [ada.licensorCertificate, contoso.serverCertificate];
    const fields = { ...of, ...keys, issuedMs: nowMs, cipher: license.cipher, label: license.label, policy, chain };
    const { bytes } = await encodePublishingLicense(fields, mallory.licensor);
    const verified = async () => verifyPublishingLicense(await parseChain(bytes), contoso.trust);
    expect(await outcome(verified())).toBe("license-untrusted");
  });
});

describe("T3: nothing of the content shows", () => {
  it("1 MB of zeros has no 16 bytes twice", async () => {
    const { content } = splitRegion(await sealed(new Uint8Array(3 * mib), plan, authorOf(ada)));
    const blocks = new Set<string>();
    const text = Buffer.from(content.buffer).toString("latin1");
    for (let at = headerBytes; at + 16 <= text.length; at += 16) blocks.add(text.slice(at, at + 16));
    expect(blocks.size).toBe(Math.floor((content.length - headerBytes) / 16));
  });

  it("the same content protected twice has nothing in common", async () => {
    const [first, second] = await Promise.all([1, 2].map(() => sealed(pattern(5000), plan, authorOf(ada))));
    const same = first!.subarray(headerBytes, 5000).filter((byte, at) => byte === second![headerBytes + at]);
    expect(same.length).toBeLessThan(100);
  });
});

describe("T4: segments moved, dropped, cut", () => {
  const size = 3 * mib + 777;
  const plaintext = pattern(size);
  let content: Bytes;
  let trailer: Bytes;
  let segments: Bytes[];
  beforeAll(async () => {
    ({ content, trailer } = splitRegion(await sealed(plaintext, plan, authorOf(ada))));
    segments = [0, 1, 2, 3].map((at) => content.slice(...boundsOf(at)));
  });
  const boundsOf = (at: number): [number, number] => [
    headerBytes + at * sealedSegmentBytes,
    headerBytes + (at + 1) * sealedSegmentBytes,
  ];
  const assemble = (order: readonly Bytes[]) => concat(content.slice(0, headerBytes), ...order, trailer);

  it("is whole before", async () => {
    const { ranged, streamed } = await readBoth(assemble(segments));
    for (const read of [ranged, streamed]) {
      expect(read.code).toBe("success");
      expect(Buffer.compare(read.bytes, plaintext)).toBe(0);
    }
  });

  it.each([
    [0, 1],
    [0, 2],
    [0, 3],
    [1, 2],
    [1, 3],
    [2, 3],
  ])("segments %i and %i swapped", async (one, other) => {
    const order = segments.map((segment, at) =>
      at === one ? segments[other]! : at === other ? segments[one]! : segment,
    );
    await refuses(assemble(order), plaintext, one * mib, "swapped");
  });

  it.each([0, 1, 2, 3])("segment %i dropped, or there twice", async (at) => {
    const dropped = segments.filter((_, index) => index !== at);
    await refuses(assemble(dropped), plaintext, at * mib, "dropped");
    const twice = segments.flatMap((segment, index) => (index === at ? [segment, segment] : [segment]));
    await refuses(assemble(twice), plaintext, at === 3 ? 3 * mib : (at + 1) * mib, "twice");
  });

  it("the last segment behind itself (two finals), and in the middle", async () => {
    await refuses(assemble([...segments.slice(0, 3), segments[3]!, segments[3]!]), plaintext, 3 * mib, "two finals");
    await refuses(assemble([segments[3]!, ...segments.slice(1)]), plaintext, 0, "final first");
  });

  it("without its last segment, with or without the edition", async () => {
    await refuses(assemble(segments.slice(0, 3)), plaintext, 2 * mib, "no final");
    await refuses(content.slice(0, headerBytes + 3 * sealedSegmentBytes), plaintext, 2 * mib, "no final, no edition");
  });

  it.each([0, 1, 15, 16, 17, 31, 32, 63, 64, 65, 79, 80, 81])("the first %i bytes alone", async (length) => {
    await refuses(content.slice(0, length), plaintext, 0, "prefix");
  });

  it("cut around every boundary", async () => {
    const whole = assemble(segments);
    const ends = [1, 2, 3].map((at) => headerBytes + at * sealedSegmentBytes);
    const cuts = [...ends, ...ends.map((end) => end - 16), content.length, content.length - 16, whole.length];
    for (const cut of cuts.flatMap((end) => [end - 1, end, end + 1]).filter((end) => end < whole.length))
      await refuses(whole.slice(0, cut), plaintext, cut < content.length ? 3 * mib : size, `cut at ${cut}`);
  });

  it("the content cut around every boundary, the edition kept", async () => {
    for (const end of [1, 2, 3, 4].map((at) => Math.min(content.length, headerBytes + at * sealedSegmentBytes)))
      for (const cut of [end - 17, end - 16, end - 1, end, end + 1].filter((at) => at < content.length))
        await refuses(concat(content.slice(0, cut), trailer), plaintext, 3 * mib, `cut at ${cut}`);
  });

  it("something behind the content, behind the edition", async () => {
    for (const garbage of [1, 15, 16, 17, 1000].map((length) => new Uint8Array(length))) {
      await refuses(concat(content, garbage, trailer), plaintext, 3 * mib, "behind the content");
      await refuses(concat(content, trailer, garbage), plaintext, 3 * mib, "behind the edition");
    }
  });

  it("an empty last segment behind full ones, made with the key", async () => {
    const info = concat(utf8("sealwright/segment/v1"), plan.verified.digest);
    const salt = new Uint8Array(16);
    const cipher = await webEngine.segmentCipher(plan.contentKey, salt, info);
    const parts = [await encodeHeader(plan.contentKey, salt, plan.verified.digest)];
    const whole = await cipher.seal(0, false, new Uint8Array(mib));
    const empty = await cipher.seal(1, true, new Uint8Array(0));
    const region = concat(...parts, whole.sealed, empty.sealed, trailer);
    await refuses(region, new Uint8Array(mib), mib, "empty last");
  });

  it.each([mib, 2 * mib])("exactly full: %i bytes have no empty segment behind them", async (length) => {
    const region = await sealed(pattern(length), plan, authorOf(ada));
    expect(splitRegion(region).content.length).toBe(headerBytes + (length / mib) * sealedSegmentBytes);
    expect((await readBoth(region)).streamed.code).toBe("success");
  });

  it("a range is proven too, and the length before it", async () => {
    const binding = { contentKey: plan.contentKey, licenseDigest: plan.verified.digest };
    const cut = content.slice(0, headerBytes + 2 * sealedSegmentBytes);
    expect(await outcome(openContent(sourceOf(cut), binding, webEngine))).toBe("content-damaged");
    const flipped = content.slice();
    flipped[headerBytes + sealedSegmentBytes + 5]! ^= 1;
    const opened = await openContent(sourceOf(flipped), binding, webEngine);
    const read = async (offset: number, length: number) => {
      for await (const piece of opened.range(offset, length))
        expect(Buffer.compare(piece, plaintext.subarray(offset, offset + piece.length))).toBe(0);
    };
    expect(await outcome(read(10, 100))).toBe("success");
    expect(await outcome(read(mib + 10, 100))).toBe("content-damaged");
  });
});

describe("T4: every bit", () => {
  const step = long ? 1 : 29; // coprime to 8, so that every bit of a byte is met
  it("of a small file", async () => {
    const plaintext = utf8("hello, protected text");
    const region = await sealed(plaintext, plan, authorOf(ada));
    const contentBits = splitRegion(region).content.length * 8;
    for (let bit = 0; bit < region.length * 8; bit += bit < contentBits ? 1 : step) {
      const flipped = region.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await refuses(flipped, plaintext, bit < contentBits ? 0 : plaintext.length, `bit ${bit}`);
    }
  }, 600_000);
});

describe("T5: one ciphertext that two keys open", () => {
  // GCM does not commit to its key: the second block is solved for, so that the tag fits under both keys.
  it("is refused by one of them, whatever its tag says", async () => {
    const [one, other] = [plan, await contoso.publish(ada)];
    const region = await sealed(utf8("for one key"), one, authorOf(ada));
    const { content } = splitRegion(region);
    const openWith = (key: CryptoKey, bytes: Bytes) =>
      outcome(openContent(sourceOf(bytes), { contentKey: key, licenseDigest: one.verified.digest }, webEngine));
    expect(await openWith(one.contentKey, content)).toBe("success");
    expect(await openWith(other.contentKey, content)).toBe("content-damaged");
    const twoFaced = await sealedForTwo(one, other);
    expect(await openWith(one.contentKey, twoFaced)).toBe("success");
    expect(await openWith(other.contentKey, twoFaced)).toBe("content-damaged");
    const otherFace = twoFaced.slice();
    otherFace.set(await encodeHeader(other.contentKey, new Uint8Array(16), one.verified.digest));
    expect(await openWith(other.contentKey, otherFace)).toBe("success"); // the tag alone would have let it through
    expect(await openWith(one.contentKey, otherFace)).toBe("content-damaged");
  });
});

/** Content of two blocks whose GCM tag is right under the segment keys of two content keys. */
async function sealedForTwo(one: Document, other: Document): Promise<Bytes> {
  const digest = one.verified.digest;
  const salt = new Uint8Array(16);
  const masks = await Promise.all([one, other].map(({ contentKey }) => gcmParts(contentKey, salt, digest)));
  const { ciphertext, tag } = twoKeyCiphertext(masks[0]!, masks[1]!);
  return concat(await encodeHeader(one.contentKey, salt, digest), ciphertext, tag);
}

interface GcmParts {
  /** Hash key: AES of the zero block. */
  h: bigint;
  /** AES of the first counter block, which covers the tag. */
  mask: bigint;
}

async function gcmParts(contentKey: CryptoKey, salt: Bytes, digest: Bytes): Promise<GcmParts> {
  const info = concat(utf8("sealwright/segment/v1"), digest);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt, info };
  const bits = new Uint8Array(await crypto.subtle.deriveBits(hkdf, contentKey, 256));
  const key = await crypto.subtle.importKey("raw", bits, "AES-CTR", false, ["encrypt"]);
  const block = async (counter: Bytes) =>
    numberOf(
      new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CTR", counter, length: 32 }, key, new Uint8Array(16))),
    );
  const first = concat(segmentNonce(0, true), Uint8Array.of(0, 0, 0, 1));
  return { h: await block(new Uint8Array(16)), mask: await block(first) };
}

const numberOf = (bytes: Bytes): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const blockOf = (number: bigint): Bytes => fromHex(number.toString(16).padStart(32, "0"));

/** Product in GCM's field: bit 127 of the number is the coefficient of x^0. */
function times(a: bigint, b: bigint): bigint {
  let [product, v] = [0n, b];
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= v;
    v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
  }
  return product;
}

/** a^(2^128 - 2), which is 1/a. */
function inverse(a: bigint): bigint {
  let [result, square] = [1n << 127n, a];
  for (let bit = 1; bit < 128; bit++) {
    square = times(square, square);
    result = times(result, square);
  }
  return result;
}

/** Tag = c1·H³ + c2·H² + len·H + mask. With c1 free, c2 follows from both tags being equal. */
function twoKeyCiphertext(one: GcmParts, other: GcmParts): { ciphertext: Bytes; tag: Bytes } {
  const c1 = 0x5ea1n;
  const length = 256n; // bits
  const square = (h: bigint) => times(h, h);
  const part = ({ h, mask }: GcmParts) => times(c1, times(h, square(h))) ^ times(length, h) ^ mask;
  const c2 = times(part(one) ^ part(other), inverse(square(one.h) ^ square(other.h)));
  const tag = part(one) ^ times(c2, square(one.h));
  return { ciphertext: concat(blockOf(c1), blockOf(c2)), tag: blockOf(tag) };
}

describe("T7: suite and cipher of the author's choice", () => {
  const resigned = async (from: string, to: string) => {
    const body = /<BODY .*<\/BODY>/s.exec(plan.texts[0]!)![0].replace(from, to);
    return encodeChain([await signDocument(body, ada.licensor), ...plan.texts.slice(1)]);
  };
  it.each(["0", "2", "01", "1 ", ""])("suite %j", async (suite) => {
    const chain = await resigned('Sealwright.Suite">1<', `Sealwright.Suite">${suite}<`);
    const verified = verifyPublishingLicense(await parseChain(chain), contoso.trust);
    expect(await outcome(verified)).toBe("license-unsupported");
  });

  it.each(["MICROSOFT.CBC4K", "MICROSOFT.ECB", "SEALWRIGHT.GCM1M ", "sealwright.gcm1m", ""])(
    "cipher %j: the content stays closed",
    async (cipher) => {
      const chain = await parseChain(await resigned("SEALWRIGHT.GCM1M", cipher));
      const verified = await verifyPublishingLicense(chain, contoso.trust);
      const region = sourceOf(await sealed(utf8("x"), plan, authorOf(ada)));
      const opening = consume({ region }, { ...access, verified }, webEngine);
      expect(await outcome(opening)).toBe("license-unsupported");
      const streaming = consumeStream(streamOf(region), { ...access, verified }, webEngine).next();
      expect(await outcome(streaming)).toBe("license-unsupported");
    },
  );
});

describe("T9: what a protected file tells without a key", () => {
  it("neither title, people, template, nor the extension inside the license", async () => {
    const names = [
      "Merger with Fabrikam.docx",
      "bob@contoso.example",
      "@fabrikam.example",
      "Top secret",
      "Only the board",
    ];
    const secret = await contoso.publish(ada, {
      name: names[0]!,
      ext: ".docx",
      grants: [{ who: [names[1]!, names[2]!], rights: ["VIEW"] }],
      texts: [{ lang: "en", name: names[3]!, description: names[4]! }],
      obligations: [{ type: "watermark", text: "Property of the board" }],
      referral: "mailto:legal@contoso.example",
    });
    const region = await sealed(utf8(`${names.join("\n")}\n`), secret, authorOf(ada));
    const redirection = redirectionText("https://rms.contoso.example/view");
    const header = encodePfileHeader({ extension: ".docx", license: secret.bytes, redirection });
    const file = Buffer.from(concat(header, region));
    const words = [...names, "Merger", "Fabrikam", "bob@", ada.address, "ada@", "Property", "legal@", "VIEW"];
    for (const word of words)
      for (const bytes of [utf8(word), utf16le(word), utf8(btoa(word).replace(/..?=*$/, ""))])
        expect(file.includes(Buffer.from(bytes)), word).toBe(false);
  });
});
