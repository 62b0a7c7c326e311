import { escapeXml } from "../../license/xml.js";
import { agentPortsMeta, mailEventsScriptPath } from "../../protocol/page-api.js";
import type { Assets } from "./assets.js";
import type { PageReader, ServedPage } from "./viewer-pages.js";

/** Office's programs for pages, which must come from there: the version fits the program they run in. */
const officeOrigin = "https://appsforoffice.microsoft.com";
/** Outlook's load a library of Microsoft's from elsewhere. */
const mailOrigins = `${officeOrigin} https://ajax.aspnetcdn.com`;
const officeScript = `${officeOrigin}/lib/1/hosted/office.js`;

/** Whose pages may show the pane in a frame: Office on the web, and where files are that it opens. */
const officeFrames = [
  "https://*.officeapps.live.com",
  "https://*.office.com",
  "https://*.office365.com",
  "https://*.office.net",
  "https://*.microsoft365.com",
  "https://*.cloud.microsoft",
  "https://*.sharepoint.com",
  "https://*.live.com",
];

const framing = `frame-ancestors ${officeFrames.join(" ")}`;

/** The pages of the add-in; docs/addin.md says what each may do and why. */
export class AddInPages {
  readonly #assets: Assets;
  readonly #origin: string;
  readonly #agentPorts: readonly number[];

  /** @param origin - the public one: policies name addresses in full. @param agentPorts - where an agent may listen. */
  constructor(assets: Assets, origin: string, agentPorts: readonly number[]) {
    this.#assets = assets;
    this.#origin = origin;
    this.#agentPorts = agentPorts;
  }

  /** Beside the document, in Office; in a frame of Office's pages where that is on the web. */
  taskPane = (reader: PageReader): ServedPage => this.#page(reader, "taskpane", [framing]);
  /** The same beside a mail. */
  mailPane = (reader: PageReader): ServedPage => this.#page(reader, "mail-pane", [framing], mailOrigins);

  /** What Outlook calls while a mail is written and sent: nobody sees it, and it asks nobody for anything. */
  mailEvents = ({ language }: PageReader): ServedPage => {
    const html =
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>Sealwright</title>` +
      `<script src="${officeScript}"></script><script src="${mailEventsScriptPath}"></script></head><body></body></html>`;
    const scripts = `script-src ${this.#origin}${mailEventsScriptPath} ${mailOrigins}`;
    const styles = "style-src 'unsafe-inline'"; // Office's programs write some
    return { html, headers: headersOf(["default-src 'none'", scripts, styles, "base-uri 'none'", framing]) };
  };

  /** What the window that people sign in in begins and ends with. */
  signIn = (reader: PageReader): ServedPage =>
    this.#page(reader, "office-sign-in", ["frame-ancestors 'none'"], mailOrigins);

  #page(
    { language, organisation }: PageReader,
    entry: string,
    more: readonly string[],
    programs = officeOrigin,
  ): ServedPage {
    const [script, style] = [this.#assets.pathOf(`${entry}.js`), this.#assets.pathOf(`${entry}.css`)];
    const html =
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
      `<title>${escapeXml(organisation)}</title>` +
      `<meta name="viewport" content="width=device-width, initial-scale=1">` +
      `<meta name="${agentPortsMeta}" content="${this.#agentPorts.join(" ")}">` +
      `<link rel="stylesheet" href="${style}">` +
      `<script src="${officeScript}" defer></script><script src="${script}" defer></script></head>` +
      `<body><noscript>${withoutScripts[language]}</noscript></body></html>`;
    return { html, headers: headersOf([...this.#common(script, style, programs), ...more]) };
  }

  /** Nothing of ours and no text becomes code; Office's own programs load each other, from where they are. */
  #common(script: string, style: string, programs: string): string[] {
    const asked = ["/api/v1/", "/oidc/", "/.well-known/sealwright"].map((path) => this.#origin + path);
    // the agent on the person's own computer: by WebSocket, by POST where there is none, and to see whether it runs at all
    const agents = this.#agentPorts.flatMap((port) =>
      ["wss", "https", "http"].map((way) => `${way}://localhost:${port}`),
    );
    return [
      "default-src 'none'",
      `script-src ${this.#origin}${script} ${programs}`,
      // Office's programs write styles into the page; nothing that anybody else wrote becomes HTML here
      `style-src ${this.#origin}${style} 'unsafe-inline'`,
      `connect-src ${[...asked, ...agents].join(" ")}`,
      "img-src data:",
      "form-action 'none'",
      "base-uri 'none'",
    ];
  }
}

const withoutScripts = {
  en: "This page works only with scripts: they protect the document here, so that the service never sees it.",
  de: "Diese Seite braucht Skripte: Sie schützen das Dokument hier, damit der Dienst es nie sieht.",
};

/** Windows that Office opens must be able to answer the pane: no opener policy cuts them off. */
const headersOf = (policy: readonly string[]): Record<string, string> => ({
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": policy.join("; "),
  "permissions-policy": "camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), payment=()",
  vary: "accept-language",
});
