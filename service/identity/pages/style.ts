import { createHash } from "node:crypto";

/** The look of Fluent from its tokens; `forced-colors` keeps borders, since backgrounds go. */
export const style = `
:root { color-scheme: light dark; font: 100%/1.5 "Segoe UI Variable", "Segoe UI", system-ui, sans-serif;
  --ground: #f5f5f5; --card: #fff; --line: #d1d1d1; --edge: #616161; --text: #242424; --quiet: #565656;
  --brand: #0f6cbd; --brand-over: #115ea3; --brand-down: #0c3b5e; --on-brand: #fff; --over: #f0f0f0;
  --bad: #b10e1c; --bad-ground: #fdf3f4; --good: #0e700e; --code: #f0f0f0;
  --shadow: 0 0 2px rgb(0 0 0 / .12), 0 8px 16px rgb(0 0 0 / .14); }
@media (prefers-color-scheme: dark) { :root {
  --ground: #141414; --card: #292929; --line: #525252; --edge: #adadad; --text: #fff; --quiet: #d0d0d0;
  --brand: #115ea3; --brand-over: #0f6cbd; --brand-down: #0c3b5e; --on-brand: #fff; --over: #3d3d3d;
  --bad: #ff99a4; --bad-ground: #442726; --good: #9fd89f; --code: #3d3d3d; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; min-height: 100vh; display: grid; grid-template-columns: minmax(0, 1fr); place-items: center;
  background: var(--ground); color: var(--text); overflow-wrap: break-word; }
main { width: 100%; max-width: 27.5rem; padding: 2.5rem; margin: 1rem; background: var(--card);
  border: 1px solid transparent; border-radius: .5rem; box-shadow: var(--shadow); }
@media (max-width: 30rem) { body { place-items: start stretch; background: var(--card); }
  main { margin: 0; padding: 1.5rem; box-shadow: none; border-radius: 0; } }
.organisation { margin: 0 0 1rem; font-weight: 600; color: var(--quiet); }
h1 { font-size: 1.5rem; line-height: 1.33; font-weight: 600; margin: 0 0 1rem; text-wrap: balance; }
p { margin: 0 0 1rem; }
label { display: block; margin: 1.25rem 0 .25rem; font-weight: 600; }
.help { color: var(--quiet); margin: .375rem 0 0; font-size: .875rem; }
.field { display: flex; border: 1px solid var(--line); border-bottom-color: var(--edge); border-radius: .25rem;
  background: var(--card); }
.field:has(input:focus) { outline: 2px solid var(--text); outline-offset: 1px; }
input { flex: 1; min-width: 0; font: inherit; color: inherit; background: none; border: 0; padding: .5rem .75rem;
  min-height: 2.75rem; border-radius: .25rem; }
input.code { font: 600 1.375rem/1.5 ui-monospace, Consolas, monospace; letter-spacing: .1em; text-transform: uppercase; }
button, .button { display: block; width: 100%; font: inherit; font-weight: 600; text-align: center; min-height: 2.75rem;
  padding: .5rem 1rem; margin: .75rem 0 0; border-radius: .25rem; border: 1px solid var(--line); background: var(--card);
  color: inherit; cursor: pointer; text-decoration: none; }
button:hover, .button:hover { background: var(--over); }
button.primary, .button.primary { margin-top: 1.75rem; background: var(--brand); border-color: transparent;
  color: var(--on-brand); }
button.primary:hover, .button.primary:hover { background: var(--brand-over); }
button.primary:active, .button.primary:active { background: var(--brand-down); }
.field button { flex: none; width: auto; min-height: 0; margin: .25rem; padding: 0 .75rem; border: 0;
  font-size: .875rem; }
input:focus { outline: 0; }
:is(button, a):focus-visible { outline: 2px solid var(--text); outline-offset: 1px; }
a { color: inherit; text-underline-offset: .15em; }
.trouble { margin: 0 0 1rem; padding: .75rem 1rem; border-inline-start: .25rem solid var(--bad); border-radius: .25rem;
  background: var(--bad-ground); color: var(--text); }
.good::before { content: "\\2713"; display: block; width: 3rem; margin: 0 0 1rem; border-radius: 50%;
  font: 600 1.5rem/3rem system-ui, sans-serif; text-align: center; color: var(--card); background: var(--good); }
.shown-code + .help { margin-bottom: 1rem; }
.shown-code { display: block; margin: 0; padding: .75rem; border-radius: .25rem; background: var(--code);
  font: 600 1.5rem/1.5 ui-monospace, Consolas, monospace; letter-spacing: .1em; text-align: center; }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.25rem 0 .5rem; color: var(--quiet); }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
nav { margin-top: 1.5rem; font-size: .875rem; }
nav a { display: inline-block; padding: .25rem 0; }
@media (forced-colors: active) { main, .trouble, .shown-code, button.primary, .button.primary { border: 1px solid; }
  .field button { border: 1px solid; } .good::before { border: 2px solid; } }
`;

/** The buttons that show a password are hidden until this makes them work. */
export const script = `
for (const button of document.querySelectorAll("button[data-shows]")) {
  const input = document.getElementById(button.dataset.shows);
  const turn = (type) => {
    input.type = type;
    button.textContent = type === "text" ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-label", button.textContent + ": " + input.labels[0].textContent);
  };
  turn("password");
  button.hidden = false;
  button.addEventListener("click", () => turn(input.type === "text" ? "password" : "text"));
  input.form.addEventListener("submit", () => turn("password"));
}
`;

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * Headers of every page: no script but ours, no frames, nothing from elsewhere, nothing kept. No opener policy: Office's
 * window would be cut off from the pane that waits for it (docs/decisions/0049-sign-in-window-of-office.md).
 */
export const pageHeaders = (formTargets: readonly string[] = []): Record<string, string> => ({
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    `form-action ${["'self'", ...formTargets].join(" ")}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin", // with "no-referrer" a browser would send `Origin: null` with our own forms
  vary: "accept-language",
});
