import { type Bytes, concat, equalBytes, fromBase64, toBase64, utf8, utf16le } from "../bytes.js";
import { type PublicKey, type Signer, sha256, verifySignature } from "../crypto/keys.js";
import { malformed, parseXml, type XmlElement } from "./xml.js";

/** One signed document as it came: `body` is the signed text, `digest` its name everywhere (D in docs/encodings.md). */
export interface XrmlDocument {
  /** `<XrML …>…</XrML>`, to be carried on without change. */
  readonly text: string;
  /** `<BODY …>…</BODY>` exactly as signed. */
  readonly body: string;
  readonly root: XmlElement;
  /** SHA-256 over the UTF-16LE bytes of `body`. */
  readonly digest: Bytes;
  readonly signature: Bytes;
}

/** What a writer makes at most, and a reader takes at most, in bytes. */
export const maxWrittenBytes = 256 * 1024;
export const maxReadBytes = 1024 * 1024;
const maxDocuments = 8;

const bom = Uint8Array.of(0xef, 0xbb, 0xbf);
const declaration = '<?xml version="1.0"?>';
const bodyEnd = "</BODY>";
const documentPattern = /<XrML version="1\.2"(?: purpose="Content-License")? xmlns="">(?=<BODY )/y;
// The signature's text is not itself signed, so it has one spelling; only the two values and the key's size vary.
const signaturePattern =
  /<SIGNATURE><DIGEST><ALGORITHM>SHA256<\/ALGORITHM><PARAMETER name="codingtype"><VALUE encoding="string">surface-coding<\/VALUE><\/PARAMETER><VALUE encoding="base64" size="256">([A-Za-z0-9+/=]{44})<\/VALUE><\/DIGEST><ALGORITHM>RSA PKCS#1-V1\.5<\/ALGORITHM><VALUE encoding="base64" size="(2048|3072|4096)">([A-Za-z0-9+/=]{344,684})<\/VALUE><\/SIGNATURE><\/XrML>/y;

