import type { FastifyPluginAsync } from "fastify";
import {
  AccessRequestAnswer,
  AccessRequestsAnswer,
  AskAccessAnswer,
  AskAccessRequest,
  GrantAccessRequest,
  RefuseAccessRequest,
} from "../../shared/protocol/access-api.js";
import { askAccess, grantAccess, listAccessRequests, refuseAccess } from "../licensing/access-requests.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

const ask = {
  about: "ask the owner of a document for access",
  message: AskAccessRequest,
  answer: AskAccessAnswer,
  isForGuests: true,
};
const list = { about: "who asks the caller for access", answer: AccessRequestsAnswer };
const grant = { about: "let in who asked", message: GrantAccessRequest, answer: AccessRequestAnswer };
const refuse = { about: "say no to who asked", message: RefuseAccessRequest, answer: AccessRequestAnswer };

export const accessRequestRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "POST /access-requests", ask, ({ caller }, message) => askAccess(parts, caller, message));
    endpoint(app, "GET /access-requests", list, ({ caller }) => listAccessRequests(parts, caller));
    endpoint(app, "POST /access-requests/grant", grant, ({ caller }, message) => grantAccess(parts, caller, message));
    endpoint(app, "POST /access-requests/refuse", refuse, ({ caller }, message) =>
      refuseAccess(parts, caller, message),
    );
  };
