import { beforeAll, describe, expect, it } from "vitest";
import { type Bytes, sourceOf, utf8 } from "../../shared/bytes.js";
import { webEngine } from "../../shared/crypto/web-engine.js";
import { newId } from "../../shared/ids.js";
import { encodeTrailer, trailerLength } from "../../shared/license/edition.js";
import { encodePublishingLicense, openRightsData } from "../../shared/license/publishing-license.js";
import { verifyAccountCertificate, verifyPublishingLicense, verifyUseLicense } from "../../shared/license/trust.js";
import { encodeUseLicense } from "../../shared/license/use-license.js";
import { encodeChain, parseChain, parseDocument, signDocument } from "../../shared/license/xrml.js";
import { verify } from "../../shared/protect.js";
import { dayMs } from "../../shared/time.js";
import { authorOf, type Document, nowMs, Organisation, type Person, sealed } from "../license/organisation.js";
import { outcome } from "../vectors.js";

/**
 * Threats A and B: Mallory belongs to the organisation, holds a licensor key with a certificate, and may read Ada's
 * document, so she knows its content key. She takes a part of one document and puts it into another, signing again what
 * she can sign. In each case somebody would read or believe what they must not.
 */
let contoso: Organisation;
let ada: Person;
let bob: Person;
let mallory: Person;
let plan: Document; // Ada's, Mallory may only view it
let menu: Document; // Ada's second
let bait: Document; // Mallory's own

beforeAll(async () => {
  contoso = await Organisation.found();
  [ada, bob, mallory] = await Promise.all([contoso.person("ada"), contoso.person("bob"), contoso.person("mallory")]);
  const grants = [{ who: [mallory.address], rights: ["VIEW"] }];
  plan = await contoso.publish(ada, { grants });
  menu = await contoso.publish(ada, { grants });
  bait = await contoso.publish(mallory, { grants: [{ who: [mallory.address], rights: ["OWNER"] }] });
});

/** What the service does before it looks who is asking. */
async function openAsService(chain: Bytes): Promise<void> {
  const { license } = await verifyPublishingLicense(await parseChain(chain), contoso.trust);
  const contentKey = await contoso.unsealer.unseal(license.sealedContentKey);
  await openRightsData(license, contentKey!);
}

const bodyOf = (text: string): string => /<BODY .*<\/BODY>/s.exec(text)![0];
const partOf = (text: string, part: RegExp): string => part.exec(text)![0];
const sealedKey = /<ENABLINGBITS.*?<\/ENABLINGBITS>/;
const rightsData = /<AUTHENTICATEDDATA id="Encrypted-Rights-Data">.*?<\/AUTHENTICATEDDATA>/;
const issuer = /<ISSUER>.*?<\/ISSUER>/;
const labelData = /<AUTHENTICATEDDATA id="APPSPECIFIC" name="Sealwright.Label">.*?<\/AUTHENTICATEDDATA>/;

/** `of` with some parts taken from `from`, as Mallory's own license: her issuer, her signature, her certificate. */
async function splice(of: Document, from: Document, ...parts: RegExp[]): Promise<Bytes> {
  const [source] = from.texts;
  const body = parts.reduce((text, part) => text.replace(part, () => partOf(source!, part)), bodyOf(of.texts[0]!));
  return signedByMallory(body);
}

const signedByMallory = async (body: string): Promise<Bytes> =>
  encodeChain([await signDocument(body, mallory.licensor), mallory.licensorCertificate, contoso.serverCertificate]);

it("nothing is wrong with the three documents themselves", async () => {
  for (const document of [plan, menu, bait]) expect(await outcome(openAsService(document.bytes))).toBe("success");
});

