import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import type { Interaction } from "oidc-provider";
import { RightsError } from "../../shared/errors.js";
import type { Directory } from "../directory/directory.js";
import { groupedCode } from "./device-flow.js";
import { formIn, parseForms } from "./forms.js";
import { cancel, choosePassword, consent, type Step, send, signIn, useOtherAccount } from "./interaction-steps.js";
import { beginSignIn, comeBack, leave } from "./other-provider-steps.js";
import { messagePage, type Page, readerOf } from "./pages/page.js";
import { type AskingDevice, consentPage } from "./pages/sign-in.js";
import { pageHeaders } from "./pages/style.js";
import type { PasswordChange } from "./password-change.js";
import { callbackPath, type OtherProviders } from "./providers/other-providers.js";
import type { SignIn } from "./sign-in.js";

export interface InteractionsOptions {
  provider: Provider;
  signIn: SignIn;
  passwords: PasswordChange;
  others: OtherProviders;
  directory: Directory;
  organisation: string;
  publicUrl: URL;
}

type Params = { Params: { uid: string } };
type ProviderParams = { Params: { uid: string; id: string } };

/** What the forms can ask for, and in which step of a sign-in each belongs. */
const actions = new Map([
  ["sign-in", { prompt: "login", act: signIn }],
  ["choose-password", { prompt: "login", act: choosePassword }],
  ["consent", { prompt: "consent", act: consent }],
  ["other-account", { prompt: "consent", act: useOtherAccount }],
  ["cancel", { prompt: null, act: cancel }],
]);

/**
 * The pages between an authorization request and its answer: sign in, then consent. Plain forms, so a program can fill
 * them in as well as a person:
 *
 * 1. `GET /oidc/auth?…` → 303 to `/oidc/interaction/<uid>`, with cookies.
 * 2. `GET` it → a form with the hidden field `action`, here `sign-in`.
 * 3. `POST action=sign-in&username=…&password=…` to the same address → 303, or the form again: 401 for a wrong name or
 *    password, 429 after too many. Where the password was given to the person, a form with `choose-password` comes first.
 * 4. Follow the redirects to the next interaction; its `action` is `consent`. `POST action=consent` → 303.
 * 5. Follow the redirects to the client's loopback address, which carries `code`, `state` and `iss`.
 *
 * `action=cancel` at any of them ends it: the client gets `error=access_denied`.
 */
export function interactionRoutes(app: FastifyInstance, options: InteractionsOptions): void {
  parseForms(app);
  app.get<Params>("/oidc/interaction/:uid", async (request, reply) => {
    const step = await stepOf(request, reply, new URLSearchParams(), options);
    return step.interaction.prompt.name === "login" ? beginSignIn(step) : send(step, await agreementPage(step));
  });
  app.post<Params>("/oidc/interaction/:uid", async (request, reply) => {
    const form = formIn(request, options.publicUrl);
    const step = await stepOf(request, reply, form, options);
    const action = actions.get(form.get("action") ?? "");
    if (action && (action.prompt ?? step.interaction.prompt.name) === step.interaction.prompt.name)
      return action.act(step);
    throw new RightsError("request-malformed", "this form does not belong to this step of the sign-in");
  });
}

/**
 * By way of another provider: `GET …/with/<id>` leads there, `/oidc/callback/<id>` is where it sends the browser back to,
 * and `…/from/<id>` takes the answer, since only there the browser shows the cookie of its sign-in.
 */
export function otherProviderRoutes(app: FastifyInstance, options: InteractionsOptions): void {
  const stepFor = async (request: FastifyRequest<ProviderParams>, reply: FastifyReply) => {
    const step = await stepOf(request, reply, queryOf(request), options);
    const party = options.others.find(request.params.id);
    if (party !== null && step.interaction.prompt.name === "login") return { step, party };
    throw new RightsError("request-malformed", "this step does not belong to this sign-in");
  };
  app.get<ProviderParams>("/oidc/interaction/:uid/with/:id", async (request, reply) => {
    const { step, party } = await stepFor(request, reply);
    return leave(step, party);
  });
  app.get<ProviderParams>("/oidc/interaction/:uid/from/:id", async (request, reply) => {
    const { step, party } = await stepFor(request, reply);
    return comeBack(step, party);
  });
  app.get<ProviderParams>(`${callbackPath}/:id`, async (request, reply) => {
    const [, uid] = /^([\w-]{1,64})\.[\w-]{43}$/.exec(queryOf(request).get("state") ?? "") ?? [];
    if (uid === undefined || options.others.find(request.params.id) === null)
      throw new RightsError("request-malformed", "this answer is to no question of ours");
    return reply
      .headers(pageHeaders())
      .redirect(`/oidc/interaction/${uid}/from/${request.params.id}?${queryOf(request)}`, 303);
  });
}

const queryOf = ({ raw }: FastifyRequest): URLSearchParams => new URLSearchParams(raw.url?.split("?")[1] ?? "");

/** The interaction that the cookie names; the address must name the same. */
async function stepOf(
  request: FastifyRequest<Params>,
  reply: FastifyReply,
  form: URLSearchParams,
  options: InteractionsOptions,
): Promise<Step> {
  const interaction = await options.provider.interactionDetails(request.raw, reply.raw);
  if (interaction.uid !== request.params.uid) throw new RightsError("request-malformed", "this is another sign-in");
  const reader = readerOf(options.organisation, request.headers["accept-language"]);
  return { request, reply, interaction, form, reader, options };
}

async function agreementPage({ interaction, reader, options }: Step): Promise<Page> {
  const person = await options.directory.findBySubject(interaction.session?.accountId ?? "");
  if (interaction.prompt.name === "consent" && person)
    return consentPage(reader, `${person.name} (${person.address})`, await askingDevice(interaction, options.provider));
  return messagePage(reader.say.cannotGoOn, reader.say.tookTooLong);
}

async function askingDevice({ deviceCode }: Interaction, provider: Provider): Promise<AskingDevice | null> {
  const device = deviceCode === undefined ? undefined : await provider.DeviceCode.find(deviceCode);
  if (deviceCode === undefined) return null;
  return { code: groupedCode(device?.userCode ?? ""), ip: String(device?.deviceInfo?.ip ?? "") };
}
