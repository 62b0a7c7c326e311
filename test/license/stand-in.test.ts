import { describe, expect, it } from "vitest";
import { concat, fromHex, toBase64, toHex, utf8, utf16le } from "../../shared/bytes.js";
import { sealContent } from "../../shared/crypto/content-cipher.js";
import { encodeHeader } from "../../shared/crypto/content-layout.js";
import { sha256 } from "../../shared/crypto/keys.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { sealRightsData } from "../../shared/license/rights-data.js";
import * as example from "./worked-example.js";

/** The small example of docs/formats/content.md, over a stand-in license `<BODY>x</BODY>`, checked in Python too. */

const licenseDigest = await sha256(utf16le("<BODY>x</BODY>"));
const contentKey = await example.contentKey();

const bitsOf = async (salt: Uint8Array<ArrayBuffer>, info: Uint8Array<ArrayBuffer>) =>
  toHex(new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, contentKey, 256)));

async function sealed() {
  async function* plaintext() {
    yield utf8(example.plaintext);
  }
  const sealing = sealContent(plaintext(), { contentKey, licenseDigest }, webEngine, example.salt());
  const [header, segment, end] = [await sealing.next(), await sealing.next(), await sealing.next()];
  return [header, segment, end].map(({ value }) => toHex(value as Uint8Array));
}

describe("the small example", () => {
  it("D", () => expect(toHex(licenseDigest)).toBe("97f980903afa23c506171d99c8cd45aae3b92c737ac84c251993704c3a6e6032"));

  it("segment key", async () => {
    const info = concat(utf8("sealwright/segment/v1"), licenseDigest);
    const expected = "d3437f27f6257275002e916d15cc6b39619a2dd2f9ca909fbc1776fade64a29d";
    expect(await bitsOf(example.salt(), info)).toBe(expected);
  });

  it("header, segment 0, edition hash", async () => {
    expect(await sealed()).toEqual([
      "53574331140000000000000000000000404142434445464748494a4b4c4d4e4feb43d12121db3ddb7501fe0ee6b7c4cff61a490d7054c70b8b9c0ebf98dad6c4",
      "92f102b35a9763923deee1f3315c1f5420eb49d2df1483f7388e3a6aabf2340ba2ce59c776",
      "d4ff7180421f2607daec0d29c1617cd8840c603b47a3087fb873c0127252ae3e",
    ]);
    expect(toHex(await encodeHeader(contentKey, example.salt(), licenseDigest))).toBe((await sealed())[0]);
  });

  it("rights key and additional data", async () => {
    const expected = "62d7e5271b5e976cd384f42013e8f0add84d76d02c90255eeb699a404d3ceea3";
    expect(await bitsOf(new Uint8Array(0), utf8("sealwright/rights/v1"))).toBe(expected);
    const body = '<BODY><AUTHENTICATEDDATA id="Encrypted-Rights-Data"></AUTHENTICATEDDATA></BODY>';
    const additional = await sha256(utf16le(body));
    expect(toHex(additional)).toBe("6a437071039416c9f74ae9f1baaa76ee5224e626ce5eb73c96dc424983813410");
    // The rights data of the example are not padded, which no writer does; so they are made with the platform alone.
    const raw = fromHex(expected);
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
    const aes = { name: "AES-GCM", iv: example.rightsNonce(), additionalData: additional };
    const encrypted = new Uint8Array(await crypto.subtle.encrypt(aes, key, utf8('{"v":1}')));
    const value = toBase64(concat(example.rightsNonce(), encrypted));
    expect(value).toBe("MDEyMzQ1Njc4OTo7mEHMQunlEtoLxhrIEB/WuguiVyHgrzo=");
  });

  it("rights data are padded to 256 bytes", async () => {
    const policy = {
      v: 1 as const,
      issuer: example.ada,
      owner: "ada@contoso.example",
      family: example.contentId,
      ext: ".txt",
      grants: [],
      until: null,
      offlineDays: 7,
      template: null,
    };
    const element = await sealRightsData(policy, contentKey, { before: "<BODY>", after: "</BODY>" });
    const base64 = />([^<]*)</.exec(element)![1]!;
    expect(atob(base64).length).toBe(12 + 256 + 16);
  });
});
