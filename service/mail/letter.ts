import { normalizeAddress } from "../../shared/address.js";
import type { Language } from "../../shared/language.js";

/** A mail as its author thinks of it. Every text may hold what strangers chose, such as the name of a file. */
export interface Letter {
  /** Normalized, and `isMailable`. */
  readonly to: string;
  readonly language: Language;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Stands by itself, large. */
  readonly code?: string;
  /** Where to go; nothing happens by going there. */
  readonly link?: { readonly url: URL; readonly text: string };
}

/** What one line of a mail may hold of what others chose, in characters. */
const maxLineChars = 1000;
const maxSubjectChars = 150;

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

export const subjectOf = ({ subject }: Letter): string => lineOf(subject, maxSubjectChars);

export function textOf({ paragraphs, code, link }: Letter): string {
  const [first = "", ...rest] = paragraphs.map((one) => lineOf(one));
  const parts = [first, ...(code ? [`    ${code}`] : []), ...rest];
  return `${[...parts, ...(link ? [`${lineOf(link.text)}: ${link.url.href}`] : [])].join("\n\n")}\n`;
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const paragraph = (text: string): string => `<p>${escapeHtml(lineOf(text))}</p>`;
const codeStyle = "font:600 28px/1.5 ui-monospace,Consolas,monospace;letter-spacing:.15em";
const bodyStyle = "font:16px/1.5 Segoe UI,system-ui,sans-serif;max-width:34em;margin:0;padding:16px";

/** Simple, and loads nothing from anywhere. */
export function htmlOf(letter: Letter): string {
  const [first = "", ...rest] = letter.paragraphs;
  const code = letter.code ? `<p style="${codeStyle}">${escapeHtml(letter.code)}</p>` : "";
  const link = letter.link
    ? `<p><a href="${escapeHtml(letter.link.url.href)}">${escapeHtml(lineOf(letter.link.text))}</a></p>`
    : "";
  return (
    `<!doctype html><html lang="${letter.language}"><head><meta charset="utf-8"><title>${escapeHtml(subjectOf(letter))}</title>` +
    `</head><body style="${bodyStyle}">${paragraph(first)}${code}${rest.map(paragraph).join("")}${link}</body></html>`
  );
}
