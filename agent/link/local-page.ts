import { createHash } from "node:crypto";
import { style as basicStyle } from "../agree/closing-page.js";
import type { Texts } from "./messages.js";
import type { PairingCode } from "./pairing-code.js";
import type { Question } from "./questions.js";

/** What the agent shows in the person's own browser: pages without a script. */

const style = `${basicStyle}
p + p { margin-top: .75rem; }
h1, p { overflow-wrap: anywhere; }
code { display: block; margin: 1rem 0; font: 600 2rem/1.25 ui-monospace, "Cascadia Mono", Consolas, monospace;
  letter-spacing: .08em; }
.quiet { color: #616161; }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1.5rem; }
button { font: inherit; font-weight: 600; padding: .4rem 1rem; border-radius: .25rem; border: 1px solid #616161;
  background: transparent; color: inherit; min-height: 2.75rem; cursor: pointer; }
button:focus-visible { outline: 2px solid #0f6cbd; outline-offset: 2px; }
button.main { background: #0f6cbd; border-color: #0f6cbd; color: #fff; }
@media (prefers-color-scheme: dark) { .quiet { color: #adadad; } button { border-color: #adadad; }
  button:focus-visible { outline-color: #62abf5; } button.main { background: #115ea3; border-color: #115ea3; } }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

export const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
};

const escaped = (text: string): string => text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);

export type Language = "en" | "de";

const page = (language: Language, title: string, body: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escaped(title)} – Sealwright</title>` +
  `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>` +
  `<body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`;

const paragraph = (text: string, quiet = false): string => `<p${quiet ? ' class="quiet"' : ""}>${escaped(text)}</p>`;

const timeOf = (ms: number, language: Language): string =>
  new Date(ms).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** `ABCD-EFGH`: easier to read and to type. */
export const spacedCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

export const codePage = (texts: Texts, language: Language, { code, origin, untilMs }: PairingCode): string =>
  page(
    language,
    texts.codeTitle,
    paragraph(texts.codeFor(origin ?? "")) +
      paragraph(texts.codeNext) +
      `<code>${spacedCode(code)}</code>` +
      paragraph(texts.codeUntil(timeOf(untilMs, language))) +
      paragraph(texts.codeUnasked, true),
  );

/** The harmless answer is the first, and the one that Enter gives. */
export const questionPage = (texts: Texts, language: Language, question: Question): string =>
  page(
    language,
    texts.askTitle,
    paragraph(texts.asks(question.client, question.origin, question.file)) +
      paragraph(texts.askWhat(question.owner)) +
      `<form method="post"><button class="main" name="answer" value="deny">${escaped(texts.deny)}</button>` +
      `<button name="answer" value="allow">${escaped(texts.allow)}</button></form>`,
  );

export const answeredPage = (texts: Texts, language: Language, outcome: "allowed" | "denied" | "tooLate"): string =>
  page(language, texts[outcome], paragraph(outcome === "tooLate" ? texts.tooLateNext : texts.close));
