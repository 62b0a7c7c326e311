import type { FastifyPluginAsync } from "fastify";
import { CertifyAnswer, CertifyRequest } from "../../shared/protocol/service-api.js";
import { certify } from "../licensing/certify.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

export const accountRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    const about = "certificates for the keys of a device";
    const shapes = { about, message: CertifyRequest, answer: CertifyAnswer, isForGuests: true };
    endpoint(app, "POST /account-certificates", shapes, ({ caller }, message) => certify(parts, caller, message));
  };
