import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import type { Interaction, InteractionResults } from "oidc-provider";
import { RightsError } from "../../shared/errors.js";
import type { Directory } from "../directory/directory.js";
import { consentPage, messagePage, type Page, pageHeaders, renderPage, signInPage } from "./pages.js";
import type { SignIn } from "./sign-in.js";

export interface InteractionsOptions {
  provider: Provider;
  signIn: SignIn;
  directory: Directory;
  organisation: string;
  publicUrl: URL;
}

type Params = { Params: { uid: string } };

/** Far more than a name, a password and an action need. */
const maxFormBytes = 16_384;

const wrongPassword = "This mail address and password do not belong together. Check both and try again.";

/**
 * The pages between an authorization request and its answer: sign in, then consent. Plain forms without scripts, so a
 * program can fill them in as well as a person:
 *
 * 1. `GET /oidc/auth?…` → 303 to `/oidc/interaction/<uid>`, with cookies.
 * 2. `GET` it → a form with the hidden field `action`, here `sign-in`.
 * 3. `POST action=sign-in&username=…&password=…` to the same address → 303, or the form again: 401 for a wrong name or
 *    password, 429 after too many.
 * 4. Follow the redirects to the next interaction; its `action` is `consent`. `POST action=consent` → 303.
 * 5. Follow the redirects to the client's loopback address, which carries `code`, `state` and `iss`.
 *
 * `action=cancel` at any of them ends it: the client gets `error=access_denied`.
 */
export function interactionRoutes(app: FastifyInstance, options: InteractionsOptions): void {
  const parse = { parseAs: "string" as const, bodyLimit: maxFormBytes };
  app.addContentTypeParser<string>("application/x-www-form-urlencoded", parse, (_request, body, done) =>
    done(null, new URLSearchParams(body)),
  );
  app.get<Params>("/oidc/interaction/:uid", async (request, reply) => {
    const interaction = await currentInteraction(request, reply, options);
    return send(reply, interaction, await pageFor(interaction, options));
  });
  app.post<Params>("/oidc/interaction/:uid", async (request, reply) => {
    refuseForeignForm(request, options.publicUrl);
    const interaction = await currentInteraction(request, reply, options);
    return answer(request, reply, interaction, options);
  });
}

/** The interaction that the cookie names; the address must name the same. */
async function currentInteraction(
  request: FastifyRequest<Params>,
  reply: FastifyReply,
  { provider }: InteractionsOptions,
): Promise<Interaction> {
  const interaction = await provider.interactionDetails(request.raw, reply.raw);
  if (interaction.uid !== request.params.uid) throw new RightsError("request-malformed", "this is another sign-in");
  return interaction;
}

/** Browsers always say where a form comes from; a program without a browser does not need to. */
function refuseForeignForm({ headers }: FastifyRequest, publicUrl: URL): void {
  const foreignOrigin = headers.origin !== undefined && headers.origin !== publicUrl.origin;
  const site = headers["sec-fetch-site"];
  if (foreignOrigin || (site !== undefined && site !== "same-origin"))
    throw new RightsError("request-malformed", "this form was sent from another site");
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  interaction: Interaction,
  options: InteractionsOptions,
): Promise<FastifyReply> {
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const action = form.get("action");
  const finish = async (result: InteractionResults) => goOn(reply, await resultOf(request, reply, result, options));
  if (action === "cancel") return finish({ error: "access_denied" });
  if (action === "sign-in" && interaction.prompt.name === "login")
    return signIn(request, reply, interaction, form, options);
  if (action === "consent" && interaction.prompt.name === "consent")
    return finish({ consent: { grantId: await grant(interaction, options) } });
  throw new RightsError("request-malformed", "this form does not belong to this step of the sign-in");
}

async function signIn(
  request: FastifyRequest,
  reply: FastifyReply,
  interaction: Interaction,
  form: URLSearchParams,
  options: InteractionsOptions,
): Promise<FastifyReply> {
  const [username, password] = [form.get("username") ?? "", form.get("password") ?? ""];
  const again = (trouble: string) =>
    send(reply, interaction, signInPage(options.organisation, username.slice(0, 254), trouble));
  const outcome = await options.signIn.check({ username, password, ip: request.ip });
  if ("account" in outcome) {
    const accountId = outcome.account.id;
    const next = await resultOf(request, reply, { login: { accountId, remember: false } }, options);
    await endOtherSession(interaction, accountId, options.provider);
    return goOn(reply, next);
  }
  if (outcome.refused === "wrong") {
    reply.code(401);
    return again(wrongPassword);
  }
  const { seconds } = outcome;
  reply.code(429).header("retry-after", seconds);
  return again(`Too many wrong passwords. Try again in ${seconds} seconds.`);
}

/** Where somebody else was signed in before, that ends here: the provider would ask once more, with a script. */
async function endOtherSession({ session }: Interaction, accountId: string, provider: Provider): Promise<void> {
  const known = session && session.accountId !== accountId ? await provider.Session.findByUid(session.uid) : undefined;
  if (!known?.accountId) return;
  known.accountId = undefined;
  known.authorizations = undefined;
  await known.persist();
}

/** What the person agrees to: the one resource there is, for the one client there is. */
async function grant({ params, session, grantId }: Interaction, { provider }: InteractionsOptions): Promise<string> {
  const known = grantId ? await provider.Grant.find(grantId) : undefined;
  const agreed = known ?? new provider.Grant({ accountId: session!.accountId, clientId: params.client_id as string });
  agreed.addOIDCScope("openid offline_access");
  return agreed.save();
}

/** Keep what came out of this step. @returns where the flow goes on. */
const resultOf = (
  request: FastifyRequest,
  reply: FastifyReply,
  result: InteractionResults,
  { provider }: InteractionsOptions,
): Promise<string> => provider.interactionResult(request.raw, reply.raw, result);

const goOn = (reply: FastifyReply, next: string): FastifyReply => reply.headers(pageHeaders()).redirect(next, 303);

async function pageFor(interaction: Interaction, { organisation, directory }: InteractionsOptions): Promise<Page> {
  if (interaction.prompt.name === "login") return signInPage(organisation);
  const person = await directory.findBySubject(interaction.session?.accountId ?? "");
  if (interaction.prompt.name === "consent" && person)
    return consentPage(organisation, `${person.name} (${person.address})`);
  return messagePage("The sign-in cannot go on", "Start it again from the program you came from.");
}

/** A browser applies `form-action` to the redirects after a form as well, up to the program that waits for the code. */
function send(reply: FastifyReply, { params }: Interaction, page: Page): FastifyReply {
  const redirectUri = typeof params.redirect_uri === "string" ? [new URL(params.redirect_uri).origin] : [];
  return reply.headers(pageHeaders(redirectUri)).send(renderPage(page));
}
