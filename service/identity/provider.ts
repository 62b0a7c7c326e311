import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import { codeOf, RightsError } from "../../shared/errors.js";
import type { Audit } from "../audit.js";
import type { Directory } from "../directory/directory.js";
import { RateLimit } from "../rate-limit.js";
import type { Store } from "../store/store.js";
import { interactionRoutes } from "./interactions.js";
import { messagePage, pageHeaders, renderPage } from "./pages.js";
import { providerSetup } from "./provider-setup.js";
import { refuseRemovedDevices } from "./removed-devices.js";
import { SignIn } from "./sign-in.js";

export { clientId } from "./provider-setup.js";

export interface IdentityOptions {
  store: Store;
  /** Asked at every sign-in and refresh. Best not a cached one: who is switched off should be out at once. */
  directory: Directory;
  audit: Audit;
  /** The service's origin; the issuer is `<publicUrl>/oidc`. */
  publicUrl: URL;
  /** Shown on the pages. */
  organisation: string;
  /** What access tokens are for: `urn:sealwright:<tenant id>`. */
  audience: string;
  now?: () => number;
}

/** Requests to the provider from one network address: each may leave a row behind that lives for a while. */
const perIp = { burst: 200, perSecond: 5 };

export const issuerOf = (publicUrl: URL): string => `${publicUrl.origin}/oidc`;

/** The embedded OpenID provider: `app.register(await identityRoutes(options))` serves everything under `/oidc`. */
export async function identityRoutes(options: IdentityOptions): Promise<FastifyPluginAsync> {
  const { now = Date.now, publicUrl } = options;
  const { Provider, errors } = await loadProvider();
  const provider = new Provider(issuerOf(publicUrl), await providerSetup({ ...options, errors, now }));
  refuseRemovedDevices(provider, options.store.devices);
  provider.proxy = true; // it believes the headers that `asPublic` sets, and no others
  const signIn = new SignIn(options.store.accounts, options.audit, now);
  const limit = new RateLimit({ ...perIp, now });
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null)); // the provider reads bodies itself
    app.addHook("onRequest", async (request) => {
      if (!limit.take(request.ip)) throw new RightsError("rate-limited", "too many requests; wait a minute");
      asPublic(request, publicUrl);
    });
    app.setErrorHandler(sendError);
    app.register(async (pages) => interactionRoutes(pages, { ...options, provider, signIn }));
    mount(app, provider);
  };
}

/**
 * Its addresses are the public ones whatever a request says: a forged Host or X-Forwarded header cannot put a foreign
 * address into a redirect, a cookie or the check of a proof.
 */
function asPublic({ raw }: FastifyRequest, publicUrl: URL): void {
  raw.headers.host = publicUrl.host;
  raw.headers["x-forwarded-host"] = publicUrl.host;
  raw.headers["x-forwarded-proto"] = publicUrl.protocol.slice(0, -1);
}

function mount(app: FastifyInstance, provider: Provider): void {
  const handle = provider.callback();
  provider.on("server_error", (_ctx, error) => app.log.error(error));
  app.all("/oidc/*", async (request, reply) => {
    reply.hijack();
    const raw = Object.assign(request.raw, { originalUrl: request.raw.url });
    raw.url = raw.url!.slice("/oidc".length);
    await handle(raw, reply.raw);
  });
}

function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const limited = codeOf(error) === "rate-limited";
  const expired = error.name === "SessionNotFound" || codeOf(error) === "request-malformed";
  const status = limited ? 429 : expired ? 400 : (error.statusCode ?? 500);
  if (status >= 500) request.log.error(error);
  const sentence = limited
    ? "Too many requests came from your network. Wait a minute and try again."
    : "It took too long, or cookies are switched off. Start it again from the program you came from.";
  const page =
    status >= 500
      ? messagePage("Something went wrong here", "Try again in a minute.")
      : messagePage("The sign-in cannot go on", sentence);
  return reply.code(status).headers(pageHeaders()).send(renderPage(page));
}

/** It says "unsupported runtime" while it loads on Node 20, where it runs well: that one line is left out. */
async function loadProvider(): Promise<typeof import("oidc-provider")> {
  const { warn } = console;
  console.warn = (...said: unknown[]) => {
    if (!String(said[0]).includes("oidc-provider WARNING: Unsupported runtime")) warn(...said);
  };
  try {
    return await import("oidc-provider");
  } finally {
    console.warn = warn;
  }
}
