import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { AddInPages } from "../../shared/node/pages/addin-pages.js";
import type { ServedPage } from "../../shared/node/pages/viewer-pages.js";
import {
  addInPath,
  mailEventsPath,
  mailEventsScriptPath,
  mailPanePath,
  officeSignedInPath,
  officeSignInPath,
  taskPanePath,
} from "../../shared/protocol/page-api.js";
import { notFound } from "../error-answers.js";
import { readerOf } from "../identity/pages/page.js";
import type { Policies } from "../store/policies.js";
import type { ViewerOptions } from "./viewer.js";

const aDay = "public, max-age=86400";

/**
 * The add-in for Office: its pages, the same for everybody, and the icons its manifest names. The file of events says besides
 * whether a mail must have a label, since it asks nobody when one is sent.
 */
export const addInRoutes =
  (
    { assets, organisation, publicUrl }: ViewerOptions,
    agentPorts: readonly number[],
    policies: Pick<Policies, "state">,
  ): FastifyPluginAsync =>
  async (app) => {
    let needsLabel = false;
    const pages = new AddInPages(assets, publicUrl.origin, agentPorts);
    const reader = ({ headers }: FastifyRequest) => readerOf(organisation, headers["accept-language"]);
    // Who may frame them is said by their policy: an older header for it knows no list.
    const serve = (page: ServedPage, reply: FastifyReply) =>
      reply.headers(page.headers).removeHeader("x-frame-options").send(page.html);
    for (const path of [addInPath, taskPanePath])
      app.get(path, async (request, reply) => serve(pages.taskPane(reader(request)), reply));
    app.get(mailPanePath, async (request, reply) => serve(pages.mailPane(reader(request)), reply));
    app.get(mailEventsPath, async (request, reply) => serve(pages.mailEvents(reader(request)), reply));
    app.get(mailEventsScriptPath, async (request, reply) => {
      const script = assets.find("addin-events.js");
      if (script === null) return notFound(request, reply);
      // without its events Outlook checks nothing at all: they come also while the store is away
      needsLabel = await policies.state().then(
        ({ mandatory }) => mandatory,
        () => needsLabel,
      );
      const front = Buffer.from(`var sealwrightNeedsLabel=${needsLabel};\n`);
      // its name stays, and Outlook looks for a newer one each time it starts
      return reply
        .header("cache-control", "no-cache")
        .type(script.type)
        .send(Buffer.concat([front, script.bytes]));
    });
    for (const path of [officeSignInPath, officeSignedInPath])
      app.get(path, async (request, reply) => serve(pages.signIn(reader(request)), reply));
    app.get<{ Params: { name: string } }>(`${addInPath}:name`, async (request, reply) => {
      const { name } = request.params;
      const icon = /^icon-\d+\.png$/.test(name) ? assets.find(`addin-${name}`) : null;
      if (icon === null) return notFound(request, reply);
      // Office fetches them for its ribbon
      reply.headers({ "cross-origin-resource-policy": "cross-origin", "cache-control": aDay });
      return reply.type(icon.type).send(icon.bytes);
    });
  };
