import { describe, expect, it } from "vitest";
import { type Bytes, concat, fromBase64, utf8, utf16le } from "../../shared/bytes.js";
import { newRawContentKey, sealContentKey, signerOf } from "../../shared/crypto/keys.js";
import { newId } from "../../shared/ids.js";
import { encodeLicensorCertificate, encodeServerLicensorCertificate } from "../../shared/license/certificates.js";
import { encodeChain, parseChain } from "../../shared/license/xrml.js";
import type { ErrorAnswer } from "../../shared/protocol/service-api.js";
import { dayMs } from "../../shared/time.js";
import { newKeys, refusalOf } from "../service/licensing/device.js";
import { sharedService } from "../service/licensing/scratch-service.js";

/** Everything that can be wrong with a license has one answer, and no key comes with it (threats T2, T6, T7, T10). */

const shared = sharedService();
const grants = [{ who: ["project@trial.example"], rights: ["VIEW"] }];
const text = (bytes: Bytes): string => new TextDecoder().decode(bytes);

const answerTo = async (license: Bytes): Promise<ErrorAnswer> =>
  (await refusalOf(shared().devices.bob.use(license))).answer;

const invalid: ErrorAnswer = {
  code: "license-invalid",
  message: "this license does not hold here; ask whoever sent the file for a new copy",
};

/** A tenant that anybody can make: same id and names, other keys. */
async function madeUpTenant(tenant: string) {
  const keys = await newKeys("sign");
  const signer = signerOf(keys.publicKey, keys.privateKey);
  const times = { issuedMs: Date.now(), untilMs: Date.now() + 31 * dayMs };
  const about = { serial: newId(), tenant, ...times, key: keys.publicKey };
  const server = await encodeServerLicensorCertificate({ ...about, generation: 1, serviceAddress: "http://x" }, signer);
  return { signer, server, times };
}

