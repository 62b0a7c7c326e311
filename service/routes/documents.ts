import type { FastifyPluginAsync } from "fastify";
import { DocumentRequest } from "../../shared/protocol/service-api.js";
import { list, register, restore, revoke, track } from "../licensing/documents.js";
import type { Parts } from "../licensing/parts.js";
import { messageIn } from "./body.js";

export const documentRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    app.get("/documents", (request) => list(parts, request.caller));
    for (const [path, act] of Object.entries({ "": register, "/track": track, "/revoke": revoke, "/restore": restore }))
      app.post(`/documents${path}`, (request) => act(parts, request.caller, messageIn(request, DocumentRequest)));
  };
