import { normalizeAddress } from "./address.js";

/** What one line of a mail may hold of what others chose, in characters. */
const maxLineChars = 1000;

/**
 * Whether mail can be sent there: the local part is what RFC 5321 §4.1.2 calls a dot-string, with the letters of RFC
 * 6531. Nothing in it means anything to a header or a mail server.
 */
export function isMailable(address: string): boolean {
  const [, local] = /^([^@]+)@[^@]+$/.exec(address) ?? [];
  const isDotString = /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+(\.[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+)*$/u;
  return local !== undefined && isDotString.test(local) && isNormal(address);
}

function isNormal(address: string): boolean {
  try {
    return normalizeAddress(address) === address;
  } catch {
    return false;
  }
}

/** One line, whatever was in it: line breaks, controls and what turns the direction of reading become spaces. */
export function lineOf(text: string, maxChars = maxLineChars): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  const chars = [...line];
  return chars.length <= maxChars ? line : `${chars.slice(0, maxChars - 1).join("")}…`;
}
