import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { handOverPath } from "../../shared/format/sealed-page/layout.js";
import type { Assets } from "../../shared/node/pages/assets.js";
import { type ServedPage, ViewerPages } from "../../shared/node/pages/viewer-pages.js";
import {
  assetPath,
  contentPath,
  pdfPath,
  requestsPath,
  signedInPath,
  viewerPath,
} from "../../shared/protocol/page-api.js";
import { notFound } from "../error-answers.js";
import { readerOf } from "../identity/pages/page.js";
import { viewerShellRoutes } from "./viewer-shell.js";

export interface ViewerOptions {
  assets: Assets;
  organisation: string;
  publicUrl: URL;
}

const aYear = "public, max-age=31536000, immutable";

/** The viewer: pages and code, the same for everybody. Files are opened in the browser, and none comes here. */
export const viewerRoutes =
  ({ assets, organisation, publicUrl }: ViewerOptions): FastifyPluginAsync =>
  async (app) => {
    const pages = new ViewerPages(assets, publicUrl.origin);
    await app.register(viewerShellRoutes({ assets, organisation, publicUrl }, pages));
    const serve = (page: ServedPage, reply: FastifyReply) => reply.headers(page.headers).send(page.html);
    const reader = ({ headers }: FastifyRequest) => readerOf(organisation, headers["accept-language"]);
    app.get(viewerPath, async (request, reply) => serve(pages.viewer(reader(request)), reply));
    app.get(requestsPath, async (request, reply) => serve(pages.requests(reader(request)), reply));
    app.get(signedInPath, async (request, reply) => serve(pages.signedIn(reader(request)), reply));
    app.get(handOverPath, async (request, reply) => serve(pages.handOver(reader(request)), reply));
    app.get(contentPath, async (request, reply) => serve(pages.content(reader(request)), reply));
    app.get(pdfPath, async (request, reply) => serve(pages.pdf(reader(request)), reply));
    app.get<{ Params: { name: string } }>(`${assetPath}:name`, async (request, reply) => {
      const asset = assets.find(request.params.name);
      if (asset === null) return notFound(request, reply);
      const packs = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
      // A frame of no origin loads them too, to which everything is of another origin.
      reply.headers({
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": aYear,
        vary: "accept-encoding",
      });
      if (packs) reply.header("content-encoding", "gzip");
      return reply.type(asset.type).send(packs ? await asset.packed() : asset.bytes);
    });
  };
