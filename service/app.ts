import fastify, { type FastifyInstance, type FastifyPluginAsync, LogController } from "fastify";
import type { Bytes } from "../shared/bytes.js";
import { newId } from "../shared/ids.js";
import type { Assets } from "../shared/node/pages/assets.js";
import { oneLine } from "../shared/one-line.js";
import { maxRequestBytes } from "../shared/protocol/service-api.js";
import { answerError, notFound } from "./error-answers.js";
import type { GuestDoor } from "./guests/door.js";
import { refuseGuest } from "./guests/keep-out.js";
import type { Passkeys } from "./guests/passkeys.js";
import type { Callers } from "./identity/caller.js";
import { refuseRemoved } from "./licensing/devices.js";
import type { Asker, Parts } from "./licensing/parts.js";
import { accessRequestRoutes } from "./routes/access-requests.js";
import { accountRoutes } from "./routes/accounts.js";
import { addInRoutes } from "./routes/addin.js";
import { adminRoutes } from "./routes/admin.js";
import { apiPrefix, descriptionRoutes } from "./routes/description.js";
import { deviceRoutes } from "./routes/devices.js";
import { discoveryRoutes } from "./routes/discovery.js";
import { documentRoutes } from "./routes/documents.js";
import { guestCodeRoutes } from "./routes/guest-codes.js";
import { passkeyEntryRoutes, passkeyRoutes } from "./routes/guest-passkeys.js";
import { keyRoutes } from "./routes/keys.js";
import { licenseRoutes } from "./routes/licenses.js";
import { healthRoutes, limitedByAddress, type Operations, operationRoutes } from "./routes/operations.js";
import { peopleRoutes } from "./routes/people.js";
import { policyRoutes } from "./routes/policy.js";
import { superAccessRoutes } from "./routes/super-access.js";
import { viewerRoutes } from "./routes/viewer.js";
import type { TlsCertificate } from "./tls.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on everything below `/api/v1`, before the route runs. */
    caller: Asker;
  }
}

/** How people outside come in. */
export interface GuestWays {
  readonly codes: GuestDoor;
  readonly passkeys: Passkeys;
}

export interface AppOptions {
  parts: Parts;
  callers: Callers;
  /** Everything under `/oidc`. */
  identity: FastifyPluginAsync;
  organisation: string;
  publicUrl: URL;
  /** Where guests come in; or why they do not. */
  guests: GuestWays | "no-mail" | "off";
  /** What its pages load; `null` where none were built. */
  assets: Assets | null;
  /** Where its pages look for the agent on a person's computer. */
  agentPorts: readonly number[];
  /** What it shows of itself; `null` for plain http. */
  tls: TlsCertificate | null;
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  /** Where the log's lines go, and from which level on. */
  log: LogTarget;
  operations: Operations;
}

/** From which level on is told, and where. */
export interface LogTarget {
  level: string;
  stream: { write(line: string): void };
}

/** Nobody holds a connection by sending slowly, and nobody holds all of them. Times in ms. */
const bounds = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1000,
};
const maxConnections = 4096;

const headers = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** The HTTP app: mounts the routes, identifies the caller once, answers every error in one place. */
export async function openApp(options: AppOptions): Promise<FastifyInstance> {
  const { callers, publicUrl, operations, parts } = options;
  const app = openServer(options);
  app.decorateRequest("caller");
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(headers).header("x-request-id", request.id).header("dpop-nonce", callers.currentNonce());
    if (publicUrl.protocol === "https:") reply.header("strict-transport-security", "max-age=31536000");
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? "none";
    const { statusCode: status, elapsedTime: tookMs } = reply;
    operations.measures.requests.observe({ route, method, status: String(status) }, tookMs / 1000);
    request.log.info({ method, route, status, tookMs: Math.round(tookMs) }, "request");
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(notFound);
  await app.register(options.identity);
  await app.register(healthRoutes());
  const describe = descriptionRoutes(app, publicUrl);
  const { assets, organisation, guests } = options;
  const page = (from: Assets) => ({ assets: from, organisation, publicUrl });
  const pages =
    assets === null
      ? []
      : [viewerRoutes(page(assets)), addInRoutes(page(assets), options.agentPorts, parts.store.policies)];
  const discovery = discoveryRoutes({ ...options, guests: typeof guests === "string" ? guests : "code" });
  const open = [operationRoutes(operations), discovery, describe, ...pages];
  await app.register(limitedByAddress(open, parts.now));
  await app.register(api(options), { prefix: apiPrefix });
  if (typeof guests !== "string") {
    app.addHook("onClose", () => guests.codes.close());
    await app.register(openApi(guests), { prefix: apiPrefix });
  }
  return app;
}

function openServer({ tls, trustedProxies, log }: AppOptions): FastifyInstance {
  const app = fastify({
    ...(tls ? { https: { ...bounds, ...tls } } : { http: bounds }),
    trustProxy: trustedProxies,
    logger: { level: log.level, stream: oneLineEach(log.stream), serializers: { req: loggedRequest } },
    // What was decided is in the audit; the log has what failed and, when asked for, one line a request.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    bodyLimit: maxRequestBytes,
    requestTimeout: bounds.requestTimeout,
    genReqId: newId,
    forceCloseConnections: "idle",
  }) as unknown as FastifyInstance; // routes are the same whatever carries them
  app.server.maxConnections = maxConnections;
  return app;
}

/** What a stranger put into a name, an address or a header cannot forge a line of the log. */
const oneLineEach = (stream: LogTarget["stream"]) => ({ write: (line: string) => stream.write(oneLine(line)) });

/** No query: what programs put there is nobody's business. */
const loggedRequest = ({ method, url }: { method: string; url: string }) => ({ method, url: url.split("?", 1)[0] });

const apiHeaders = { "cache-control": "no-store", "content-security-policy": "default-src 'none'" };

/** Bodies stay as they came: the proof of possession covers these bytes, and JSON is read strictly by the routes. */
function keepJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, async (_request: unknown, body: Buffer) => body);
}

/** What is asked before anybody is signed in. */
const openApi =
  ({ codes, passkeys }: GuestWays): FastifyPluginAsync =>
  async (app) => {
    keepJson(app);
    app.addHook("preHandler", async (_request, reply) => {
      reply.headers(apiHeaders);
    });
    await app.register(guestCodeRoutes(codes));
    await app.register(passkeyEntryRoutes(passkeys));
  };

const api =
  ({ parts, callers, publicUrl, guests }: AppOptions): FastifyPluginAsync =>
  async (app) => {
    keepJson(app);
    app.addHook("preHandler", async (request, reply) => {
      reply.headers(apiHeaders);
      const { method, ip, id } = request;
      const url = publicUrl.origin + request.raw.url;
      const { authorization, dpop: proof } = request.headers;
      const body = (request.body ?? new Uint8Array(0)) as Bytes;
      request.caller = { ...(await callers.identify({ method, url, authorization, proof, body, ip })), requestId: id };
      await refuseRemoved(parts, request.caller);
      if (!request.routeOptions.config.shapes?.isForGuests) await refuseGuest(parts.store, request.caller.subject);
    });
    await app.register(accountRoutes(parts));
    await app.register(deviceRoutes(parts));
    await app.register(policyRoutes(parts));
    await app.register(licenseRoutes(parts));
    await app.register(documentRoutes(parts));
    await app.register(accessRequestRoutes(parts));
    await app.register(peopleRoutes(parts));
    await app.register(keyRoutes(parts));
    await app.register(adminRoutes(parts));
    await app.register(superAccessRoutes(parts));
    if (typeof guests !== "string") await app.register(passkeyRoutes(guests.passkeys));
  };
