import type { FastifyPluginAsync } from "fastify";
import { AmendRequest, DocumentRequest } from "../../shared/protocol/service-api.js";
import { amend, documentPolicy } from "../licensing/amend.js";
import { list, register, restore, revoke, track } from "../licensing/documents.js";
import type { Parts } from "../licensing/parts.js";
import { messageIn } from "./body.js";

export const documentRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    app.get("/documents", (request) => list(parts, request.caller));
    const acts = { "": register, "/track": track, "/revoke": revoke, "/restore": restore, "/policy": documentPolicy };
    for (const [path, act] of Object.entries(acts))
      app.post(`/documents${path}`, (request) => act(parts, request.caller, messageIn(request, DocumentRequest)));
    app.post("/documents/amend", (request) => amend(parts, request.caller, messageIn(request, AmendRequest)));
  };
