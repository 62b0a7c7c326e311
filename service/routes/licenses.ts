import type { FastifyPluginAsync } from "fastify";
import {
  PublishAnswer,
  PublishRequest,
  UseLicenseAnswer,
  UseLicenseRequest,
} from "../../shared/protocol/service-api.js";
import { grant } from "../licensing/grant.js";
import type { Parts } from "../licensing/parts.js";
import { publish } from "../licensing/publish.js";
import { endpoint } from "./endpoint.js";

export const licenseRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    const about = "a license to use a document";
    const use = { about, message: UseLicenseRequest, answer: UseLicenseAnswer, isForGuests: true };
    endpoint(app, "POST /use-licenses", use, ({ caller }, message) => grant(parts, caller, message));
    const made = {
      about: "a publishing license, made and signed here",
      message: PublishRequest,
      answer: PublishAnswer,
    };
    endpoint(app, "POST /publishing-licenses", made, ({ caller }, message) => publish(parts, caller, message));
  };
