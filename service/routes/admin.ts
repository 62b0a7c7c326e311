import type { FastifyPluginAsync } from "fastify";
import { AuditVerification } from "../../shared/protocol/service-api.js";
import { verifyAudit } from "../licensing/administer.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

export const adminRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    const shapes = { about: "whether the audit is as it was written; for administrators", answer: AuditVerification };
    endpoint(app, "GET /admin/audit/verification", shapes, ({ caller }) => verifyAudit(parts, caller));
  };
