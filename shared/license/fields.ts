import { BoundedCache } from "../bounded-cache.js";
import { type Bytes, fromBase64, toBase64 } from "../bytes.js";
import { type PublicKey, publicKeyFromModulus } from "../crypto/keys.js";
import { isId, parseBracedId } from "../ids.js";
import { minuteTime, parseMinuteTime } from "../time.js";
import { type ElementReader, escapeXml, malformed } from "./xml.js";

/** The parts that all documents share, each written and read in one place. Times in milliseconds, ids bare. */

const code = "license-malformed";

/** Who a key belongs to: the tenant, or a person by subject id (and, in an account certificate, address). */
export type Principal =
  | { readonly kind: "tenant"; readonly tenant: string }
  | { readonly kind: "person"; readonly subject: string; readonly address?: string };

export const bracedId = (id: string): string => `<ID type="MS-GUID">{${id}}</ID>`;

export const readId = (reader: ElementReader): string => parseBracedId(reader.text("ID", { type: "MS-GUID" }), code);

export const object = (type: string, content: string): string => `<OBJECT type="${type}">${content}</OBJECT>`;

const publicKeyTexts = new WeakMap<PublicKey, string>();

export function publicKey(key: PublicKey): string {
  const known = publicKeyTexts.get(key);
  if (known !== undefined) return known;
  const text = publicKeyText(key);
  publicKeyTexts.set(key, text);
  return text;
}

const publicKeyText = (key: PublicKey): string =>
  '<PUBLICKEY><ALGORITHM>RSA</ALGORITHM><PARAMETER name="public-exponent"><VALUE encoding="integer32">65537</VALUE>' +
  `</PARAMETER><PARAMETER name="modulus"><VALUE encoding="base64" size="${key.bits}">` +
  `${toBase64(Uint8Array.from(key.modulus).reverse())}</VALUE></PARAMETER></PUBLICKEY>`;

/** The modulus stands in little-endian order, exactly as long as the key. */
export async function readPublicKey(parent: ElementReader): Promise<PublicKey> {
  const reader = parent.child("PUBLICKEY");
  if (reader.text("ALGORITHM") !== "RSA") throw malformed("a key is not RSA");
  const exponent = reader.child("PARAMETER", { name: "public-exponent" });
  if (exponent.text("VALUE", { encoding: "integer32" }) !== "65537") throw malformed("a key's exponent is not 65537");
  const parameter = reader.child("PARAMETER", { name: "modulus" });
  const value = parameter.child("VALUE", { encoding: "base64", size: null });
  for (const part of [reader, exponent, parameter]) part.end();
  const key = await keyOf(value.ownText());
  if (value.attribute("size") !== String(key.bits)) throw malformed("a key has another size than it says");
  return key;
}

/** The same few keys stand in most licenses. By their whole text, which says all there is to say about a key. */
const keys = new BoundedCache<PublicKey>(2000);

async function keyOf(text: string): Promise<PublicKey> {
  const known = keys.get(text);
  if (known) return known;
  const key = await publicKeyFromModulus(fromBase64(text, code).reverse());
  keys.set(text, key);
  return key;
}

/** The next `VALUE`, base64, whose `size` attribute must be its length in bits. */
export function readSizedBase64(parent: ElementReader): { bytes: Bytes; bits: number } {
  const value = parent.child("VALUE", { encoding: "base64", size: null });
  const bytes = fromBase64(value.ownText(), code);
  if (value.attribute("size") !== String(bytes.length * 8)) throw malformed("a value has another size than it says");
  return { bytes, bits: bytes.length * 8 };
}

export function principalObject(principal: Principal): string {
  if (principal.kind === "tenant") return object("MS-DRM-Server", bracedId(principal.tenant));
  const name = principal.address === undefined ? "" : `<NAME>${escapeXml(principal.address)}</NAME>`;
  return object("Group-Identity", `<ID type="Sealwright">${principal.subject}</ID>${name}`);
}

export function readPrincipal(parent: ElementReader): Principal {
  const reader = parent.child("OBJECT", { type: null });
  if (reader.attribute("type") === "MS-DRM-Server") {
    const tenant = readId(reader);
    reader.end();
    return { kind: "tenant", tenant };
  }
  if (reader.attribute("type") !== "Group-Identity") throw malformed("an issuer of an unknown kind");
  const subject = reader.text("ID", { type: "Sealwright" });
  const address = reader.optional("NAME")?.ownText();
  reader.end();
  if (!isId(subject)) throw malformed("a subject id is not spelled as it must be");
  return { kind: "person", subject, ...(address === undefined ? {} : { address }) };
}

export const issuer = (principal: Principal, key: PublicKey): string =>
  `<ISSUER>${principalObject(principal)}${publicKey(key)}</ISSUER>`;

export async function readIssuer(body: ElementReader): Promise<{ principal: Principal; key: PublicKey }> {
  const reader = body.child("ISSUER");
  const principal = readPrincipal(reader);
  const key = await readPublicKey(reader);
  reader.end();
  return { principal, key };
}

const tenantLevel = (tenant: string): string => `<SECURITYLEVEL name="Tenant-ID" value="{${tenant}}"/>`;

/** Whom a document is for; `enablingBits` is the content key sealed to that key, where the document carries one. */
export const issuedPrincipals = (principal: Principal, key: PublicKey, tenant: string, sealed?: Bytes): string =>
  `<ISSUEDPRINCIPALS><PRINCIPAL internal-id="1">${principalObject(principal)}${publicKey(key)}${tenantLevel(tenant)}` +
  `${sealed === undefined ? "" : enablingBits(sealed)}</PRINCIPAL></ISSUEDPRINCIPALS>`;

