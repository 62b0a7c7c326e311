import { createHash } from "node:crypto";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import { protectedSuffixes } from "../../shared/format/kind.js";
import type { Language } from "../../shared/language.js";
import { themeColor, type ViewerPages } from "../../shared/node/pages/viewer-pages.js";
import {
  assetPath,
  manifestPath,
  type Shell,
  sharedField,
  sharePath,
  shellWorkerPath,
  viewerPath,
} from "../../shared/protocol/page-api.js";
import { readerOf } from "../identity/pages/page.js";
import type { ViewerOptions } from "./viewer.js";

const protectedType = "application/vnd.sealwright.protected";

/** The viewer as an app that can be installed: what it is called, what opens with it, and the worker that keeps its code. */
export const viewerShellRoutes =
  ({ assets, organisation, publicUrl }: ViewerOptions, pages: ViewerPages): FastifyPluginAsync =>
  async (app) => {
    const icons = [192, 512].map((size) => ({ size, path: assets.pathOf(`icon-${size}.png`) }));
    const code = ["viewer.js", "viewer.css"].map(assets.pathOf);
    const reader = ({ headers }: FastifyRequest) => readerOf(organisation, headers["accept-language"]);
    const program = assets.find(assets.pathOf("shell-worker.js").slice(assetPath.length))!.bytes;
    const { html } = pages.viewer({ language: "en", organisation });
    const name = createHash("sha256").update(html).update(program).digest("base64url").slice(0, 16);
    const shell: Shell = { name, files: [viewerPath, ...code, ...icons.map(({ path }) => path)] };
    const worker = `self.shell=${JSON.stringify(shell)};\n${program.toString("utf8")}`;

    app.get(manifestPath, async (request, reply) => {
      reply.type("application/manifest+json").header("cache-control", "no-cache").header("vary", "accept-language");
      return manifestOf(reader(request), icons);
    });
    app.get(shellWorkerPath, async (_request, reply) =>
      reply.headers(workerHeaders(publicUrl.origin)).type("text/javascript; charset=utf-8").send(worker),
    );
    app.post(sharePath, {
      // before anything of the body is read: it is a file that nobody here wants to see
      onRequest: async (request, reply) =>
        reply.code(405).headers(refusedHeaders).send(refusedPage[reader(request).language]),
      handler: async () => undefined,
    });
  };

function manifestOf({ language, organisation }: { language: Language; organisation: string }, icons: readonly Icon[]) {
  return {
    id: viewerPath,
    name: `${words[language].name} – ${organisation}`,
    short_name: words[language].name,
    lang: language,
    start_url: viewerPath,
    scope: viewerPath,
    display: "standalone",
    background_color: "#ffffff",
    theme_color: themeColor,
    icons: icons.flatMap(({ size, path }) =>
      ["any", "maskable"].map((purpose) => ({ src: path, sizes: `${size}x${size}`, type: "image/png", purpose })),
    ),
    file_handlers: [{ action: viewerPath, accept: { [protectedType]: protectedSuffixes } }],
    launch_handler: { client_mode: "navigate-new" },
    share_target: {
      action: sharePath,
      method: "POST",
      enctype: "multipart/form-data",
      params: { files: [{ name: sharedField, accept: [...protectedSuffixes, "application/octet-stream"] }] },
    },
  };
}

interface Icon {
  readonly size: number;
  readonly path: string;
}

/** A worker may ask for what it keeps, and for the page; nothing becomes code in it. */
const workerHeaders = (origin: string): Record<string, string> => ({
  "cache-control": "no-cache",
  "service-worker-allowed": viewerPath,
  "content-security-policy": [
    "default-src 'none'",
    `connect-src ${origin}${viewerPath} ${origin}${assetPath}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
});

const refusedHeaders = {
  allow: "",
  connection: "close",
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
};

const words = {
  en: {
    name: "Protected files",
    refused: "This file did not reach the viewer, and was not taken by the service.",
    next: "Open the viewer and choose the file there",
  },
  de: {
    name: "Geschützte Dateien",
    refused: "Diese Datei ist nicht im Viewer angekommen, und der Dienst hat sie nicht angenommen.",
    next: "Öffnen Sie den Viewer und wählen Sie die Datei dort",
  },
} as const;

const pageOf = (language: Language): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${words[language].name}</title>` +
  `<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>` +
  `<h1>${words[language].refused}</h1><p><a href="${viewerPath}">${words[language].next}</a></p></main></body></html>`;

const refusedPage: Record<Language, string> = { en: pageOf("en"), de: pageOf("de") };