describe("parts of one license in another, signed again", () => {
  it("1. another's sealed key: she would be owner of what opens Ada's content", async () => {
    expect(await outcome(openAsService(await splice(bait, plan, sealedKey)))).toBe("license-untrusted");
  });

  it("1b. another's sealed key, where she knows the content key and encrypts a policy of her own under it", async () => {
    const chain = [mallory.licensorCertificate, contoso.serverCertificate];
    const { license } = plan.verified;
    const of = { contentId: newId(), tenant: contoso.tenant, serviceAddress: license.serviceAddress, issuedMs: nowMs };
    const keys = { rawContentKey: plan.raw, tenantKey: license.tenantKey, issuerSubject: mallory.subject };
    const fields = { ...of, ...keys, cipher: license.cipher, label: null, policy: bait.policy, chain };
    const sealedContentKey = license.sealedContentKey;
    const { bytes } = await encodePublishingLicense(fields, mallory.licensor, { sealedContentKey });
    // It is a license of her own, over a key she has anyway; but Ada's content does not belong to it.
    expect(await outcome(openAsService(bytes))).toBe("success");
    const hers = await contoso.document(bytes, { contentId: fields.contentId, raw: plan.raw, policy: bait.policy });
    const region = await sealed(utf8("the plan"), plan, authorOf(ada));
    expect(await outcome(verify({ region: sourceOf(region) }, contoso.access(hers), webEngine))).toBe(
      "edition-invalid",
    );
    const body = region.slice(0, region.length - trailerLength(region));
    const own = await sealed(utf8("x"), hers, authorOf(mallory));
    const forged = new Uint8Array([...body, ...own.slice(own.length - trailerLength(own))]);
    expect(await outcome(verify({ region: sourceOf(forged) }, contoso.access(hers), webEngine))).toBe(
      "content-damaged",
    );
  });

  it("2. another's rights data: her document would say what Ada allowed", async () => {
    expect(await outcome(openAsService(await splice(bait, menu, rightsData)))).toBe("license-untrusted");
  });

  it("2b. sealed key and rights data together", async () => {
    expect(await outcome(openAsService(await splice(bait, plan, sealedKey, rightsData)))).toBe("license-untrusted");
  });

  it("3. another cipher: the reader would take a weaker way", async () => {
    const body = bodyOf(plan.texts[0]!).replace("SEALWRIGHT.GCM1M", "MICROSOFT.ECB");
    const hers = body.replace(issuer, () => partOf(bait.texts[0]!, issuer));
    expect(await outcome(openAsService(await signedByMallory(hers)))).toBe("license-untrusted");
    const asAdas = encodeChain([await signDocument(body, mallory.licensor), ...plan.texts.slice(1)]);
    expect(await outcome(openAsService(asAdas))).toBe("license-untrusted");
    const unsigned = encodeChain([plan.texts[0]!.replace("SEALWRIGHT.GCM1M", "MICROSOFT.ECB"), ...plan.texts.slice(1)]);
    expect(await outcome(openAsService(unsigned))).toBe("license-malformed");
  });

  it("4. another label: the document would pass for a harmless one", async () => {
    expect(await outcome(openAsService(await splice(plan, menu, labelData)))).toBe("license-untrusted");
    expect(await outcome(openAsService(await splice(await ownedBy(plan), menu, labelData)))).toBe("license-untrusted");
  });

  it("5. another issuer: she would be the one to whom no end applies", async () => {
    expect(await outcome(openAsService(await splice(plan, bait, issuer)))).toBe("license-untrusted");
    const otherName = bodyOf(bait.texts[0]!).replace(mallory.subject, ada.subject);
    expect(await outcome(openAsService(await signedByMallory(otherName)))).toBe("license-untrusted");
  });
});

/** The document with its issuer exchanged, so that only one more part differs from a license Mallory may sign. */
const ownedBy = async (document: Document): Promise<Document> => ({
  ...document,
  texts: [document.texts[0]!.replace(issuer, () => partOf(bait.texts[0]!, issuer)), ...document.texts.slice(1)],
});

