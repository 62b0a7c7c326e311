import type { EventEmitter } from "node:events";
import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import { codeOf, RightsError } from "../../shared/errors.js";
import type { Audit } from "../audit.js";
import type { ProviderConfig } from "../config.js";
import type { Directory } from "../directory/directory.js";
import { RateLimit } from "../rate-limit.js";
import type { Store } from "../store/store.js";
import { pollSeconds } from "./device-flow.js";
import { type GuestGrant, grantToGuest } from "./guest-grant.js";
import { interactionRoutes, otherProviderRoutes } from "./interactions.js";
import { messagePage, readerOf, renderPage } from "./pages/page.js";
import { pageHeaders } from "./pages/style.js";
import { PasswordChange } from "./password-change.js";
import { passwordRoutes } from "./password-routes.js";
import { providerSetup } from "./provider-setup.js";
import type { Ask } from "./providers/answer.js";
import { OtherProviders } from "./providers/other-providers.js";
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
  /** Other OpenID providers, whether passwords of this service are taken besides, and how they are asked. */
  others?: { providers: readonly ProviderConfig[]; passwords: boolean; ask?: Ask };
  /** What access tokens are for: `urn:sealwright:<tenant id>`. */
  audience: string;
  now?: () => number;
}

/** Requests to the provider from one network address: each may leave a row behind that lives for a while. */
const perIp = { burst: 200, perSecond: 5 };

/** Codes of devices that are tried, from one network address and from everywhere: one in 25 thousand million is right. */
const codesPerIp = { burst: 20, perSecond: 1 / 10 };
const codesAtAll = { burst: 500, perSecond: 2 };

export const issuerOf = (publicUrl: URL): string => `${publicUrl.origin}/oidc`;

/** The embedded OpenID provider. */
export interface IdentityProvider {
  /** Serves everything under `/oidc`. */
  readonly routes: FastifyPluginAsync;
  /** An authorization code for the page that asked, once it is known who is in front of it. */
  letIn(guest: GuestGrant): Promise<string>;
}

/** `app.register(await identityRoutes(options))`, where nobody comes in but by its pages. */
export const identityRoutes = async (options: IdentityOptions): Promise<FastifyPluginAsync> =>
  (await openIdentity(options)).routes;

export async function openIdentity(options: IdentityOptions): Promise<IdentityProvider> {
  const { now = Date.now, publicUrl } = options;
  const { Provider, errors } = await loadProvider();
  const provider = new Provider(issuerOf(publicUrl), await providerSetup({ ...options, errors, now }));
  refuseRemovedDevices(provider, options.store.devices);
  provider.proxy = true; // it believes the headers that `asPublic` sets, and no others
  guidePages(provider);
  const signIn = new SignIn(options.store.accounts, options.audit, now);
  const passwords = new PasswordChange({ ...options, now });
  const takes = limits(now);
  const { providers: configs, ...how } = options.others ?? { providers: [], passwords: true };
  const routes: FastifyPluginAsync = async (app) => {
    const warn = (error: unknown) => app.log.warn(error);
    const others = await OtherProviders.open({ ...options, ...how, configs, warn, now });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null)); // the provider reads bodies itself
    app.addHook("onRequest", async (request) => {
      if (!takes(request)) throw new RightsError("rate-limited", "too many requests; wait a minute");
      asPublic(request, publicUrl);
    });
    app.setErrorHandler((error: FastifyError, request, reply) =>
      sendError(error, request, reply, options.organisation),
    );
    app.register(async (pages) => {
      interactionRoutes(pages, { ...options, provider, signIn, passwords, others });
      otherProviderRoutes(pages, { ...options, provider, signIn, passwords, others });
    });
    if (others.passwords) app.register(async (pages) => passwordRoutes(pages, { ...options, signIn, passwords }));
    mount(app, provider);
  };
  return { routes, letIn: (guest) => grantToGuest(provider, guest, options) };
}

/** Whether a request may go on. */
function limits(now: () => number): (request: FastifyRequest) => boolean {
  const requests = new RateLimit({ ...perIp, now });
  const codes = new RateLimit({ ...codesPerIp, now });
  const allCodes = new RateLimit({ ...codesAtAll, now });
  return ({ ip, method, url }) => {
    const isCode = method === "POST" && url.split("?", 1)[0] === "/oidc/device";
    return requests.take(ip) && (!isCode || (codes.take(ip) && allCodes.take("")));
  };
}

/**
 * Two pages that the provider would send as a form which a script submits: the code in a device's address is put into
 * the field instead, and whoever signs out without being signed in is told so. And a form or answer that comes without
 * the session it belongs to begins anew: the provider fails there.
 */
function guidePages(provider: Provider): void {
  provider.on("device_authorization.success", (_ctx, answer) => Object.assign(answer, { interval: pollSeconds }));
  provider.use(async (ctx, next) => {
    const page = `${ctx.method} ${ctx.path}`;
    if (page === "GET /device") {
      ctx.state.userCode = [ctx.query.user_code].flat()[0];
      ctx.querystring = "";
    }
    const session = /^(POST \/device|GET \/device\/[\w-]+|GET \/session\/end)$/.test(page)
      ? await provider.Session.get(ctx)
      : null;
    if (page === "GET /session/end" && !session?.accountId) return ctx.redirect("/oidc/session/end/success");
    if (session && session.exp === undefined) return ctx.redirect("/oidc/device");
    await next();
  });
}

/**
 * Its addresses are the public ones whatever a request says: a forged Host or X-Forwarded header cannot put a foreign
 * address into a redirect, a cookie or the check of a proof.
 */
function asPublic({ raw, ip }: FastifyRequest, publicUrl: URL): void {
  raw.headers.host = publicUrl.host;
  raw.headers["x-forwarded-host"] = publicUrl.host;
  raw.headers["x-forwarded-for"] = ip;
  raw.headers["x-forwarded-proto"] = publicUrl.protocol.slice(0, -1);
}

function mount(app: FastifyInstance, provider: Provider): void {
  provider.on("server_error", (_ctx, error) => app.log.error(error));
  // a connection that broke off; without this the framework below prints it past the log
  const framework: EventEmitter = provider;
  framework.on("error", (error: Error) => app.log.info({ err: error }, "request broke off"));
  const handle = provider.callback();
  app.all("/oidc/*", async (request, reply) => {
    reply.hijack();
    const raw = Object.assign(request.raw, { originalUrl: request.raw.url });
    raw.url = raw.url!.slice("/oidc".length);
    await handle(raw, reply.raw);
  });
}

function sendError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  organisation: string,
): FastifyReply {
  const reader = readerOf(organisation, request.headers["accept-language"]);
  const { say } = reader;
  const limited = codeOf(error) === "rate-limited";
  const expired = error.name === "SessionNotFound" || codeOf(error) === "request-malformed";
  const status = limited ? 429 : expired ? 400 : (error.statusCode ?? 500);
  if (status >= 500) request.log.error(error);
  const page =
    status >= 500
      ? messagePage(say.wentWrong, say.tryLater)
      : messagePage(say.cannotGoOn, limited ? say.tooMany : say.tookTooLong);
  return reply.code(status).headers(pageHeaders()).send(renderPage(page, reader));
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
