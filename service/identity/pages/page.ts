import { type Language, languageOf } from "../../../shared/language.js";
import { type Messages, messagesIn } from "./messages.js";
import { script, style } from "./style.js";

export interface Page {
  title: string;
  /** HTML; every value in it went through `escapeHtml`. */
  body: string;
  /** A page that says it is done shows a tick. */
  good?: boolean;
  /** Where the browser goes on to by itself. */
  refresh?: string;
}

/** Who reads a page, and whose it is. */
export interface Reader {
  readonly organisation: string;
  readonly language: Language;
  readonly say: Messages;
}

/** @param acceptLanguage - the request's header. */
export function readerOf(organisation: string, acceptLanguage: string | undefined): Reader {
  const language = languageOf(acceptLanguage);
  return { organisation, language, say: messagesIn(language) };
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** The whole document; the script comes along only where there is something to show. */
export function renderPage({ title, body, good = false, refresh }: Page, { organisation, language }: Reader): string {
  const scripts = body.includes("data-shows") ? `<script>${script}</script>` : "";
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
    `<title>${escapeHtml(title)} – ${escapeHtml(organisation)}</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    (refresh === undefined ? "" : `<meta http-equiv="refresh" content="0;url=${escapeHtml(refresh)}">`) +
    `<style>${style}</style></head>` +
    `<body><main${good ? ' class="good"' : ""}><p class="organisation">${escapeHtml(organisation)}</p>` +
    `<h1>${escapeHtml(title)}</h1>${body}</main>${scripts}</body></html>`
  );
}

/** A page that only says something. @param tone - `trouble` is read out at once. */
export function messagePage(title: string, sentence: string, tone: "trouble" | "good" | "plain" = "trouble"): Page {
  const attributes = tone === "trouble" ? ' role="alert" class="trouble"' : "";
  return { title, body: `<p${attributes}>${escapeHtml(sentence)}</p>`, good: tone === "good" };
}
