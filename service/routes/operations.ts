import type { FastifyPluginAsync } from "fastify";
import { Refusal } from "../licensing/refusal.js";
import type { Measures } from "../operations/measures.js";
import { isBearer } from "../operations/metrics-token.js";
import type { Readiness } from "../operations/readiness.js";
import { RateLimit } from "../rate-limit.js";

export interface Operations {
  measures: Measures;
  readiness: Readiness;
  /** Who shows it reads the numbers. */
  metricsToken: string;
}

/** Requests from one network address to what needs no sign-in. */
const perIp = { burst: 300, perSecond: 30 };

/** Alive: no more than that it answers, and so without a limit. */
export const healthRoutes = (): FastifyPluginAsync => async (app) => {
  app.get("/health", async () => ({ status: "ok" }));
};

/** For whatever watches over the service. */
export const operationRoutes =
  ({ measures, readiness, metricsToken }: Operations): FastifyPluginAsync =>
  async (app) => {
    app.get("/ready", async (_request, reply) => {
      const part = await readiness.failing();
      reply.header("cache-control", "no-store").code(part === null ? 200 : 503);
      return part === null ? { status: "ready" } : { status: "unavailable", part };
    });
    app.get("/metrics", async (request, reply) => {
      reply.header("cache-control", "no-store");
      if (!isBearer(request.headers.authorization, metricsToken))
        return reply.code(401).header("www-authenticate", "Bearer").send({ code: "sign-in-needed" });
      return reply.type("text/plain; version=0.0.4; charset=utf-8").send(measures.encode());
    });
  };

/** Around addresses that anybody may ask. */
export const limitedByAddress =
  (routes: readonly FastifyPluginAsync[], now: () => number): FastifyPluginAsync =>
  async (app) => {
    const limit = new RateLimit({ ...perIp, now });
    app.addHook("onRequest", async ({ ip }) => {
      if (limit.take(ip)) return;
      const retryAfter = limit.retryAfter(ip);
      throw new Refusal("rate-limited", `too many requests; try again in ${retryAfter} seconds`, { retryAfter });
    });
    for (const one of routes) await app.register(one);
  };
