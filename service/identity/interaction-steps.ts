import type { FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import type { Interaction, InteractionResults } from "oidc-provider";
import { RightsError } from "../../shared/errors.js";
import type { Account } from "../store/accounts.js";
import type { InteractionsOptions } from "./interactions.js";
import { type Page, type Reader, renderPage } from "./pages/page.js";
import { chooseOwnPage } from "./pages/password.js";
import { signInPage, type Ways } from "./pages/sign-in.js";
import { pageHeaders } from "./pages/style.js";

/** One request in the course of a sign-in, and what it belongs to. */
export interface Step {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly interaction: Interaction;
  /** What was sent: the fields of a form, or a query. */
  readonly form: URLSearchParams;
  readonly reader: Reader;
  readonly options: InteractionsOptions;
}

/** A browser applies `form-action` to the redirects after a form as well, up to the program that waits for the code. */
export function send({ reply, interaction: { params }, reader }: Step, page: Page): FastifyReply {
  const redirectUri = typeof params.redirect_uri === "string" ? [new URL(params.redirect_uri).origin] : [];
  return reply.headers(pageHeaders(redirectUri)).send(renderPage(page, reader));
}

/** The ways of signing in that a page offers. */
export function waysOf({ interaction, options: { others } }: Step): Ways {
  const path = (id: string) => `/oidc/interaction/${interaction.uid}/with/${id}`;
  const links = others.parties.map(({ config: { id, name } }) => ({ name, path: path(id) }));
  return { passwords: others.passwords, others: links };
}

/** Name and password. */
export async function signIn(step: Step): Promise<FastifyReply> {
  const { request, reply, form, reader, options } = step;
  if (!options.others.passwords) throw new RightsError("request-malformed", "nobody signs in with a password here");
  const [username, password] = [form.get("username") ?? "", form.get("password") ?? ""];
  const outcome = await options.signIn.check({ username, password, ip: request.ip });
  if ("account" in outcome)
    return outcome.account.mustChange ? chooseFirst(step, outcome.account) : enter(step, outcome.account);
  const again = (trouble: string) =>
    send(step, signInPage(reader, waysOf(step), { username: username.slice(0, 254), trouble }));
  if (outcome.refused === "wrong") {
    reply.code(401);
    return again(reader.say.wrong);
  }
  reply.code(429).header("retry-after", outcome.seconds);
  return again(reader.say.limited(outcome.seconds));
}

async function chooseFirst(step: Step, account: Account): Promise<FastifyReply> {
  await step.options.passwords.wait(step.interaction.uid, account);
  return send(step, chooseOwnPage(step.reader, account.addresses[0] ?? ""));
}

/** The password that the person chose instead of the one they were given. */
export async function choosePassword(step: Step): Promise<FastifyReply> {
  const { request, reply, interaction, form, reader, options } = step;
  const account = await options.passwords.waitingFor(interaction.uid);
  if (account === null) throw new RightsError("request-malformed", "this sign-in does not wait for a new password");
  const trouble = await options.passwords.change(account, form, request.ip);
  if (trouble === null) return enter(step, account);
  reply.code(422);
  const mistake = { field: "new", sentence: reader.say.troubles[trouble] } as const;
  return send(step, chooseOwnPage(reader, account.addresses[0] ?? "", mistake));
}

/** From here on the sign-in is theirs. */
export async function enter(step: Step, { id: accountId }: Pick<Account, "id">): Promise<FastifyReply> {
  const next = await resultOf(step, { login: { accountId, remember: false } });
  // Where somebody else was signed in before, that ends here: the provider would ask once more, with a script.
  if (step.interaction.session?.accountId !== accountId) await endSession(step.interaction, step.options.provider);
  return goOn(step, next);
}

/** Nobody is signed in in this browser any more. */
async function endSession({ session }: Interaction, provider: Provider): Promise<void> {
  const known = session && (await provider.Session.findByUid(session.uid));
  if (!known?.accountId) return;
  known.accountId = undefined;
  known.authorizations = undefined;
  await known.persist();
}

/** What the person agrees to: the one resource there is, for the one client there is. */
export async function consent(step: Step): Promise<FastifyReply> {
  const { params, session, grantId } = step.interaction;
  const { Grant } = step.options.provider;
  const known = grantId ? await Grant.find(grantId) : undefined;
  const agreed = known ?? new Grant({ accountId: session!.accountId, clientId: params.client_id as string });
  agreed.addOIDCScope("openid offline_access");
  return goOn(step, await resultOf(step, { consent: { grantId: await agreed.save() } }));
}

export const cancel = async (step: Step): Promise<FastifyReply> =>
  goOn(step, await resultOf(step, { error: "access_denied" }));

/** The same question once more, as if nobody were signed in. */
export async function useOtherAccount(step: Step): Promise<FastifyReply> {
  const { request, reply, interaction, options } = step;
  const fresh = { mergeWithLastSubmission: false }; // or the sign-in of before would come along
  const next = await options.provider.interactionResult(request.raw, reply.raw, { otherAccount: true }, fresh);
  await endSession(interaction, options.provider);
  return goOn(step, next);
}

/** Keep what came out of this step. @returns where the flow goes on. */
const resultOf = ({ request, reply, options }: Step, result: InteractionResults): Promise<string> =>
  options.provider.interactionResult(request.raw, reply.raw, result);

export const goOn = ({ reply }: Step, next: string): FastifyReply => reply.headers(pageHeaders()).redirect(next, 303);
