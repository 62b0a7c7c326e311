import type { FastifyPluginAsync } from "fastify";
import { FindPeopleAnswer, FindPeopleRequest } from "../../shared/protocol/people-api.js";
import { findPeople } from "../licensing/find-people.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

const find = {
  about: "people and groups by what is typed of a name",
  message: FindPeopleRequest,
  answer: FindPeopleAnswer,
};

export const peopleRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "POST /people/find", find, ({ caller }, message) => findPeople(parts, caller, message));
  };
