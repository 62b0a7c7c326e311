import type { Language } from "../../language.js";
import { escapeXml } from "../../license/xml.js";
import { assetPath, contentPath, framesMeta, manifestPath, pdfPath, shellWorkerPath } from "../../protocol/page-api.js";
import type { Assets } from "./assets.js";

/** A page as it is sent: HTML without a single value of a request in it, and what it may do. */
export interface ServedPage {
  readonly html: string;
  readonly headers: Record<string, string>;
}

/** Who reads a page, and whose it is. */
export interface PageReader {
  readonly language: Language;
  readonly organisation: string;
}

/** The pages of the viewer and its frames; docs/viewer.md says what each may do and why. */
export class ViewerPages {
  readonly #assets: Assets;
  readonly #origin: string;

  /** @param origin - the public one: policies name addresses in full. */
  constructor(assets: Assets, origin: string) {
    this.#assets = assets;
    this.#origin = origin;
  }

  viewer = (reader: PageReader): ServedPage => {
    const icon = this.#assets.pathOf("icon-192.png");
    const head =
      `<link rel="manifest" href="${manifestPath}"><link rel="icon" href="${icon}">` +
      `<link rel="apple-touch-icon" href="${icon}"><meta name="theme-color" content="${themeColor}">`;
    const policy = [...viewerPolicy(this.#origin, servicePaths), ...shellPolicy(this.#origin, icon)];
    return this.#page(reader, "viewer", policy, { head: head + this.#frames() });
  };
  /** Where owners answer requests: it asks the service, and shows no files. */
  requests = (reader: PageReader): ServedPage =>
    this.#page(reader, "requests", [...viewerPolicy(this.#origin, servicePaths), "trusted-types 'none'"]);
  /** The same for one file that a program on this computer opened. @param path - where the page asks for it. */
  local = (reader: PageReader, path: string): ServedPage =>
    this.#page(reader, "local", [...viewerPolicy(this.#origin, [path]), "trusted-types 'none'"], {
      head: this.#frames(),
    });
  /**
   * What takes the file of a sealed page, which opened this window and must be heard here: so it keeps the tie to it, which
   * the viewer, where the window goes at once, does not.
   */
  handOver = (reader: PageReader): ServedPage => {
    const page = this.#page(reader, "hand-over", ["frame-ancestors 'none'", "trusted-types 'none'"]);
    return { ...page, headers: { ...page.headers, "cross-origin-opener-policy": "unsafe-none" } };
  };
  signedIn = (reader: PageReader): ServedPage => this.#page(reader, "signed-in", []);

  content = (reader: PageReader): ServedPage => this.#frame(reader, "content");
  /** Scanned pages come in forms whose decoders are WebAssembly; text still becomes no code. */
  pdf = (reader: PageReader): ServedPage => this.#frame(reader, "pdf", " 'wasm-unsafe-eval'");

  /** Whatever content does in here, it has no origin, no network, no storage, and nowhere to go. */
  #frame(reader: PageReader, entry: string, moreScripts = ""): ServedPage {
    const page = this.#page(reader, entry, contentPolicy, { moreScripts });
    return { ...page, headers: { ...page.headers, "x-frame-options": "SAMEORIGIN" } };
  }

  /** A page shows content only in frames of its own build. */
  #frames(): string {
    const names = ["content.js", "pdf.js"].map((entry) => this.#assets.pathOf(entry).slice(assetPath.length));
    return `<meta name="${framesMeta}" content="${names.join(" ")}">`;
  }

  #page(
    { language, organisation }: PageReader,
    entry: string,
    more: readonly string[],
    { moreScripts = "", head = "" } = {},
  ): ServedPage {
    const [script, style] = [this.#assets.pathOf(`${entry}.js`), this.#assets.pathOf(`${entry}.css`)];
    const html =
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
      `<title>${escapeXml(organisation)}</title>` +
      `<meta name="viewport" content="width=device-width, initial-scale=1">${head}` +
      `<link rel="stylesheet" href="${style}"><script src="${script}" defer></script></head>` +
      `<body><noscript>${withoutScripts[language]}</noscript></body></html>`;
    return { html, headers: headersOf([...common(this.#origin, script + moreScripts, style), ...more]) };
  }
}

/** Of the window of the installed viewer. */
export const themeColor = "#0f548c";

/** Of the service's own addresses, those a page may ask. */
const servicePaths = ["/api/v1/", "/oidc/", "/.well-known/sealwright"];

const withoutScripts = {
  en: "This page works only with scripts: they open the file here, so that the service never sees it.",
  de: "Diese Seite braucht Skripte: Sie öffnen die Datei hier, damit der Dienst sie nie sieht.",
};

const common = (origin: string, script: string, style: string): string[] => [
  "default-src 'none'",
  `script-src ${origin}${script}`,
  `style-src ${origin}${style}`,
  "form-action 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
];

const viewerPolicy = (origin: string, asked: readonly string[]): string[] => [
  `connect-src ${[...asked, assetPath].map((path) => origin + path).join(" ")}`,
  `frame-src ${origin}${contentPath} ${origin}${pdfPath}`,
  "frame-ancestors 'none'",
];

/** What it takes to be installed: a worker, by the one address that may become a program. */
const shellPolicy = (origin: string, icon: string): string[] => [
  `manifest-src ${origin}${manifestPath}`,
  `worker-src ${origin}${shellWorkerPath}`,
  `img-src ${origin}${icon}`,
  "trusted-types sealwright-shell",
];

const contentPolicy = [
  "sandbox allow-scripts allow-modals",
  "img-src blob:",
  "worker-src blob:",
  "frame-ancestors 'self'",
  "trusted-types sealwright-worker",
];

const headersOf = (policy: readonly string[]): Record<string, string> => ({
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": policy.join("; "),
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), payment=()",
  vary: "accept-language",
});
