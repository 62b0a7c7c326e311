import {
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  pbkdf2,
  randomBytes,
  sign,
} from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";
import type { Bytes } from "../../shared/bytes.js";

/** What whoever guesses the passphrase pays for each guess, for the key and for the seal over everything alike. */
const rounds = 200_000;
const saltBytes = 16;

const oids = {
  data: "1.2.840.113549.1.7.1",
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  hmacWithSha256: "1.2.840.113549.2.9",
  aes256Cbc: "2.16.840.1.101.3.4.1.42",
  sha256: "2.16.840.1.101.3.4.2.1",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
};

const { asn1 } = forge;
const { Type } = asn1;
type Asn1 = forge.Asn1;
const make = (type: number, value: string | Asn1[]): Asn1 =>
  asn1.create(asn1.Class.UNIVERSAL, type, typeof value !== "string", value);
const sequence = (...parts: Asn1[]): Asn1 => make(Type.SEQUENCE, parts);
const set = (...parts: Asn1[]): Asn1 => make(Type.SET, parts);
const oid = (name: keyof typeof oids): Asn1 => make(Type.OID, asn1.oidToDer(oids[name]).getBytes());
const octets = (bytes: Uint8Array): Asn1 => make(Type.OCTETSTRING, Buffer.from(bytes).toString("binary"));
const integer = (value: number): Asn1 => make(Type.INTEGER, asn1.integerToDer(value).getBytes());
const nothing = (): Asn1 => make(Type.NULL, "");
const explicit = (part: Asn1): Asn1 => asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [part]);
const derOf = (part: Asn1): Buffer => Buffer.from(asn1.toDer(part).getBytes(), "binary");

/** UTF-16, big-endian, as PKCS#12 takes passphrases. */
const bmp = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

/**
 * A PKCS#12 file with one private key, under PBES2 (PBKDF2 with HMAC-SHA-256, AES-256-CBC) and a SHA-256 MAC, and a
 * certificate about it, which programs that read such files expect.
 * @param name - what the key is called there.
 */
export async function encodePkcs12(pkcs8: Bytes, name: string, passphrase: string): Promise<Bytes> {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  const certificate = selfSigned(key, name);
  const attributes = attributesOf(name, createHash("sha256").update(certificate).digest());
  const bags = [
    bag("certificateBag", sequence(oid("x509Certificate"), explicit(octets(certificate))), attributes),
    bag("shroudedKeyBag", await shrouded(pkcs8, passphrase), attributes),
  ];
  const contents = sequence(...bags.map((one) => contentInfo(derOf(sequence(one)))));
  const safe = derOf(contents);
  return Uint8Array.from(derOf(sequence(integer(3), contentInfo(safe), macOf(safe, passphrase))));
}

const contentInfo = (content: Uint8Array): Asn1 => sequence(oid("data"), explicit(octets(content)));

const bag = (kind: "certificateBag" | "shroudedKeyBag", value: Asn1, attributes: Asn1): Asn1 =>
  sequence(oid(kind), explicit(value), attributes);

const attributesOf = (name: string, id: Uint8Array): Asn1 =>
  set(sequence(oid("friendlyName"), set(make(Type.BMPSTRING, name))), sequence(oid("localKeyId"), set(octets(id))));

async function shrouded(pkcs8: Bytes, passphrase: string): Promise<Asn1> {
  const [salt, iv] = [randomBytes(saltBytes), randomBytes(16)];
  const key = await promisify(pbkdf2)(passphrase, salt, rounds, 32, "sha256");
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const sealed = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  const derivation = sequence(octets(salt), integer(rounds), integer(32), sequence(oid("hmacWithSha256"), nothing()));
  const scheme = sequence(sequence(oid("pbkdf2"), derivation), sequence(oid("aes256Cbc"), octets(iv)));
  return sequence(sequence(oid("pbes2"), scheme), octets(sealed));
}

function macOf(content: Uint8Array, passphrase: string): Asn1 {
  const salt = randomBytes(saltBytes);
  const mac = createHmac("sha256", macKey(passphrase, salt)).update(content).digest();
  return sequence(sequence(sequence(oid("sha256"), nothing()), octets(mac)), octets(salt), integer(rounds));
}

/** RFC 7292 B.2 with SHA-256 for the 32 bytes of a MAC key (id 3): one block of output, so one run. */
function macKey(passphrase: string, salt: Uint8Array): Buffer {
  const block = 64;
  const filled = (bytes: Uint8Array) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
  const password = Buffer.concat([bmp(passphrase), Buffer.alloc(2)]);
  let hash: Buffer = Buffer.concat([Buffer.alloc(block, 3), filled(salt), filled(password)]);
  for (let round = 0; round < rounds; round++) hash = createHash("sha256").update(hash).digest();
  return hash;
}

/** Nobody trusts it for anything: it carries the public half and a name. Built by forge, signed by the platform. */
function selfSigned(key: KeyObject, name: string): Buffer {
  const { pki } = forge;
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.publicKeyFromPem(createPublicKey(key).export({ type: "spki", format: "pem" }).toString());
  certificate.serialNumber = `00${randomBytes(16).toString("hex")}`;
  certificate.validity = { notBefore: new Date(), notAfter: new Date(Date.UTC(2049, 11, 31)) };
  const named = [{ name: "commonName", value: name }];
  certificate.setSubject(named);
  certificate.setIssuer(named);
  certificate.setExtensions([{ name: "basicConstraints", cA: true }, { name: "subjectKeyIdentifier" }]);
  certificate.signatureOid = certificate.siginfo.algorithmOid = pki.oids.sha256WithRSAEncryption!;
  certificate.tbsCertificate = pki.getTBSCertificate(certificate);
  const body = derOf(certificate.tbsCertificate);
  certificate.md = forge.md.sha256.create();
  certificate.md.update(body.toString("binary"));
  certificate.signature = sign("sha256", body, key).toString("binary");
  return derOf(pki.certificateToAsn1(certificate));
}