export async function readIssuedPrincipals(body: ElementReader, withKey: boolean) {
  const list = body.child("ISSUEDPRINCIPALS");
  const reader = list.child("PRINCIPAL", { "internal-id": "1" });
  const principal = readPrincipal(reader);
  const key = await readPublicKey(reader);
  const level = reader.child("SECURITYLEVEL", { name: "Tenant-ID", value: null });
  const tenant = parseBracedId(level.attribute("value"), code);
  const sealed = withKey ? readEnablingBits(reader, key) : new Uint8Array(0);
  for (const part of [level, reader, list]) part.end();
  return { principal, key, tenant, sealed };
}

export const enablingBits = (sealed: Bytes): string =>
  `<ENABLINGBITS type="sealed-key-v2"><VALUE encoding="base64" size="${sealed.length * 8}">${toBase64(sealed)}` +
  "</VALUE></ENABLINGBITS>";

export function readEnablingBits(parent: ElementReader, key: PublicKey): Bytes {
  const reader = parent.child("ENABLINGBITS", { type: "sealed-key-v2" });
  const { bytes, bits } = readSizedBase64(reader);
  reader.end();
  if (bits !== key.bits) throw malformed("a sealed key has another size than the key it is sealed to");
  return bytes;
}

export const issuedTime = (ms: number): string => `<ISSUEDTIME>${minuteTime(ms)}</ISSUEDTIME>`;
export const readIssuedTime = (body: ElementReader): number => parseMinuteTime(body.text("ISSUEDTIME"), code);

const range = (fromMs: number, untilMs: number): string =>
  `<FROM>${minuteTime(fromMs)}</FROM><UNTIL>${minuteTime(untilMs)}</UNTIL>`;

export const validityTime = (fromMs: number, untilMs: number): string =>
  `<VALIDITYTIME>${range(fromMs, untilMs)}</VALIDITYTIME>`;

export const rangeTime = (fromMs: number, untilMs: number): string =>
  `<CONDITIONLIST><TIME><RANGETIME>${range(fromMs, untilMs)}</RANGETIME></TIME></CONDITIONLIST>`;

export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

function readRange(reader: ElementReader): TimeRange {
  const fromMs = parseMinuteTime(reader.text("FROM"), code);
  const untilMs = parseMinuteTime(reader.text("UNTIL"), code);
  reader.end();
  return { fromMs, untilMs };
}

export const readValidityTime = (body: ElementReader): TimeRange => readRange(body.child("VALIDITYTIME"));

export function readRangeTime(right: ElementReader): TimeRange {
  const conditions = right.child("CONDITIONLIST");
  const time = conditions.child("TIME");
  const found = readRange(time.child("RANGETIME"));
  time.end();
  conditions.end();
  return found;
}

export const descriptor = (type: string, id: string): string =>
  `<DESCRIPTOR>${object(type, bracedId(id))}</DESCRIPTOR>`;

/** The id in a descriptor of exactly this type: half of what tells one kind of document from another. */
export function readDescriptor(body: ElementReader, type: string): string {
  const reader = body.child("DESCRIPTOR");
  const named = reader.child("OBJECT", { type });
  const id = readId(named);
  named.end();
  reader.end();
  return id;
}

const points = {
  "License-Acquisition-URL": "0F45FD50-383B-43EE-90A4-ED013CD0CFE5",
  "Extranet-License-Acquisition-URL": "94BF969A-CA04-44d6-AA96-51071281FEF2",
} as const;

/** Where the service is, once for readers inside and once for those outside, as existing readers look it up. */
export const distributionPoints = (serviceAddress: string): string =>
  Object.entries(points)
    .map(([type, id]) => {
      const name = `<NAME>DRM Server Cluster</NAME><ADDRESS type="URL">${escapeXml(serviceAddress)}</ADDRESS>`;
      return `<DISTRIBUTIONPOINT>${object(type, bracedId(id) + name)}</DISTRIBUTIONPOINT>`;
    })
    .join("");

export function readDistributionPoints(body: ElementReader): string {
  const addresses = Object.entries(points).map(([type, id]) => {
    const point = body.child("DISTRIBUTIONPOINT");
    const reader = point.child("OBJECT", { type });
    if (reader.text("ID", { type: "MS-GUID" }) !== `{${id}}`) throw malformed("a distribution point has another id");
    if (reader.text("NAME") !== "DRM Server Cluster") throw malformed("a distribution point has another name");
    const address = reader.text("ADDRESS", { type: "URL" });
    reader.end();
    point.end();
    return address;
  });
  if (addresses[0] !== addresses[1] || addresses[0]!.length > 2048) throw malformed("two addresses that differ");
  return addresses[0]!;
}

export const datum = (name: string, value: string): string =>
  `<AUTHENTICATEDDATA id="Sealwright" name="${name}">${escapeXml(value)}</AUTHENTICATEDDATA>`;

export const readDatum = (body: ElementReader, name: string): string =>
  body.text("AUTHENTICATEDDATA", { id: "Sealwright", name });

export const optionalDatum = (body: ElementReader, name: string): string | null =>
  body.optional("AUTHENTICATEDDATA", { id: "Sealwright", name })?.ownText() ?? null;

export function readDigestDatum(body: ElementReader, name: string): Bytes {
  const digest = fromBase64(readDatum(body, name), code);
  if (digest.length !== 32) throw malformed("a digest does not have 32 bytes");
  return digest;
}

export const licenseBody = (content: string): string => `<BODY type="LICENSE" version="3.0">${content}</BODY>`;
