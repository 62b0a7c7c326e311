import type { FastifyReply } from "fastify";
import type { Interaction } from "oidc-provider";
import { enter, goOn, type Step, send, waysOf } from "./interaction-steps.js";
import { goOnPage, signInPage } from "./pages/sign-in.js";
import type { RelyingParty } from "./providers/relying-party.js";

/** Where a sign-in begins: at the one provider that is meant, or with a page to choose on. */
export async function beginSignIn(step: Step): Promise<FastifyReply> {
  const { interaction, reader, options } = step;
  const expected = expectedIn(interaction);
  const last = await options.others.troubleOf(interaction.uid);
  const way = last === null ? options.others.wayFor(expected) : null; // or it would go there again and again
  const url = way && (await options.others.leave(way, interaction.uid, expected));
  if (way && url) return send(step, goOnPage(reader, way.config.name, url));
  const trouble = last ?? (await options.others.troubleOf(interaction.uid));
  const sentence = trouble ? reader.say.providerTroubles[trouble.trouble](trouble.party.config.name) : undefined;
  return send(step, signInPage(reader, waysOf(step), { username: expected ?? "", trouble: sentence }));
}

/** Whom the program expects to sign in; `null` when the person said that they are somebody else. */
function expectedIn({ params: { login_hint }, lastSubmission }: Interaction): string | null {
  if (lastSubmission?.otherAccount) return null;
  return typeof login_hint === "string" ? login_hint.slice(0, 254) : "";
}

/** To the provider the person chose. */
export async function leave(step: Step, party: RelyingParty): Promise<FastifyReply> {
  const { uid } = step.interaction;
  const url = await step.options.others.leave(party, uid, expectedIn(step.interaction));
  return goOn(step, url?.href ?? pathOf(uid));
}

/** Back from it: signed in, or to the page that says why not. */
export async function comeBack(step: Step, party: RelyingParty): Promise<FastifyReply> {
  const { uid } = step.interaction;
  const account = await step.options.others.comeBack(party, uid, step.form, step.request.ip);
  return account === null ? goOn(step, pathOf(uid)) : enter(step, account);
}

const pathOf = (uid: string): string => `/oidc/interaction/${uid}`;
