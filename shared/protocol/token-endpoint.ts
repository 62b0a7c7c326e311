import * as z from "zod";
import { type Bytes, fromBase64url, utf8 } from "../bytes.js";
import { RightsError } from "../errors.js";
import { parseJson } from "../json.js";
import { type ProofKey, proofFor } from "./proof.js";
import { parseMessage } from "./service-api.js";
import { reach } from "./service-client.js";
import { boundedBody } from "./web-answer.js";

/** What a token request gives. `untilMs` by this computer's clock. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly untilMs: number;
}

const token = z.string().min(1).max(16_384);

const GrantedAnswer = z.object({
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
  nonce: z.string().nullable().default(null),
});

const maxAnswerBytes = 128 * 1024;

/** How often to ask while a person agrees somewhere else, and until when (ms, by this computer's clock). */
export interface Polling {
  readonly intervalMs: number;
  readonly untilMs: number;
}

type Granted = Tokens & { idToken: string | null };

/**
 * One request to the token endpoint, bound to `key` (RFC 9449).
 * @throws RightsError `sign-in-needed` when the code or refresh token is no longer good; `device-removed` when `key` is
 * of a device that was; `service-failed`, `service-unreachable`, `rate-limited`.
 */
export async function requestTokens(
  endpoint: string,
  fields: Readonly<Record<string, string>>,
  key: ProofKey,
): Promise<Granted> {
  const answer = await new TokenEndpoint(endpoint, key).ask(fields);
  if ("access" in answer) return answer;
  throw refusalOf(answer);
}

/** How much longer to wait after each `slow_down` (RFC 8628 §3.5). */
const slowerMs = 5000;

/**
 * Asks until the person has agreed to a device code. A service that is away for a while is asked again, less often.
 * @throws RightsError `sign-in-failed` when it was refused or took too long; `device-removed`, `service-failed`.
 */
export async function pollForTokens(
  endpoint: string,
  fields: Readonly<Record<string, string>>,
  key: ProofKey,
  { intervalMs, untilMs }: Polling,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<Granted> {
  const tokens = new TokenEndpoint(endpoint, key);
  for (let waitMs = intervalMs; Date.now() < untilMs; ) {
    await pause(Math.min(waitMs, Math.max(0, untilMs - Date.now())));
    const answer = await tokens.ask(fields).catch(unlessAway);
    if ("access" in answer) return answer;
    if (answer.error === "slow_down" || answer.status === 429) waitMs += slowerMs;
    else if (isAway(answer.status)) waitMs = Math.min(waitMs * 2, maxWaitMs);
    else if (answer.error === "expired_token") break;
    else if (answer.error === "access_denied") throw new RightsError("sign-in-failed", "the sign-in was not allowed");
    else if (answer.error !== "authorization_pending") throw refusalOf(answer);
  }
  throw new RightsError("sign-in-failed", "nobody entered the code in time, so it has ended; try again");
}

const maxWaitMs = 60_000;

const isAway = (status: number): boolean => status === 502 || status === 503 || status === 504;

function unlessAway(error: unknown): Refusal {
  if (error instanceof RightsError && error.code === "service-unreachable") return { status: 503 };
  throw error;
}

interface Refusal {
  readonly status: number;
  /** As OAuth names it. */
  readonly error?: string | undefined;
  /** As we name it. */
  readonly code?: string | undefined;
}

/** A missing nonce is no refusal: it is asked for that way, and kept for the next request. */
class TokenEndpoint {
  readonly #url: string;
  readonly #key: ProofKey;
  #nonce: string | undefined;

  constructor(url: string, key: ProofKey) {
    this.#url = url;
    this.#key = key;
  }

  async ask(fields: Readonly<Record<string, string>>): Promise<Granted | Refusal> {
    const sentMs = Date.now();
    let { response, body } = await this.#send(fields);
    for (let tries = 0; !response.ok && tries < 2 && refusedFor(body).error === "use_dpop_nonce"; tries++)
      ({ response, body } = await this.#send(fields));
    return response.ok ? grantedIn(body, sentMs) : { status: response.status, ...refusedFor(body) };
  }

  async #send(fields: Readonly<Record<string, string>>) {
    const answer = await send(this.#url, fields, this.#key, this.#nonce);
    this.#nonce = answer.response.headers.get("dpop-nonce") ?? this.#nonce;
    return answer;
  }
}

function grantedIn(body: Bytes, sentMs: number): Granted {
  const granted = parseMessage(GrantedAnswer, parseJson(body, "service-failed"), "service-failed");
  return {
    access: granted.access_token,
    refresh: granted.refresh_token,
    untilMs: sentMs + granted.expires_in * 1000,
    idToken: granted.id_token ?? null,
  };
}

/** How long a person waits for the service when they sign out. */
const revokeWithinMs = 5000;

/**
 * Ends a sign-in at the service (RFC 7009).
 * @throws RightsError `service-unreachable`, `service-failed`.
 */
export async function revokeToken(endpoint: string, refresh: string, clientId: string): Promise<void> {
  const body = new URLSearchParams({ token: refresh, token_type_hint: "refresh_token", client_id: clientId });
  const response = await reach(endpoint, { method: "POST", body, signal: AbortSignal.timeout(revokeWithinMs) });
  await response.drop();
  if (!response.ok) throw new RightsError("service-failed", `the service did not end the sign-in (${response.status})`);
}

async function send(
  endpoint: string,
  fields: Readonly<Record<string, string>>,
  key: ProofKey,
  nonce: string | undefined,
) {
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

function refusedFor(body: Bytes): Partial<z.infer<typeof Refused>> {
  try {
    return Refused.parse(parseJson(body, "service-failed"));
  } catch {
    return {};
  }
}

function refusalOf({ status, error, code }: Refusal): RightsError {
  if (code === "device-removed")
    return new RightsError("device-removed", "this device was removed; sign in again to use it");
  if (error === "invalid_grant") return new RightsError("sign-in-needed", "the sign-in has ended; sign in again");
  if (error === "invalid_dpop_proof")
    return new RightsError("service-failed", "the service did not accept this computer's proof; is its clock right?");
  if (status === 429) return new RightsError("rate-limited", "the service is asked too often; try again in a minute");
  if (isAway(status))
    return new RightsError("service-unreachable", "the service is not available now; try again when it is back");
  return new RightsError("service-failed", `the service could not finish the sign-in (${status}); try again later`);
}

export interface ExpectedIdToken {
  readonly issuer: string;
  readonly clientId: string;
  /** `null` where none was sent. */
  readonly nonce: string | null;
}

/**
 * Whom an ID token is about. It came from the token endpoint itself, whose TLS stands for its signature (OpenID Connect
 * Core §3.1.3.7); what remains is that it belongs to this provider, this client and this very sign-in.
 * @throws RightsError `service-untrusted`.
 */
export function subjectOf(idToken: string | null, wanted: ExpectedIdToken): string {
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
