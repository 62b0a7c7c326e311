import { createHash } from "node:crypto";

export interface Page {
  title: string;
  /** HTML; every value in it went through `escapeHtml`. */
  body: string;
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const style = `
:root { color-scheme: light dark; font: 100%/1.5 "Segoe UI", system-ui, sans-serif; }
body { margin: 0; display: grid; min-height: 100vh; place-items: center; background: Canvas; color: CanvasText; }
main { box-sizing: border-box; width: min(100%, 24rem); padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
label { display: block; margin-top: 1rem; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem; }
button { font: inherit; margin-top: 1.5rem; padding: .5rem 1rem; width: 100%; }
button.quiet { margin-top: .5rem; }
:focus-visible { outline: .15rem solid Highlight; outline-offset: .1rem; }
[role=alert] { border-inline-start: .25rem solid Mark; padding-inline-start: .75rem; }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

export const renderPage = ({ title, body }: Page): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>` +
  `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>` +
  `<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;

/** Headers of every page: no scripts, no frames, nothing from elsewhere, nothing kept. */
export const pageHeaders = (formTargets: readonly string[] = []): Record<string, string> => ({
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${["'self'", ...formTargets].join(" ")}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin", // with "no-referrer" a browser would send `Origin: null` with our own forms
});

/** @param trouble - what went wrong with the last try, a sentence. */
export function signInPage(organisation: string, username = "", trouble?: string): Page {
  const alert = trouble ? `<p role="alert">${escapeHtml(trouble)}</p>` : "";
  const body =
    `${alert}<form method="post"><input type="hidden" name="action" value="sign-in">` +
    `<label for="username">Mail address</label><input id="username" name="username" type="email" required ` +
    `maxlength="254" autocomplete="username" autocapitalize="none" spellcheck="false" value="${escapeHtml(username)}"` +
    `${username ? "" : " autofocus"}>` +
    `<label for="password">Password</label><input id="password" name="password" type="password" required ` +
    `maxlength="1024" autocomplete="current-password"${username ? " autofocus" : ""}>` +
    `<button>Sign in</button></form>${cancelForm}`;
  return { title: `Sign in to ${organisation}`, body };
}

export function consentPage(organisation: string, name: string): Page {
  const body =
    `<p>Sealwright on this computer will open and protect files as ${escapeHtml(name)}.</p>` +
    `<p>Continue only if you have just started this sign-in yourself.</p>` +
    `<form method="post"><input type="hidden" name="action" value="consent">` +
    `<button autofocus>Continue</button></form>${cancelForm}`;
  return { title: `Let Sealwright use ${organisation}`, body };
}

const cancelForm =
  `<form method="post"><input type="hidden" name="action" value="cancel">` +
  `<button class="quiet">Cancel</button></form>`;

export const messagePage = (title: string, sentence: string): Page => ({
  title,
  body: `<p role="alert">${escapeHtml(sentence)}</p>`,
});
