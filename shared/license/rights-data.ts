import { type Bytes, concat, fromBase64, toBase64, utf8, utf16le } from "../bytes.js";
import { type ContentKey, sha256 } from "../crypto/keys.js";
import { primitives } from "../crypto/primitives.js";
import { RightsError } from "../errors.js";
import { encodePolicy, type Policy, parsePolicy } from "../policy.js";
import { malformed } from "./xml.js";

/** The policy inside a publishing license: encrypted under the content key, bound to all the rest of the license. */

const opening = '<AUTHENTICATEDDATA id="Encrypted-Rights-Data">';
const closing = "</AUTHENTICATEDDATA>";
const nonceBytes = 12;
const blockBytes = 256;
const info = utf8("sealwright/rights/v1");

/** Hash of the body with the base64 taken out and the tags kept: the additional data of the encryption. */
const bindingOf = (before: string, after: string): Promise<Bytes> =>
  sha256(utf16le(before + opening + closing + after));

/**
 * `before` and `after` are the body's text on both sides of the element.
 * @param nonce - drawn at random; given only to repeat a worked example.
 * @returns the element's text.
 */
export async function sealRightsData(
  policy: Policy,
  contentKey: ContentKey,
  { before, after }: { before: string; after: string },
  nonce: Bytes = crypto.getRandomValues(new Uint8Array(nonceBytes)),
): Promise<string> {
  const json = encodePolicy(policy);
  const padded = new Uint8Array(Math.ceil(json.length / blockBytes) * blockBytes).fill(0x20);
  padded.set(json);
  const additionalData = await bindingOf(before, after);
  const sealed = await primitives.sealBox({ contentKey, info, nonce, additionalData }, padded);
  return opening + toBase64(concat(nonce, sealed)) + closing;
}

/** Where the element stands in a body, exactly once. */
function locate(body: string): { before: string; value: string; after: string } {
  const start = body.indexOf(opening);
  const end = body.indexOf(closing, start);
  if (start < 0 || end < 0 || body.indexOf(opening, start + 1) >= 0) throw malformed("it has no rights data, or two");
  return {
    before: body.slice(0, start),
    value: body.slice(start + opening.length, end),
    after: body.slice(end + closing.length),
  };
}

/**
 * Opens the policy inside a body.
 * @throws RightsError `license-untrusted`: another key, or some part of the license was exchanged;
 *   `license-malformed`, `policy-malformed`.
 */
export async function openRightsDataIn(body: string, contentKey: ContentKey | Bytes): Promise<Policy> {
  const { before, value, after } = locate(body);
  const sealed = fromBase64(value, "license-malformed");
  if (sealed.length % blockBytes !== nonceBytes + 16 || sealed.length <= nonceBytes + 16)
    throw malformed("its rights data have a length they cannot have");
  const box = { contentKey, info, nonce: sealed.slice(0, nonceBytes), additionalData: await bindingOf(before, after) };
  const opened = await primitives.openBox(box, sealed.slice(nonceBytes));
  if (opened !== null) return parsePolicy(opened);
  throw new RightsError("license-untrusted", "the parts of this license do not belong together");
}