/** UTF-16LE where FF FE or a zero second byte says so, else UTF-8 with at most one BOM; then only 0x20-0x7E and LF. */
function decode(bytes: Bytes): string {
  if (bytes.length > maxReadBytes) throw malformed("it is longer than any license");
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || bytes[1] === 0;
  let text: string;
  try {
    text = new TextDecoder(wide ? "utf-16le" : "utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed("its text is not in a known encoding");
  }
  const written = text.slice(0, text.length - trailing(text));
  if (!/^[\n\x20-\x7e]*$/.test(written)) throw malformed("it holds characters that have no place there");
  return text;
}

/** How many spaces, line feeds and NULs stand at the end; a pattern would need the square of that for a hostile text. */
function trailing(text: string): number {
  let end = text.length;
  while (end > 0 && " \n\0".includes(text[end - 1]!)) end--;
  return text.length - end;
}

/** One document at `start`; strict, so two readers can never split the same text in two ways. */
async function documentAt(text: string, start: number, known?: KnownDocuments): Promise<XrmlDocument> {
  documentPattern.lastIndex = start;
  if (!documentPattern.test(text)) throw malformed("no license begins where one must");
  const bodyStart = documentPattern.lastIndex;
  const bodyStop = text.indexOf(bodyEnd, bodyStart) + bodyEnd.length;
  signaturePattern.lastIndex = bodyStop;
  const signed = bodyStop > bodyStart ? signaturePattern.exec(text) : null;
  const end = signaturePattern.lastIndex; // read before anything is awaited: the pattern is shared
  if (signed === null) throw malformed("its signature is not where it must be");
  const whole = text.slice(start, end);
  const before = known?.get(whole);
  if (before !== undefined) return before;
  const document = await readDocument(whole, text.slice(bodyStart, bodyStop), signed);
  known?.set(whole, document);
  return document;
}

/** @param signed - the signature's digest, size and value. */
async function readDocument(text: string, body: string, signed: RegExpExecArray): Promise<XrmlDocument> {
  if (body.indexOf("<BODY", 1) !== -1) throw malformed("a document holds more than one BODY");
  if (/<[!?]/.test(body)) throw malformed("it holds markup that has no place there");
  const [, digestText, size, signatureText] = signed;
  const digest = await digestOf(body);
  if (!equalBytes(digest, fromBase64(digestText!, "license-malformed"))) throw malformed("its digest does not fit");
  const signature = fromBase64(signatureText!, "license-malformed");
  if (signature.length * 8 !== Number(size)) throw malformed("its signature has another size than it says");
  return { text, body, root: parseXml(body), digest, signature };
}

/** A single document without declaration, as certificates, use licenses and editions travel. */
export async function parseDocument(bytes: Bytes): Promise<XrmlDocument> {
  const [document, ...more] = await documentsIn(decode(bytes), 0);
  if (document === undefined || more.length > 0) throw malformed("one document is expected here");
  return document;
}

/** One to eight documents in a row without declaration (edition and permit; encodings.md). */
export const parseDocuments = async (bytes: Bytes): Promise<XrmlDocument[]> => documentsIn(decode(bytes), 0);

/** Tenant keys an organisation can have had: as many certificates a list of them holds. */
export const maxServerCertificates = 64;

/** Documents by their text. What it says was parsed from it, and nothing else: whether one is believed is no part of it. */
export interface KnownDocuments {
  get(text: string): XrmlDocument | undefined;
  set(text: string, document: XrmlDocument): void;
}

/**
 * `[BOM] declaration doc{1,8} [space LF NUL]*`: what a protected file carries.
 * @param known - for whoever reads many chains: the certificates behind the first document are the same in most.
 * @throws RightsError `license-malformed`.
 */
export const parseChain = (bytes: Bytes, known?: KnownDocuments): Promise<XrmlDocument[]> =>
  documentsOf(bytes, { most: maxDocuments, known });

/** The same with more documents: all certificates of a tenant's keys, as a service shows them. */
export const parseServerCertificates = (bytes: Bytes): Promise<XrmlDocument[]> =>
  documentsOf(bytes, { most: maxServerCertificates });

interface Reading {
  most?: number;
  known?: KnownDocuments | undefined;
}

async function documentsOf(bytes: Bytes, reading: Reading): Promise<XrmlDocument[]> {
  const padded = decode(bytes);
  const text = padded.slice(0, padded.length - trailing(padded));
  if (!text.startsWith(declaration)) throw malformed("it does not begin as a license does");
  return documentsIn(text, declaration.length, reading);
}

async function documentsIn(
  text: string,
  start: number,
  { most = maxDocuments, known }: Reading = {},
): Promise<XrmlDocument[]> {
  const documents: XrmlDocument[] = [];
  for (let at = start; at < text.length; at += documents.at(-1)!.text.length) {
    if (documents.length === most) throw malformed("more documents than a license has");
    documents.push(await documentAt(text, at, documents.length > 0 ? known : undefined));
  }
  if (documents.length === 0) throw malformed("it is empty");
  return documents;
}

/** Document texts in a row as a protected file carries them; Office files leave out the byte order mark. */
export const encodeChain = (documents: readonly string[], { withBom = true } = {}): Bytes =>
  encoded(documents, maxDocuments, withBom);

/** The certificates of a tenant's keys in a row, oldest first, as a service shows them. */
export const encodeServerCertificates = (documents: readonly string[]): Bytes =>
  encoded(documents, maxServerCertificates, true);

function encoded(documents: readonly string[], most: number, withBom: boolean): Bytes {
  const text = utf8(declaration + documents.join(""));
  const bytes = withBom ? concat(bom, text) : text;
  if (bytes.length > maxWrittenBytes || documents.length > most)
    throw malformed("it would be longer than a license may be; name fewer people, or a group");
  return bytes;
}

/** A document's name everywhere (D in docs/encodings.md). */
export const digestOf = (body: string): Promise<Bytes> => sha256(utf16le(body));

/** Signs a body. @returns the text of the whole document. */
export async function signDocument(body: string, signer: Signer, contentLicense = false): Promise<string> {
  const message = utf16le(body);
  const [digest, signature] = await Promise.all([sha256(message), signer.sign(message)]);
  return (
    `<XrML version="1.2"${contentLicense ? ' purpose="Content-License"' : ""} xmlns="">${body}` +
    '<SIGNATURE><DIGEST><ALGORITHM>SHA256</ALGORITHM><PARAMETER name="codingtype"><VALUE encoding="string">' +
    `surface-coding</VALUE></PARAMETER><VALUE encoding="base64" size="256">${toBase64(digest)}</VALUE></DIGEST>` +
    `<ALGORITHM>RSA PKCS#1-V1.5</ALGORITHM><VALUE encoding="base64" size="${signer.publicKey.bits}">` +
    `${toBase64(signature)}</VALUE></SIGNATURE></XrML>`
  );
}

/** Which key was found to have signed a document: that does not change, whoever believes the key. */
const signers = new WeakMap<XrmlDocument, PublicKey>();

export async function isSignedBy(document: XrmlDocument, key: PublicKey): Promise<boolean> {
  const known = signers.get(document);
  if (known !== undefined && equalBytes(known.spki, key.spki)) return true;
  if (!(await verifySignature(key, utf16le(document.body), document.signature))) return false;
  signers.set(document, key);
  return true;
}
