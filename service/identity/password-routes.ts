import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { formIn, parseForms } from "./forms.js";
import { messagePage, type Page, type Reader, readerOf, renderPage } from "./pages/page.js";
import { changePasswordPage, type PasswordMistake } from "./pages/password.js";
import { passwordPath } from "./pages/sign-in.js";
import { pageHeaders } from "./pages/style.js";
import type { PasswordChange } from "./password-change.js";
import type { SignIn } from "./sign-in.js";

export interface PasswordRoutesOptions {
  signIn: SignIn;
  passwords: PasswordChange;
  organisation: string;
  publicUrl: URL;
}

/** Usernames are as long as addresses may be. */
const maxUsername = 254;

/** Where people change their password: whoever knows the present one may, from any browser, signed in or not. */
export function passwordRoutes(app: FastifyInstance, options: PasswordRoutesOptions): void {
  parseForms(app);
  const send = (reply: FastifyReply, page: Page, reader: Reader) =>
    reply.headers(pageHeaders()).send(renderPage(page, reader));
  const reader = ({ headers }: FastifyRequest) => readerOf(options.organisation, headers["accept-language"]);
  app.get(passwordPath, async (request, reply) => send(reply, changePasswordPage(reader(request)), reader(request)));
  app.post(passwordPath, async (request, reply) => {
    const form = formIn(request, options.publicUrl);
    const { say } = reader(request);
    const username = (form.get("username") ?? "").slice(0, maxUsername);
    const again = (status: number, mistake: PasswordMistake) =>
      send(reply.code(status), changePasswordPage(reader(request), username, mistake), reader(request));
    const tried = { username, password: form.get("password") ?? "", ip: request.ip };
    const outcome = await options.signIn.check(tried, "change-password");
    if ("account" in outcome) {
      const trouble = await options.passwords.change(outcome.account, form, request.ip);
      if (trouble !== null) return again(422, { field: "new", sentence: say.troubles[trouble] });
      return send(reply, messagePage(say.passwordChanged, say.passwordChangedNext, "good"), reader(request));
    }
    if (outcome.refused === "wrong") return again(401, { field: "current", sentence: say.wrongCurrent });
    reply.header("retry-after", outcome.seconds);
    return again(429, { field: "current", sentence: say.limited(outcome.seconds) });
  });
}
