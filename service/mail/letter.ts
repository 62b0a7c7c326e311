import type { Language } from "../../shared/language.js";
import { lineOf } from "../../shared/mail-line.js";

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

const maxSubjectChars = 150;

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
