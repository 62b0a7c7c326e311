import type { FastifyPluginAsync } from "fastify";
import type { AuditVerification } from "../../shared/protocol/service-api.js";
import { verifyAudit } from "../licensing/administer.js";
import type { Parts } from "../licensing/parts.js";

export const adminRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    app.get("/admin/audit/verification", (request): Promise<AuditVerification> => verifyAudit(parts, request.caller));
  };
