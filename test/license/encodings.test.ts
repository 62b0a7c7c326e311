import { describe, expect, it } from "vitest";
import { type Bytes, collect, concat, fromBase64, sourceOf, toBase64, toHex, utf8 } from "../../shared/bytes.js";
import { sealContent } from "../../shared/crypto/content-cipher.js";
import { segmentNonce } from "../../shared/crypto/engine.js";
import { sha256, shownKeyId } from "../../shared/crypto/keys.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { encodePfileHeader, redirectionText } from "../../shared/format/pfile.js";
import {
  encodeAccountCertificate,
  encodeLicensorCertificate,
  encodeServerLicensorCertificate,
  parseServerLicensorCertificate,
} from "../../shared/license/certificates.js";
import { encodeEdition, encodeTrailer } from "../../shared/license/edition.js";
import { encodePublishingLicense, openRightsData } from "../../shared/license/publishing-license.js";
import {
  verifyAccountCertificate,
  verifyLicensorCertificate,
  verifyPublishingLicense,
  verifyUseLicense,
} from "../../shared/license/trust.js";
import { encodeUseLicense } from "../../shared/license/use-license.js";
import { parseChain, parseDocument } from "../../shared/license/xrml.js";
import { parsePolicy } from "../../shared/policy.js";
import { consume, readProtected } from "../../shared/protect.js";
import { vectorFile } from "../vectors.js";
import * as example from "./worked-example.js";

const file = (name: string): Bytes => vectorFile(`encodings/${name}`);
const text = (name: string): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(file(name));
const hash = async (name: string) => toHex(await sha256(file(name)));
const { ada, bob, contentId, serviceAddress, tenant, trust } = example;

const tenantSigner = await example.signerFrom(text("tenant.pem"));
const adaSigner = await example.signerFrom(text("ada-licensor.pem"));
const bobUnsealer = await example.unsealerFrom(text("bob-account.pem"));
const contentKey = await example.contentKey();
const nowMs = Date.parse("2026-11-24T00:00Z");
const device = { issuedMs: Date.parse("2026-11-20T08:00Z"), untilMs: Date.parse("2026-12-21T08:00Z"), tenant };
const policy = parsePolicy(file("policy.json"));
const verified = await verifyPublishingLicense(await parseChain(file("pl.xml")), trust);

describe("the published files are the published files", () => {
  it.each([
    ["pl.xml", "3fecda47f4787385135434abe06297b689b235754c4ff830cb7aaacbef571370"],
    ["ul.xml", "265c2723490b0ff3d769826ef93e6ee67951daa8eec1e1ce1582302565b1a5c4"],
    ["example.ptxt", "154b29f9f9265d0b1b953c73d9ccc2b372ac9f4aad4ffe53923d151fe3bf77ee"],
  ])("%s", async (name, expected) => expect(await hash(name)).toBe(expected));

  it("names the tenant's key", () => {
    expect(tenantSigner.publicKey.kid).toBe(example.tenantKid);
    expect(shownKeyId(example.tenantKid)).toMatch(/^(?:[0-9a-f]{4} ){7}[0-9a-f]{4}$/);
  });
});

describe("read", () => {
  it("SLC", async () => {
    const slc = await parseServerLicensorCertificate(await parseDocument(file("slc.xml")));
    expect(slc).toMatchObject({
      tenant,
      generation: 1,
      serviceAddress,
      serial: "00000000-0000-4000-8000-000000000001",
    });
    expect(slc.key.kid).toBe(example.tenantKid);
  });

  it("RAC", async () => {
    const rac = await verifyAccountCertificate(await parseDocument(file("rac.xml")), trust, nowMs);
    expect(rac).toMatchObject({ subject: bob, address: "bob@contoso.example", dpop: null });
    expect(rac.key.kid).toBe(bobUnsealer.publicKey.kid);
  });

  it("CLC", async () => {
    const clc = await verifyLicensorCertificate(await parseDocument(file("clc.xml")), trust, nowMs);
    expect(clc).toMatchObject({ subject: ada, serial: "00000000-0000-4000-8000-000000000002" });
  });

  it("PL", async () => {
    expect(toHex(verified.digest)).toBe("2c8d635c3162da659e6c7af493669f403901cd3cadba4adc1d1dfe34b3470788");
    expect(verified.license).toMatchObject({ contentId, tenant, suite: 1, cipher: "SEALWRIGHT.GCM1M", serviceAddress });
    expect(verified.license.label).toBe(example.label);
    expect(verified.issuer).toMatchObject({ subject: ada, certificateSerial: "00000000-0000-4000-8000-000000000002" });
    expect(await openRightsData(verified.license, contentKey)).toEqual(policy);
  });

  it("the content key sealed to the tenant, in the PL", async () => {
    const unsealer = await example.unsealerFrom(text("tenant.pem"));
    const unsealed = await unsealer.unseal(verified.license.sealedContentKey);
    expect(await openRightsData(verified.license, unsealed!)).toEqual(policy);
  });

  it("UL, and with its key the whole file", async () => {
    const wanted = { license: verified.license, accountKey: bobUnsealer.publicKey, subject: bob, nowMs };
    const use = await verifyUseLicense(await parseDocument(file("ul.xml")), wanted, trust);
    expect(use.rights).toEqual(["VIEW"]);
    expect(use.mayStore).toBe(true);
    expect(use.terms.author).toEqual({ address: "ada@contoso.example", name: "Ada Lovelace" });
    const { license, extension, region } = await readProtected(sourceOf(file("example.ptxt")));
    expect(extension).toBe(".txt");
    expect(toBase64(license)).toBe(toBase64(file("pl.xml")));
    const access = { verified, contentKey: (await bobUnsealer.unseal(use.sealedContentKey))!, trust };
    const content = await collect((await consume({ region }, access, webEngine)).all());
    expect(new TextDecoder().decode(content)).toBe(example.plaintext);
  });
});

