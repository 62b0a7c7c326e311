import { z } from "zod";
import { fromBase64url, utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import { type ProofKey, proofFor } from "../shared/protocol/proof.js";
import { parseMessage } from "../shared/protocol/service-api.js";
import { reach } from "../shared/protocol/service-client.js";
import { boundedBody } from "./web-answer.js";

/** What a token request gives. `untilMs` by this computer's clock. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly untilMs: number;
}

const token = z.string().min(1).max(16_384);

const Granted = z.object({
  access_token: token,
  token_type: z.string().regex(/^dpop$/i),
  expires_in: z.int().min(1).max(86_400),
  refresh_token: token,
  id_token: token.optional(),
});

const Refused = z.object({ error: z.string().max(64), code: z.string().max(64).optional() });

const IdToken = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.string(),
  nonce: z.string(),
});

const maxAnswerBytes = 128 * 1024;

/**
 * One request to the token endpoint, bound to `key` (RFC 9449). A missing nonce is no refusal: it is asked for that way.
 * @throws RightsError `sign-in-needed` when the code or refresh token is no longer good; `device-removed` when `key` is
 * of a device that was; `service-failed`, `service-unreachable`, `rate-limited`.
 */
export async function requestTokens(
  endpoint: string,
  fields: Record<string, string>,
  key: ProofKey,
): Promise<Tokens & { idToken: string | null }> {
  const sentMs = Date.now();
  let { response, body } = await send(endpoint, fields, key, undefined);
  for (let tries = 0; !response.ok && tries < 2 && refusedFor(body)?.error === "use_dpop_nonce"; tries++)
    ({ response, body } = await send(endpoint, fields, key, response.headers.get("dpop-nonce") ?? undefined));
  if (!response.ok) throw refusalOf(response.status, refusedFor(body));
  const granted = parseMessage(Granted, parseJson(body, "service-failed"), "service-failed");
  return {
    access: granted.access_token,
    refresh: granted.refresh_token,
    untilMs: sentMs + granted.expires_in * 1000,
    idToken: granted.id_token ?? null,
  };
}

async function send(endpoint: string, fields: Record<string, string>, key: ProofKey, nonce: string | undefined) {
  const form = utf8(new URLSearchParams(fields).toString());
  const proven = { method: "POST", url: endpoint, body: form, ...(nonce === undefined ? {} : { nonce }) };
  const response = await reach(endpoint, {
    method: "POST",
    body: form,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      dpop: await proofFor(proven, key, Date.now()),
    },
  });
  return { response, body: await boundedBody(response, maxAnswerBytes) };
}

function refusedFor(body: Parameters<typeof parseJson>[0]): z.infer<typeof Refused> | null {
  try {
    return Refused.parse(parseJson(body, "service-failed"));
  } catch {
    return null;
  }
}

function refusalOf(status: number, refused: z.infer<typeof Refused> | null): RightsError {
  const error = refused?.error;
  if (refused?.code === "device-removed")
    return new RightsError("device-removed", "this device was removed; sign in again to use it");
  if (error === "invalid_grant") return new RightsError("sign-in-needed", "the sign-in has ended; sign in again");
  if (error === "invalid_dpop_proof")
    return new RightsError("service-failed", "the service did not accept this computer's proof; is its clock right?");
  if (status === 429) return new RightsError("rate-limited", "the service is asked too often; try again in a minute");
  if ([502, 503, 504].includes(status))
    return new RightsError("service-unreachable", "the service is not available now; try again when it is back");
  return new RightsError("service-failed", `the service could not finish the sign-in (${status}); try again later`);
}

/**
 * Whom an ID token is about. It came from the token endpoint itself, whose TLS stands for its signature (OpenID Connect
 * Core §3.1.3.7); what remains is that it belongs to this provider, this client and this very sign-in.
 * @throws RightsError `service-untrusted`.
 */
export function subjectOf(idToken: string | null, wanted: { issuer: string; clientId: string; nonce: string }): string {
  const untrusted = new RightsError("service-untrusted", "the service answered for another sign-in; try again");
  const parsed = IdToken.safeParse(claimsOf(idToken));
  if (!parsed.success) throw untrusted;
  const { iss, aud, nonce, sub } = parsed.data;
  const isOurs = iss === wanted.issuer && nonce === wanted.nonce && [aud].flat().includes(wanted.clientId);
  if (!isOurs) throw untrusted;
  return sub;
}

function claimsOf(idToken: string | null): unknown {
  try {
    return parseJson(fromBase64url(idToken?.split(".")[1] ?? "", "service-untrusted"), "service-untrusted");
  } catch {
    return null;
  }
}
