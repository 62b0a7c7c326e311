import { describe, expect, it } from "vitest";
import { LicenseReader } from "../../service/licensing/license-reader.js";
import type { Tenant } from "../../service/tenant.js";
import { BoundedCache } from "../../shared/bounded-cache.js";
import { type Bytes, utf8 } from "../../shared/bytes.js";
import { codeOf } from "../../shared/errors.js";
import { verifyLicensorCertificate, verifyPublishingLicense } from "../../shared/license/trust.js";
import { encodeChain, isSignedBy, parseChain, parseDocument, type XrmlDocument } from "../../shared/license/xrml.js";
import { dayMs } from "../../shared/time.js";
import { Organisation } from "../license/organisation.js";
import { scratchStore } from "../service/scratch.js";

/** What was found out once and is remembered must never speak for anything else (threats T6, T10). */

const organisation = await Organisation.found();
const ada = await organisation.person("ada");
const document = await organisation.publish(ada);
const code = (work: Promise<unknown>) => work.then(() => "believed", codeOf);
const verify = async (chain: readonly XrmlDocument[], { trust } = organisation) =>
  code(verifyPublishingLicense(chain, trust));

/** The reader of a service whose tenant believes `trust`, which a test may exchange. */
async function reader() {
  const keyring = { find: () => null }; // none of its keys was given up
  const tenant = { trust: organisation.trust, keyring } as unknown as { trust: Tenant["trust"] } & Tenant;
  const store = await scratchStore();
  return { tenant, store, reader: new LicenseReader(tenant, store) };
}

