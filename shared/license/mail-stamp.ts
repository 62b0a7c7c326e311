import { type Bytes, fromBase64, fromBase64url, toBase64, toBase64url, utf8 } from "../bytes.js";
import { type Signer, sha256, verifySignature } from "../crypto/keys.js";
import { RightsError } from "../errors.js";
import { isId } from "../ids.js";
import { parseSecondTime, secondTime } from "../time.js";
import { type TenantTrust, verifyLicensorCertificate } from "./trust.js";
import { parseDocument } from "./xrml.js";

/**
 * What a mail carries so that a gate on its way can tell, without any key, that somebody of the organisation protected what
 * is attached (docs/formats/mail-stamp.md): label, time and attachments, signed by a device, with the device's certificate.
 */
export interface MailStamp {
  readonly tenant: string;
  readonly label: string;
  readonly atMs: number;
  /** Who stamped it. */
  readonly subject: string;
}

export const stampHeader = "x-sealwright-stamp";
export const certificateHeader = (part: number): string => `x-sealwright-certificate-${part}`;

/** Mail programs take no header longer than 998 characters, its name included. */
const partChars = 900;
const maxParts = 16;
const form = /^v=1; tenant=([0-9a-f-]{36}); label=([0-9a-f-]{36}); at=([0-9TZ:-]{20}); signature=([\w-]{300,700})$/;

interface Stamped {
  readonly tenant: string;
  readonly label: string;
  readonly atMs: number;
}

const untrusted = (message: string, cause?: unknown): RightsError =>
  new RightsError("license-untrusted", message, { cause });

/** @param digests - SHA-256 of each attachment, in whatever order. */
async function signedText({ tenant, label, atMs }: Stamped, digests: readonly Bytes[]): Promise<Bytes> {
  const sorted = digests.map(toBase64url).sort();
  const all = toBase64url(await sha256(utf8(sorted.join("\n"))));
  return utf8(["sealwright-mail-stamp-1", tenant, label, secondTime(atMs), sorted.length, all].join("\n"));
}

/**
 * The headers of a mail with these attachments and no others.
 * @param by - a device's key for signing, and its certificate.
 */
export async function encodeMailStamp(
  stamped: Stamped,
  digests: readonly Bytes[],
  by: { readonly signer: Signer; readonly certificate: Bytes },
): Promise<Map<string, string>> {
  const signature = toBase64url(await by.signer.sign(await signedText(stamped, digests)));
  const { tenant, label, atMs } = stamped;
  const facts = `v=1; tenant=${tenant}; label=${label}; at=${secondTime(atMs)}; signature=${signature}`;
  const certificate = toBase64(by.certificate);
  const headers = new Map([[stampHeader, facts]]);
  for (let at = 0; at * partChars < certificate.length; at++)
    headers.set(certificateHeader(at + 1), certificate.slice(at * partChars, (at + 1) * partChars));
  return headers;
}

/**
 * @param header - of the mail, unfolded, by its name in lower case. @param digests - of all that is attached.
 * @returns what is stamped; `null` for a mail without a stamp.
 * @throws RightsError `license-untrusted` for one that does not hold for this mail and this organisation; `license-malformed`.
 */
export async function verifyMailStamp(
  header: (name: string) => string | null,
  digests: readonly Bytes[],
  trust: TenantTrust,
): Promise<MailStamp | null> {
  const text = header(stampHeader);
  if (text === null) return null;
  const [, tenant, label, at, signature] = form.exec(text) ?? [];
  if (tenant === undefined || !isId(tenant) || !isId(label!))
    throw untrusted("the mail's stamp is not one that is known");
  if (tenant !== trust.tenant) throw untrusted("the mail's stamp is another organisation's");
  const atMs = parseSecondTime(at!, "license-untrusted");
  const device = await verifyLicensorCertificate(await parseDocument(certificateIn(header)), trust, atMs);
  const message = await signedText({ tenant, label: label!, atMs }, digests);
  const holds = await verifySignature(device.key, message, fromBase64url(signature!, "license-untrusted"));
  if (!holds) throw untrusted("the mail's stamp is not for what is attached to it");
  return { tenant, label: label!, atMs, subject: device.subject };
}

function certificateIn(header: (name: string) => string | null): Bytes {
  let text = "";
  for (let part = 1; part <= maxParts; part++) text += header(certificateHeader(part)) ?? "";
  return fromBase64(text, "license-untrusted");
}
