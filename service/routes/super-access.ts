import type { FastifyPluginAsync } from "fastify";
import {
  AskSuperRequest,
  SuperAccessAnswer,
  SuperAccessesAnswer,
  SuperAccessRequest,
} from "../../shared/protocol/super-api.js";
import { approveSuperAccess, endSuperAccess, listSuperAccess } from "../administration/super-access.js";
import type { Parts } from "../licensing/parts.js";
import { askSuperAccess, ownSuperAccess } from "../licensing/super-access.js";
import { endpoint } from "./endpoint.js";

const own = { about: "the caller's super access", answer: SuperAccessesAnswer };
const ask = { about: "ask for super access", message: AskSuperRequest, answer: SuperAccessAnswer };
const all = { about: "super access; for administrators", answer: SuperAccessesAnswer };
const one = { message: SuperAccessRequest, answer: SuperAccessAnswer };

export const superAccessRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "GET /super-access", own, ({ caller }) => ownSuperAccess(parts, caller));
    endpoint(app, "POST /super-access", ask, ({ caller }, message) => askSuperAccess(parts, caller, message));
    endpoint(app, "GET /admin/super-access", all, ({ caller }) => listSuperAccess(parts, caller));
    const approve = { ...one, about: "approve super access; for administrators" };
    endpoint(app, "POST /admin/super-access/approve", approve, ({ caller }, message) =>
      approveSuperAccess(parts, caller, message),
    );
    const end = { ...one, about: "refuse or end super access; for administrators" };
    endpoint(app, "POST /admin/super-access/end", end, ({ caller }, message) => endSuperAccess(parts, caller, message));
  };
