import { RightsError } from "./errors.js";

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
// Nothing a URL parser would take for something else than a host name: `%41`, `a/b`, `user@`, `[::1]`, `a:80`.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be refused here
const notADomain = /[\u0000-\u0020\u007f%/\\?#@:[\]<>^|`{}"]/;
const localPart = /^[^\s\p{Cc}\p{Cf}\p{Cs}@]+$/u;

const refuse = (): never => {
  throw new RightsError("address-malformed", "this is not a mail address; write it like ada@contoso.example");
};

/** A domain as its IDNA A-label (UTS 46), lower case, at least two labels. */
export function normalizeDomain(text: string): string {
  if (notADomain.test(text) || text !== text.normalize("NFC") || text.length > 255) refuse();
  const domain = hostname(text) ?? refuse();
  const labels = domain.split(".");
  const numeric = /^\d+$/.test(labels.at(-1) ?? "");
  if (domain.length > 253 || labels.length < 2 || numeric || !labels.every(isLabel)) refuse();
  return domain;
}

/** The platform's own UTS 46. */
function hostname(text: string): string | null {
  try {
    return new URL(`http://${text}/`).hostname;
  } catch {
    return null;
  }
}

/** An A-label counts only if it is the one of some text: of domains all in ASCII, not every platform looks at that. */
function isLabel(part: string): boolean {
  if (!label.test(part)) return false;
  const text = part.startsWith("xn--") ? fromPunycode(part.slice(4)) : part;
  return text !== null && hostname(`${text}.example`) === `${part}.example`;
}

/** RFC 3492, decoding. `null` where the letters stand for nothing. */
function fromPunycode(encoded: string): string | null {
  const delimiter = encoded.lastIndexOf("-");
  const points = Array.from(encoded.slice(0, Math.max(delimiter, 0)), (char) => char.codePointAt(0)!);
  let [point, place, bias] = [128, 0, 72];
  for (let at = delimiter > 0 ? delimiter + 1 : 0; at < encoded.length; ) {
    const before = place;
    for (let weight = 1, base = 36; ; base += 36) {
      const digit = "abcdefghijklmnopqrstuvwxyz0123456789".indexOf(encoded[at++] ?? "?");
      if (digit < 0) return null;
      place += digit * weight;
      const threshold = Math.min(Math.max(base - bias, 1), 26);
      if (digit < threshold) break;
      weight *= 36 - threshold;
    }
    const count = points.length + 1;
    bias = nextBias(before === 0 ? (place - before) / 700 : (place - before) / 2, count);
    point += Math.floor(place / count);
    place %= count;
    if (point > 0x10ffff) return null;
    points.splice(place++, 0, point);
  }
  return String.fromCodePoint(...points);
}

function nextBias(distance: number, count: number): number {
  let delta = Math.floor(distance) + Math.floor(Math.floor(distance) / count);
  let bias = 0;
  for (; delta > 455; bias += 36) delta = Math.floor(delta / 35);
  return bias + Math.floor((36 * delta) / (delta + 38));
}

const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());

/**
 * The one spelling of a mail address: domain to its A-label, A-Z to a-z in both parts, the rest as it stands. Two
 * addresses are the same person's exactly when these are equal, code point by code point.
 * @throws RightsError `address-malformed`: not NFC, control or space characters, no domain, over 254 characters.
 */
export function normalizeAddress(text: string): string {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0));
  if (text.length > 254 || local.length > 64 || !localPart.test(local) || local !== local.normalize("NFC")) refuse();
  const address = `${lowerAscii(local)}@${normalizeDomain(text.slice(at + 1))}`;
  return address.length > 254 ? refuse() : address; // an A-label is longer than what it stands for
}

/** Who a grant names: a person or group by address, or a whole domain as `@contoso.example`. */
export const normalizeWho = (text: string): string =>
  text.startsWith("@") ? `@${normalizeDomain(text.slice(1))}` : normalizeAddress(text);

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);