const forgeries: Record<string, () => Promise<Bytes>> = {
  "nothing at all": async () => new Uint8Array(0),
  "no license": async () => utf8("hello"),
  "binary rubbish": async () => crypto.getRandomValues(new Uint8Array(5000)),
  "an endless run of spaces": async () => utf8(`<?xml version="1.0"?>${" ".repeat(900_000)}`),
  "deep nesting": async () => utf8(`<?xml version="1.0"?><XrML version="1.2" xmlns=""><BODY >${"<a>".repeat(100_000)}`),
  "its second half": async () => {
    const { license } = await shared().devices.ada.publish({ grants });
    return license.slice(license.length / 2);
  },
  "a character of its body changed": async () => {
    const { license } = await shared().devices.ada.publish({ grants });
    return utf8(text(license).replace("SEALWRIGHT.GCM1M", "SEALWRIGHT.GCM1N"));
  },
  "a character of its signature changed": async () => {
    const { license } = await shared().devices.ada.publish({ grants });
    const at = text(license).indexOf('size="2048">', text(license).indexOf("RSA PKCS#1-V1.5")) + 20;
    const other = text(license)[at] === "A" ? "B" : "A";
    return utf8(text(license).slice(0, at) + other + text(license).slice(at + 1));
  },
  "no certificates": async () => (await shared().devices.ada.publish({ grants }, { chain: [] })).license,
  "its licensor certificate only": async () => {
    const { ada } = shared().devices;
    return (await ada.publish({ grants }, { chain: [ada.licensorCertificate] })).license;
  },
  "somebody else's licensor certificate": async () => {
    const { ada, bob } = shared().devices;
    const { serverCertificates } = shared().service.parts.tenant;
    return (await ada.publish({ grants }, { chain: [bob.licensorCertificate, ...serverCertificates] })).license;
  },
  "an account certificate in place of the licensor's": async () => {
    const { ada } = shared().devices;
    const { serverCertificates } = shared().service.parts.tenant;
    return (await ada.publish({ grants }, { chain: [text(ada.accountCertificate), ...serverCertificates] })).license;
  },
  "two licenses in one": async () => {
    const { ada } = shared().devices;
    const [one, other] = [await ada.publish({ grants }), await ada.publish({ grants })];
    const documents = [...(await parseChain(one.license)), ...(await parseChain(other.license))];
    return encodeChain(documents.map((document) => document.text));
  },
  "its documents in another order": async () => {
    const { license } = await shared().devices.ada.publish({ grants });
    const documents = (await parseChain(license)).map((document) => document.text);
    return encodeChain(documents.reverse());
  },
  "a use license": async () => {
    const { ada } = shared().devices;
    const { license } = await ada.publish({ grants });
    const { answer } = await ada.use(license);
    const { serverCertificates } = shared().service.parts.tenant;
    return encodeChain([text(fromBase64(answer.useLicense, "internal")), ...serverCertificates]);
  },
  "an account certificate": async () => encodeChain([text(shared().devices.bob.accountCertificate)]),
  "a certificate a made-up tenant of the same id gave": async () => {
    const { ada } = shared().devices;
    const { tenant } = ada.discovery;
    const { signer, server, times } = await madeUpTenant(tenant);
    const about = { serial: newId(), tenant, ...times, subject: ada.certified.subject, key: ada.licensor.publicKey };
    const licensor = await encodeLicensorCertificate(about, signer);
    return (await ada.publish({ grants }, { chain: [licensor, server] })).license;
  },
  "a made-up tenant's own signature": async () => {
    const { ada } = shared().devices;
    const { signer, server } = await madeUpTenant(ada.discovery.tenant);
    const device = Object.create(ada, { licensor: { value: signer } }) as typeof ada;
    return (await device.publish({ grants }, { issuerSubject: null, chain: [server] })).license;
  },
  "another tenant's id": async () => (await shared().devices.ada.publish({ grants }, { tenant: newId() })).license,
  "a content key sealed to a key that is not the tenant's": async () => {
    const { publicKey: tenantKey } = await newKeys("unseal");
    return (await shared().devices.ada.publish({ grants }, { tenantKey })).license;
  },
  "a sealed content key that is not one": async () => {
    const sealedContentKey = crypto.getRandomValues(new Uint8Array(256));
    sealedContentKey[0] = 0;
    return (await shared().devices.ada.publish({ grants }, { sealedContentKey })).license;
  },
  "the sealed content key of somebody else's document": async () => {
    const { ada, olga } = shared().devices;
    const stolen = (await parseChain((await ada.publish({})).license))[0]!;
    const bits = /<ENABLINGBITS[^>]*><VALUE[^>]*>([^<]+)/.exec(stolen.body)![1]!;
    // Olga does not know the key, so whatever policy she writes is under another.
    const policy = { grants: [{ who: ["olga@outside.example"], rights: ["OWNER"] }] };
    return (await olga.publish(policy, { sealedContentKey: fromBase64(bits, "internal") })).license;
  },
  "rights data under another key than the sealed one": async () => {
    const { ada } = shared().devices;
    const { keyring } = shared().service.parts.tenant;
    const sealedContentKey = await sealContentKey(newRawContentKey(), keyring.active.custody.publicKey);
    return (await ada.publish({ grants }, { sealedContentKey })).license;
  },
  "a policy that names somebody else as issuer": async () => {
    const { ada, olga } = shared().devices;
    return (await olga.publish({ issuer: ada.certified.subject, grants })).license;
  },
  "a policy in somebody else's name, with their certificate": async () => {
    const { ada, olga } = shared().devices;
    const { serverCertificates } = shared().service.parts.tenant;
    const chain = [ada.licensorCertificate, ...serverCertificates];
    const issuerSubject = ada.certified.subject;
    return (await olga.publish({ issuer: issuerSubject, grants }, { issuerSubject, chain })).license;
  },
  "a date before its signer was certified": async () =>
    (await shared().devices.ada.publish({ grants, issuedMs: Date.now() - dayMs })).license,
  "a date after its signer's certificate ends": async () =>
    (await shared().devices.ada.publish({ grants, issuedMs: Date.now() + 32 * dayMs })).license,
  "a suite this service does not know": async () => {
    const { license } = await shared().devices.ada.publish({ grants });
    return utf8(text(license).replace('"Sealwright.Suite">1<', '"Sealwright.Suite">2<'));
  },
};

describe("one answer to every license that does not hold", () => {
  it.each(Object.keys(forgeries))("%s", async (name) => {
    expect(await answerTo(await forgeries[name]!())).toEqual(invalid);
  });

  it("and the same where a document is registered, followed or withdrawn", async () => {
    const { client } = shared().devices.ada;
    const license = await forgeries["no certificates"]!();
    for (const act of [client.register, client.track, client.revoke, client.restore])
      expect((await refusalOf(act(license))).answer).toEqual(invalid);
  });

  it("but the same text in another encoding is the same license", async () => {
    const { ada, bob } = shared().devices;
    const { license } = await ada.publish({ grants });
    const wide = concat(Uint8Array.of(0xff, 0xfe), utf16le(text(license).replace("\ufeff", "")));
    const answer = await bob.client.useLicense(wide, bob.accountCertificate);
    expect((await bob.open(wide, answer.useLicense)).use.rights).toEqual(["VIEW"]);
  });

  it("leaves a record of each, with nothing of the license in it", async () => {
    const { audit } = shared().service.parts;
    const { subject } = shared().devices.bob.certified;
    const records = await audit.events({ subject, action: "grant" });
    const refused = records.filter(({ result }) => result === "license-invalid");
    expect(refused.length).toBeGreaterThanOrEqual(Object.keys(forgeries).length - 1);
    expect(refused[0]).toMatchObject({ address: "bob@trial.example", ip: expect.any(String) });
  });
});
