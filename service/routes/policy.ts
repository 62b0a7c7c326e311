import { createHash } from "node:crypto";
import type { FastifyPluginAsync } from "fastify";
import { PolicyAnswer } from "../../shared/protocol/service-api.js";
import { secondTime } from "../../shared/time.js";
import { personOf } from "../licensing/caller-account.js";
import { mayPublish } from "../licensing/may-publish.js";
import { offeredTo } from "../licensing/offered.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

/** Labels and templates; unchanged ones are not sent again to whoever names the `ETag` they have. */
export const policyRoutes =
  ({ store, directory, now }: Parts): FastifyPluginAsync =>
  async (app) => {
    const shapes = { about: "labels and templates the caller may use", answer: PolicyAnswer, isTagged: true };
    endpoint(app, "GET /policy", shapes, async ({ caller, headers }, _message, reply) => {
      const person = await personOf(directory, caller);
      const { mandatory } = await store.policies.state();
      const allowed = await mayPublish(person, store.read);
      const policy = { ...(await offeredTo(person, store.policies)), mandatory, mayPublish: allowed };
      const tag = `"${createHash("sha256").update(JSON.stringify(policy)).digest("base64url")}"`;
      reply.header("etag", tag).header("cache-control", "private, no-cache");
      if (knows(headers["if-none-match"], tag)) return reply.code(304).send();
      return { ...policy, time: secondTime(now()) };
    });
  };

const knows = (header: string | undefined, tag: string): boolean =>
  (header ?? "").split(",").some((known) => known.trim().replace(/^W\//, "") === tag);