/** What `ENABLINGBITS` holds is drawn at random, so it is taken from the file. */
const sealedIn = (name: string): Bytes =>
  fromBase64(/sealed-key-v2"><VALUE[^>]*>([^<]*)/.exec(text(name))![1]!, "internal");

const publish = () =>
  encodePublishingLicense(
    {
      contentId,
      tenant,
      serviceAddress,
      issuedMs: Date.parse("2026-11-23T09:00Z"),
      cipher: "SEALWRIGHT.GCM1M",
      label: example.label,
      policy,
      rawContentKey: example.rawContentKey(),
      tenantKey: tenantSigner.publicKey,
      issuerSubject: ada,
      chain: [text("clc.xml"), text("slc.xml")],
    },
    adaSigner,
    { nonce: example.rightsNonce(), sealedContentKey: sealedIn("pl.xml") },
  );

async function contentRegion(): Promise<Bytes> {
  const parts: Bytes[] = [];
  const binding = { contentKey, licenseDigest: verified.digest };
  const sealing = sealContent(streamOfText(), binding, webEngine, example.salt());
  let next = await sealing.next();
  for (; !next.done; next = await sealing.next()) parts.push(next.value);
  const of = { contentId, issuedMs: Date.parse("2026-11-23T09:00Z"), licenseDigest: verified.digest };
  const fields = { ...of, number: 1, previous: new Uint8Array(0), contentHash: next.value };
  const edition = await encodeEdition({ ...fields, signer: { kind: "person", subject: ada } }, adaSigner);
  return concat(...parts, encodeTrailer(edition, null));
}

async function* streamOfText() {
  yield utf8(example.plaintext);
}

describe("written again, byte for byte", () => {
  it("SLC", async () => {
    const fields = { tenant, serviceAddress, generation: 1, key: tenantSigner.publicKey };
    const times = { issuedMs: Date.parse("2026-11-01T00:00Z"), untilMs: Date.parse("2036-11-01T00:00Z") };
    const of = { ...fields, ...times, serial: "00000000-0000-4000-8000-000000000001" };
    expect(await encodeServerLicensorCertificate(of, tenantSigner)).toBe(text("slc.xml"));
  });

  it("RAC", async () => {
    const fields = { ...device, subject: bob, address: "bob@contoso.example", dpop: null, key: bobUnsealer.publicKey };
    const of = { ...fields, serial: "00000000-0000-4000-8000-000000000003" };
    expect(await encodeAccountCertificate(of, tenantSigner)).toBe(text("rac.xml"));
  });

  it("CLC", async () => {
    const of = { ...device, subject: ada, key: adaSigner.publicKey, serial: "00000000-0000-4000-8000-000000000002" };
    expect(await encodeLicensorCertificate(of, tenantSigner)).toBe(text("clc.xml"));
  });

  it("PL with its chain", async () => {
    const { bytes, digest } = await publish();
    expect(toHex(bytes)).toBe(toHex(file("pl.xml")));
    expect(toHex(digest)).toBe(toHex(verified.digest));
  });

  it("UL", async () => {
    const terms = {
      v: 1 as const,
      time: "2026-11-23T10:00:00Z",
      author: { address: "ada@contoso.example", name: "Ada Lovelace" },
      cipher: "SEALWRIGHT.GCM1M",
      ext: ".txt",
      until: null,
      offlineUntil: "2026-11-30T10:00:00Z",
    };
    const of = {
      serial: "00000000-0000-4000-8000-000000000004",
      tenant,
      contentId,
      licenseDigest: verified.digest,
      issuedMs: Date.parse("2026-11-23T10:00Z"),
      fromMs: Date.parse("2026-11-23T09:55Z"),
      untilMs: Date.parse("2026-11-30T10:00Z"),
      rights: ["VIEW"],
      subject: bob,
      accountKey: bobUnsealer.publicKey,
      rawContentKey: example.rawContentKey(),
      terms,
      mayStore: true,
    };
    const written = await encodeUseLicense(of, tenantSigner, { sealedContentKey: sealedIn("ul.xml") });
    expect(written).toBe(text("ul.xml"));
  });

  it("content region", async () => expect(toHex(await contentRegion())).toBe(toHex(file("content.bin"))));

  it("the whole protected file", async () => {
    const { bytes: license } = await publish();
    const redirection = redirectionIn(file("example.ptxt"));
    const header = encodePfileHeader({ extension: ".txt", license, redirection });
    expect(toHex(concat(header, await contentRegion()))).toBe(toHex(file("example.ptxt")));
  });
});

/** The text for people, which each writer words on its own. */
function redirectionIn(bytes: Bytes): Bytes {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(14, true);
  expect(length).toBeLessThan(redirectionText("https://rms.contoso.example/view").length + 500);
  return bytes.slice(18, 18 + length);
}

describe("the number of a segment in its nonce", () => {
  it.each([
    [0, false, "000000000000000000000000"],
    [0, true, "000000000000000000000001"],
    [1, false, "000000000000000000000100"],
    [256, true, "000000000000000000010001"],
    [2 ** 32 + 2, false, "000000000000010000000200"],
  ])("%i, last %s", (index, last, expected) => expect(toHex(segmentNonce(index, last))).toBe(expected));
});
