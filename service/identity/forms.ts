import type { FastifyInstance, FastifyRequest } from "fastify";
import { RightsError } from "../../shared/errors.js";

/** Far more than a name, passwords and an action need. */
const maxFormBytes = 16_384;

/** Reads the forms of our pages, and nothing else. */
export function parseForms(app: FastifyInstance): void {
  const parse = { parseAs: "string" as const, bodyLimit: maxFormBytes };
  app.addContentTypeParser<string>("application/x-www-form-urlencoded", parse, (_request, body, done) =>
    done(null, new URLSearchParams(body)),
  );
}

/**
 * The fields of a form that one of our pages sent. Browsers always say where a form comes from; a program without a
 * browser does not need to.
 * @throws RightsError `request-malformed` for a form of another site.
 */
export function formIn({ body, headers }: FastifyRequest, publicUrl: URL): URLSearchParams {
  const foreignOrigin = headers.origin !== undefined && headers.origin !== publicUrl.origin;
  const site = headers["sec-fetch-site"];
  if (foreignOrigin || (site !== undefined && site !== "same-origin"))
    throw new RightsError("request-malformed", "this form was sent from another site");
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}
