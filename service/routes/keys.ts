import type { FastifyPluginAsync } from "fastify";
import { CompromiseRequest, KeysAnswer, RollRequest } from "../../shared/protocol/key-api.js";
import { compromiseKey, listKeys, rollKey } from "../administration/keys.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

const list = { about: "the tenant's keys; for administrators", answer: KeysAnswer };
const roll = { about: "let another key take over; for administrators", message: RollRequest, answer: KeysAnswer };
const compromise = {
  about: "say that others may have a key; for administrators",
  message: CompromiseRequest,
  answer: KeysAnswer,
};

export const keyRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "GET /admin/keys", list, ({ caller }) => listKeys(parts, caller));
    endpoint(app, "POST /admin/keys/roll", roll, ({ caller }, message) => rollKey(parts, caller, message));
    endpoint(app, "POST /admin/keys/compromise", compromise, ({ caller }, message) =>
      compromiseKey(parts, caller, message),
    );
  };
