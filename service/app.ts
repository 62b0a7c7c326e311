import fastify, { type FastifyInstance, type FastifyPluginAsync, LogController } from "fastify";
import type { Bytes } from "../shared/bytes.js";
import { newId } from "../shared/ids.js";
import { maxRequestBytes } from "../shared/protocol/service-api.js";
import { answerError, notFound } from "./error-answers.js";
import type { Callers } from "./identity/caller.js";
import { refuseRemoved } from "./licensing/devices.js";
import type { Asker, Parts } from "./licensing/parts.js";
import { accountRoutes } from "./routes/accounts.js";
import { adminRoutes } from "./routes/admin.js";
import { deviceRoutes } from "./routes/devices.js";
import { discoveryRoutes, healthRoutes } from "./routes/discovery.js";
import { documentRoutes } from "./routes/documents.js";
import { licenseRoutes } from "./routes/licenses.js";
import { policyRoutes } from "./routes/policy.js";
import type { TlsCertificate } from "./tls.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on everything below `/api/v1`, before the route runs. */
    caller: Asker;
  }
}

export interface AppOptions {
  parts: Parts;
  callers: Callers;
  /** Everything under `/oidc`. */
  identity: FastifyPluginAsync;
  organisation: string;
  publicUrl: URL;
  /** What it shows of itself; `null` for plain http. */
  tls: TlsCertificate | null;
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  /** Where the log's lines go, and from which level on. */
  log: { level: string; stream: { write(line: string): void } };
}

/** How long a whole request may take to arrive, in ms: nobody holds a connection by sending slowly. */
const requestTimeoutMs = 30_000;

const headers = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** The HTTP app: mounts the routes, identifies the caller once, answers every error in one place. */
export async function openApp(options: AppOptions): Promise<FastifyInstance> {
  const { callers, publicUrl, log, tls, trustedProxies } = options;
  const app = fastify({
    https: tls,
    trustProxy: trustedProxies,
    logger: { ...log, serializers: { req: loggedRequest } },
    // What was decided is in the audit; the log has what failed.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxRequestBytes,
    requestTimeout: requestTimeoutMs,
    genReqId: newId,
    forceCloseConnections: "idle",
  }) as unknown as FastifyInstance; // routes are the same whatever carries them
  app.decorateRequest("caller");
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(headers).header("x-request-id", request.id).header("dpop-nonce", callers.currentNonce());
    if (publicUrl.protocol === "https:") reply.header("strict-transport-security", "max-age=31536000");
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(notFound);
  await app.register(options.identity);
  await app.register(healthRoutes());
  await app.register(discoveryRoutes(options));
  await app.register(api(options), { prefix: "/api/v1" });
  return app;
}

/** No query: what programs put there is nobody's business. */
const loggedRequest = ({ method, url }: { method: string; url: string }) => ({ method, url: url.split("?", 1)[0] });

const api =
  ({ parts, callers, publicUrl }: AppOptions): FastifyPluginAsync =>
  async (app) => {
    // Kept as it came: the proof of possession covers these bytes, and JSON is read strictly by the routes.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      "application/json",
      { parseAs: "buffer" },
      async (_request: unknown, body: Buffer) => body,
    );
    app.addHook("preHandler", async (request, reply) => {
      reply.header("cache-control", "no-store").header("content-security-policy", "default-src 'none'");
      const { method, ip, id } = request;
      const url = publicUrl.origin + request.raw.url;
      const { authorization, dpop: proof } = request.headers;
      const body = (request.body ?? new Uint8Array(0)) as Bytes;
      request.caller = { ...(await callers.identify({ method, url, authorization, proof, body, ip })), requestId: id };
      await refuseRemoved(parts, request.caller);
    });
    await app.register(accountRoutes(parts));
    await app.register(deviceRoutes(parts));
    await app.register(policyRoutes(parts));
    await app.register(licenseRoutes(parts));
    await app.register(documentRoutes(parts));
    await app.register(adminRoutes(parts));
  };
