import { toBase64, utf8 } from "../../bytes.js";
import { pageMark, pageVersion, viewerPath } from "./layout.js";
import { withoutScripts } from "./messages.js";
import { pageScript } from "./script.js";
import { pageStyle } from "./style.js";

const hashOf = async (text: string): Promise<string> =>
  `'sha256-${toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))))}'`;

/** One script, one style; no connection, no frame, no form, no picture: nothing that is in the page could leave it. */
async function policy(): Promise<string> {
  const [script, style] = await Promise.all([hashOf(pageScript), hashOf(pageStyle)]);
  const own = `default-src 'none'; script-src ${script}; style-src ${style}`;
  return `${own}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char]!);

function noScript(lang: "en" | "de", viewer: string): string {
  const [before, after] = withoutScripts[lang].map(escapeHtml);
  return `<p lang="${lang}">${before} <a href="${viewer}" target="_blank" rel="noreferrer">${viewer}</a> ${after}</p>`;
}

/**
 * Everything in front of the protected file. @param service - an origin, checked: it stands in attributes.
 * @param organisation - at most 200 characters of it are shown.
 */
export async function pageHead({ service, organisation }: { service: string; organisation: string }): Promise<string> {
  const viewer = service + viewerPath;
  const name = escapeHtml([...organisation].slice(0, 200).join(""));
  return [
    `${new TextDecoder().decode(pageMark)}${pageVersion}"><head><meta charset="utf-8">`,
    `<meta http-equiv="content-security-policy" content="${await policy()}">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${name}</title>`,
    `<style>${pageStyle}</style>`,
    `<script>${pageScript}</script></head><body><main>`,
    `<p class="note">${name}</p><h1 id="name">Protected file</h1>`,
    '<div id="ways" hidden><p id="why"></p><button type="button" id="open"></button>',
    '<button type="button" id="save"></button><p id="status" role="status"></p>',
    '<a id="viewer" hidden target="_blank" rel="noreferrer"></a><p id="how" class="help"></p></div>',
    `<noscript>${noScript("en", viewer)}${noScript("de", viewer)}</noscript></main>\n`,
  ].join("\n");
}
