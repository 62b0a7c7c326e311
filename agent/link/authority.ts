import { generateKeyPair, type KeyObject, randomBytes, sign } from "node:crypto";
import { userInfo } from "node:os";
import { promisify } from "node:util";
import forge from "node-forge";
import { dayMs } from "../../shared/time.js";

/**
 * A certificate for this computer's own name, and the authority that signed it: made for this one signature, its key is
 * forgotten at once. Browsers that trust it trust it for nothing but localhost (RFC 5280 §4.2.1.10).
 */
export interface LinkCertificate {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
}

/** Apple's systems take no certificate that lasts longer. */
const lifeMs = 825 * dayMs;
/** Clocks differ. */
const backMs = dayMs;

const makeKeys = promisify(generateKeyPair);
const newKeys = () => makeKeys("rsa", { modulusLength: 2048 });

/** @param nowMs - of this computer's clock. */
export async function makeCertificate(nowMs: number): Promise<LinkCertificate> {
  const [authority, own] = await Promise.all([newKeys(), newKeys()]);
  const validity = { notBefore: new Date(nowMs - backMs), notAfter: new Date(nowMs - backMs + lifeMs) };
  const name = authorityName(nowMs);
  const signer = { key: authority.privateKey, name };
  const root = certificateOf(authority.publicKey, name, validity);
  const rootId = root.generateSubjectKeyIdentifier().getBytes();
  root.setExtensions([
    { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
    { name: "subjectKeyIdentifier" },
    { id: nameConstraintsId, critical: true, value: onlyThisComputer() },
  ]);
  const leaf = certificateOf(own.publicKey, "localhost", validity);
  leaf.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: [dns("localhost"), ip("127.0.0.1"), ip("::1")] },
    { name: "subjectKeyIdentifier" },
    // forge's own way, `keyIdentifier: true`, names the certificate's key, not its signer's
    { name: "authorityKeyIdentifier", keyIdentifier: rootId },
  ]);
  return {
    key: own.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: signed(leaf, signer),
    authority: signed(root, signer),
  };
}

const authorityName = (nowMs: number): string =>
  `Sealwright on this computer, ${userInfo().username.slice(0, 20)}, ${new Date(nowMs).toISOString().slice(0, 10)}`;

const dns = (value: string) => ({ type: 2, value });
const ip = (address: string) => ({ type: 7, ip: address });

const named = (value: string) => [{ name: "commonName", value: value.slice(0, 64) }];

function certificateOf(key: KeyObject, name: string, validity: { notBefore: Date; notAfter: Date }) {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(key.export({ type: "spki", format: "pem" }).toString());
  certificate.serialNumber = `00${randomBytes(16).toString("hex")}`;
  certificate.validity = validity;
  certificate.setSubject(named(name));
  return certificate;
}

/** Built by forge, signed by the platform. */
function signed(certificate: forge.Certificate, { key, name }: { key: KeyObject; name: string }): string {
  const { pki, md, asn1 } = forge;
  certificate.setIssuer(named(name));
  certificate.signatureOid = certificate.siginfo.algorithmOid = pki.oids.sha256WithRSAEncryption!;
  certificate.tbsCertificate = pki.getTBSCertificate(certificate);
  const body = Buffer.from(asn1.toDer(certificate.tbsCertificate).getBytes(), "binary");
  certificate.md = md.sha256.create();
  certificate.md.update(body.toString("binary"));
  certificate.signature = sign("sha256", body, key).toString("binary");
  return pki.certificateToPem(certificate);
}

const nameConstraintsId = "2.5.29.30";
const loopback4 = Buffer.from("7f000001ffffffff", "hex"); // 127.0.0.1/32
const loopback6 = Buffer.from(`${"0".repeat(31)}1${"f".repeat(32)}`, "hex"); // ::1/128

/** NameConstraints with permitted subtrees alone: localhost, and its two addresses. */
function onlyThisComputer(): forge.Asn1 {
  const { Class, Type, create } = forge.asn1;
  const sequence = (...members: forge.Asn1[]) => create(Class.UNIVERSAL, Type.SEQUENCE, true, members);
  const subtree = (tag: number, value: string) => sequence(create(Class.CONTEXT_SPECIFIC, tag, false, value));
  const permitted = [
    subtree(2, "localhost"),
    subtree(7, loopback4.toString("binary")),
    subtree(7, loopback6.toString("binary")),
  ];
  return sequence(create(Class.CONTEXT_SPECIFIC, 0, true, permitted));
}
