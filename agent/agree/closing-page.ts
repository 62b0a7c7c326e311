import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What the browser shows when it has brought the answer. */

const texts = {
  en: {
    done: "You are signed in",
    doneNext: "You can close this window and go back to the terminal.",
    failed: "You are not signed in",
    failedNext: "The terminal says why. You can close this window.",
  },
  de: {
    done: "Sie sind angemeldet",
    doneNext: "Sie können dieses Fenster schließen und zum Terminal zurückkehren.",
    failed: "Sie sind nicht angemeldet",
    failedNext: "Im Terminal steht, warum. Sie können dieses Fenster schließen.",
  },
};

export const style = `
:root { color-scheme: light dark; font: 100%/1.5 "Segoe UI Variable", "Segoe UI", system-ui, sans-serif;
  background: #f5f5f5; color: #242424; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { box-sizing: border-box; width: 100%; max-width: 27.5rem; padding: 2.5rem; border-radius: .5rem;
  background: #fff; box-shadow: 0 0 2px rgb(0 0 0 / .12), 0 8px 16px rgb(0 0 0 / .14); }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.33; font-weight: 600; }
p { margin: 0; }
@media (prefers-color-scheme: dark) { :root { background: #141414; color: #fff; } main { background: #292929; } }
@media (max-width: 30rem) { main { padding: 1.5rem; border-radius: 0; } }
@media (forced-colors: active) { main { border: 1px solid; } }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

export const strictHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer", // the address holds a code, if a spent one
  connection: "close",
};

export function closingPage(signedIn: boolean, headers: IncomingHttpHeaders): string {
  const language = /^\s*de\b/i.test(headers["accept-language"] ?? "") ? "de" : "en";
  const { done, doneNext, failed, failedNext } = texts[language];
  const [title, next] = signedIn ? [done, doneNext] : [failed, failedNext];
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${title} – Sealwright</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>` +
    `<body><main><h1>${title}</h1><p>${next}</p></main></body></html>`
  );
}
