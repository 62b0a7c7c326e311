import type { FastifyPluginAsync } from "fastify";
import { CertifyRequest } from "../../shared/protocol/service-api.js";
import { certify } from "../licensing/certify.js";
import type { Parts } from "../licensing/parts.js";
import { messageIn } from "./body.js";

export const accountRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    app.post("/account-certificates", (request) => certify(parts, request.caller, messageIn(request, CertifyRequest)));
  };