describe("licenses, editions and certificates in another's place", () => {
  it("6. another body digest: a use license, and content, of another document", async () => {
    const terms = {
      v: 1 as const,
      time: "2026-11-24T12:00:00Z",
      author: { address: ada.address, name: "Ada" },
      cipher: "SEALWRIGHT.GCM1M",
      ext: ".txt",
      until: null,
      offlineUntil: null,
    };
    const of = { serial: newId(), tenant: contoso.tenant, subject: mallory.subject, rights: ["VIEW"], terms };
    const times = { issuedMs: nowMs, fromMs: nowMs, untilMs: nowMs + dayMs };
    const keys = { accountKey: mallory.account.publicKey, rawContentKey: menu.raw, mayStore: true };
    const document = { contentId: menu.contentId, licenseDigest: menu.verified.digest };
    const text = await encodeUseLicense({ ...of, ...times, ...keys, ...document }, contoso.signer);
    const use = await parseDocument(utf8(text));
    const wanted = { accountKey: mallory.account.publicKey, subject: mallory.subject, nowMs };
    const usedFor = ({ verified }: Document) =>
      outcome(verifyUseLicense(use, { ...wanted, license: verified.license }, contoso.trust));
    expect(await usedFor(menu)).toBe("success");
    expect(await usedFor(plan)).toBe("license-untrusted");
    const region = await sealed(utf8("the plan"), plan, authorOf(ada));
    const moved = { ...contoso.access(menu), contentKey: plan.contentKey };
    expect(await outcome(verify({ region: sourceOf(region) }, moved, webEngine))).toBe("edition-invalid");
  });

  it("7. another edition: content she made, under an edition Ada signed", async () => {
    const [first, second] = await Promise.all(
      ["the plan", "another"].map((text) => sealed(utf8(text), plan, authorOf(ada))),
    );
    const trailer = second!.slice(second!.length - trailerLength(second!));
    const spliced = new Uint8Array([...first!.slice(0, first!.length - trailerLength(first!)), ...trailer]);
    expect(await outcome(verify({ region: sourceOf(first!) }, contoso.access(plan), webEngine))).toBe("success");
    expect(await outcome(verify({ region: sourceOf(spliced) }, contoso.access(plan), webEngine))).toBe(
      "edition-invalid",
    );
  });

  it("8. another permit: one for a document she may edit, one of another editor", async () => {
    const permitForMenu = await contoso.permit(menu, mallory);
    const ofBob = await contoso.permit(plan, bob);
    for (const permit of [permitForMenu, ofBob]) {
      const region = await sealed(utf8("forged"), plan, authorOf(mallory, permit));
      expect(await outcome(verify({ region: sourceOf(region) }, contoso.access(plan), webEngine))).toBe(
        "edition-invalid",
      );
    }
    const good = await sealed(utf8("edited"), menu, authorOf(mallory, permitForMenu));
    expect(await outcome(verify({ region: sourceOf(good) }, contoso.access(menu), webEngine))).toBe("success");
  });

  it("8b. her own permit, and the name of another", async () => {
    const permit = await contoso.permit(menu, mallory);
    const author = { ...authorOf(mallory, permit), principal: { kind: "person", subject: ada.subject } as const };
    const region = await sealed(utf8("forged"), menu, author);
    expect(await outcome(verify({ region: sourceOf(region) }, contoso.access(menu), webEngine))).toBe(
      "edition-invalid",
    );
  });

  it("9. another type of certificate: what the tenant signed for one use, shown for another", async () => {
    const accountAsLicensor = encodeChain([bait.texts[0]!, mallory.accountCertificate, contoso.serverCertificate]);
    expect(await outcome(openAsService(accountAsLicensor))).toBe("license-malformed");
    const licensorAsAccount = await parseDocument(utf8(mallory.licensorCertificate));
    const verified = verifyAccountCertificate(licensorAsAccount, contoso.trust, nowMs);
    expect(await outcome(verified)).toBe("license-malformed");
    const region = await sealed(utf8("forged"), plan, authorOf(mallory, mallory.licensorCertificate));
    expect(await outcome(verify({ region: sourceOf(region) }, contoso.access(plan), webEngine))).toBe(
      "edition-invalid",
    );
    const permitAsLicensor = encodeChain([
      bait.texts[0]!,
      await contoso.permit(plan, mallory),
      contoso.serverCertificate,
    ]);
    expect(await outcome(openAsService(permitAsLicensor))).toBe("license-malformed");
    expect(() => encodeTrailer(mallory.licensorCertificate.repeat(8), null)).toThrow(/too long/);
  });
});
