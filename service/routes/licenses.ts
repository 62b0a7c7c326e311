import type { FastifyPluginAsync } from "fastify";
import { PublishRequest, UseLicenseRequest } from "../../shared/protocol/service-api.js";
import { grant } from "../licensing/grant.js";
import type { Parts } from "../licensing/parts.js";
import { publish } from "../licensing/publish.js";
import { messageIn } from "./body.js";

export const licenseRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    app.post("/use-licenses", (request) => grant(parts, request.caller, messageIn(request, UseLicenseRequest)));
    app.post("/publishing-licenses", (request) => publish(parts, request.caller, messageIn(request, PublishRequest)));
  };