/** `text` with one character of its last base64 value, the signature, changed. */
function otherSignature(text: string): string {
  const at = text.lastIndexOf("</VALUE>") - 10;
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

describe("a license known to hold", () => {
  it("does not hold for whoever believes other keys, nor once the key is not believed any more", async () => {
    const { reader: licenses, tenant } = await reader();
    expect(await code(licenses.verify(document.bytes))).toBe("believed");
    tenant.trust = { ...organisation.trust, keys: new Map() };
    expect(await code(licenses.verify(document.bytes))).toBe("license-invalid");
    const { kid } = organisation.signer.publicKey;
    tenant.trust = { ...organisation.trust, keys: new Map([[kid, { generation: 1, archivedMs: 0 }]]) };
    expect(await code(licenses.verify(document.bytes))).toBe("license-invalid");
    tenant.trust = organisation.trust;
    expect(await code(licenses.verify(document.bytes))).toBe("believed");
  });

  it("does not hold once its signer's device is withdrawn", async () => {
    const { reader: licenses, store } = await reader();
    expect(await code(licenses.verify(document.bytes))).toBe("believed");
    const { serial } = await verifyLicensorCertificate(
      await parseDocument(utf8(ada.licensorCertificate)),
      organisation.trust,
      Date.parse("2026-11-24T12:00Z"),
    );
    await store.accounts.add({
      ...{ id: ada.subject, name: "Ada", addresses: [ada.address], administrator: false, state: "active" },
      passwordHash: null,
    });
    const { kid } = ada.account.publicKey;
    const kids = { accountKid: kid, deviceKid: kid, licensorKid: ada.licensor.publicKey.kid };
    const rest = { name: null, system: null, issued: 0, until: 1 };
    await store.devices.add({
      racSerial: "r",
      clcSerial: serial,
      person: ada.subject,
      proofKey: "p",
      ...kids,
      ...rest,
    });
    expect(await code(licenses.verify(document.bytes))).toBe("believed");
    const device = await store.devices.findByAccount("r");
    await store.devices.remove(device!.id, Date.now());
    expect(await code(licenses.verify(document.bytes))).toBe("license-invalid");
  });
});

describe("a document whose signature was found to fit", () => {
  it("is not believed by whoever believes other keys, though it is the very same document", async () => {
    const chain = await parseChain(document.bytes);
    expect(await verify(chain)).toBe("believed");
    const stranger = await Organisation.found();
    const trust = { tenant: organisation.tenant, keys: stranger.trust.keys };
    expect(await code(verifyPublishingLicense(chain, trust))).toBe("license-untrusted");
    expect(await code(verifyPublishingLicense(chain, { ...trust, keys: new Map() }))).toBe("license-untrusted");
  });

  it("is not signed by any other key, before or after", async () => {
    const [license] = await parseChain(document.bytes);
    const stranger = (await organisation.person("eve")).licensor.publicKey;
    expect(await isSignedBy(license!, stranger)).toBe(false);
    expect(await isSignedBy(license!, ada.licensor.publicKey)).toBe(true);
    expect(await isSignedBy(license!, stranger)).toBe(false);
    // a key that only calls itself by the right name
    expect(await isSignedBy(license!, { ...stranger, kid: ada.licensor.publicKey.kid })).toBe(false);
  });

  it("does not lend its signature to a copy", async () => {
    const [license] = await parseChain(document.bytes);
    expect(await isSignedBy(license!, ada.licensor.publicKey)).toBe(true);
    const forged = { ...license!, body: license!.body.replace("SEALWRIGHT.GCM1M", "SEALWRIGHT.GCM1N") };
    expect(await isSignedBy(forged, ada.licensor.publicKey)).toBe(false);
  });
});

describe("a certificate known by its text", () => {
  const known = new BoundedCache<XrmlDocument>(10);
  const read = (...texts: string[]): Promise<XrmlDocument[]> => parseChain(encodeChain(texts), known);
  const [license, licensor, server] = document.texts as [string, string, string];

  it("is the same document in the next chain, and the license itself is read anew", async () => {
    const [one, other] = [await read(license, licensor, server), await read(license, licensor, server)];
    expect(await verify(one)).toBe("believed");
    expect(other.slice(1)).toEqual(one.slice(1));
    expect(other.map((each, i) => each === one[i])).toEqual([false, true, true]);
  });

  it("with another signature is another document, and no certificate", async () => {
    expect(await verify(await read(license, licensor, server))).toBe("believed");
    expect(await verify(await read(license, otherSignature(licensor), server))).toMatch(
      /^license-(untrusted|malformed)$/,
    );
    expect(await verify(await read(license, licensor, otherSignature(server)))).toMatch(
      /^license-(untrusted|malformed)$/,
    );
  });

  it("does not vouch for a license made when it was not valid", async () => {
    const [, certificate] = await read(license, licensor, server);
    const at = (days: number) =>
      code(verifyLicensorCertificate(certificate!, organisation.trust, Date.now() + days * dayMs));
    const made = Date.parse("2026-11-24T12:00Z");
    expect(await code(verifyLicensorCertificate(certificate!, organisation.trust, made))).toBe("believed");
    expect(await at(3650)).toBe("license-untrusted");
    expect(await code(verifyLicensorCertificate(certificate!, organisation.trust, made - 100 * dayMs))).toBe(
      "license-untrusted",
    );
  });

  it("does not vouch for another signer", async () => {
    await read(license, licensor, server);
    const eve = await organisation.person("eve");
    const forged = await organisation.publish({ ...ada, licensor: eve.licensor }).catch(codeOf);
    expect(forged).toBe("license-untrusted"); // signed by Eve, with Ada's name and certificate
  });

  it("does not take the place of a license, nor the other way round", async () => {
    await read(license, licensor, server);
    expect(await verify(await read(licensor, server))).toBe("license-malformed");
    expect(await verify(await read(license, license, server))).toBe("license-malformed");
  });
});

it("a public key known by its text still has the size that stands beside it", async () => {
  const [license, licensor, server] = document.texts as [string, string, string];
  const wrong = (text: string): Bytes => {
    const modulus = text.indexOf('name="modulus"');
    return encodeChain([
      text.slice(0, modulus) + text.slice(modulus).replace('size="2048"', 'size="3072"'),
      licensor,
      server,
    ]);
  };
  expect(await code(parseChain(document.bytes).then(verify))).toBe("believed");
  expect(await code(parseChain(wrong(license)))).toBe("license-malformed");
});
