import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { JWTPayload } from "jose";
import * as z from "zod";
import { RightsError } from "../../../shared/errors.js";
import { parseMessage } from "../../../shared/protocol/service-api.js";
import type { ProviderConfig } from "../../config.js";
import { type Ask, bodyOf } from "./answer.js";
import { verifyIdToken } from "./id-token.js";
import { type Metadata, ProviderMetadata } from "./metadata.js";

/** What we must know again when the person comes back. */
export const Sent = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });
export type Sent = z.infer<typeof Sent>;

const TokenAnswer = z.object({ id_token: z.string() });

const maxCodeChars = 4096;

const random = (): string => randomBytes(32).toString("base64url");

export interface RelyingPartyOptions {
  readonly config: ProviderConfig;
  readonly clientSecret: string | null;
  /** Registered there for us; each provider has its own, so that none answers in place of another. */
  readonly redirectUri: string;
  readonly ask: Ask;
  readonly now: () => number;
}

/** This service at one other OpenID provider: authorization code with PKCE, state and nonce, and the ID token checked. */
export class RelyingParty {
  readonly config: ProviderConfig;
  readonly #options: RelyingPartyOptions;
  readonly #metadata: ProviderMetadata;

  constructor(options: RelyingPartyOptions) {
    this.config = options.config;
    this.#options = options;
    this.#metadata = new ProviderMetadata(options.config.issuer, options.ask, options.now);
  }

  /**
   * Where the person goes to sign in. @param uid - of the sign-in here, by which the answer finds it again.
   * @param expected - the address that is expected to sign in, "" for anybody; `null`: the person wants to choose.
   * @throws RightsError `service-unreachable`, `sign-in-failed`.
   */
  async begin(uid: string, expected: string | null): Promise<{ url: URL; sent: Sent }> {
    const { authorization_endpoint } = await this.#metadata.get();
    const sent = { state: `${uid}.${random()}`, nonce: random(), verifier: random() };
    const url = new URL(authorization_endpoint);
    const asked = {
      response_type: "code",
      client_id: this.config.clientId,
      redirect_uri: this.#options.redirectUri,
      scope: "openid email profile",
      state: sent.state,
      nonce: sent.nonce,
      code_challenge: createHash("sha256").update(sent.verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...(expected === null ? { prompt: "select_account" } : expected === "" ? {} : { login_hint: expected }),
    };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    return { url, sent };
  }

  /**
   * Who came back. @returns the claims of their ID token; `null` when they gave up there.
   * @throws RightsError `service-unreachable`, `sign-in-failed`.
   */
  async finish(answer: URLSearchParams, sent: Sent): Promise<(JWTPayload & { sub: string }) | null> {
    const metadata = await this.#metadata.get();
    this.#checkSender(answer, sent, metadata);
    if (answer.get("error") === "access_denied") return null;
    const code = answer.get("code");
    if (code === null || code.length > maxCodeChars || answer.has("error"))
      throw new RightsError("sign-in-failed", "the provider gave no code");
    const { issuer, clientId } = this.config;
    const token = await this.#exchange(code, sent.verifier, metadata);
    const { keyOf } = this.#metadata;
    return verifyIdToken(token, { issuer, clientId, nonce: sent.nonce, keyOf, nowMs: this.#options.now() });
  }

  /** To our question, and from the provider that was asked (RFC 9207): with several, one could answer for another. */
  #checkSender(answer: URLSearchParams, { state }: Sent, metadata: Metadata): void {
    const [given, ours] = [Buffer.from(answer.get("state") ?? ""), Buffer.from(state)];
    const iss = answer.get("iss");
    const isMissing = iss === null && metadata.authorization_response_iss_parameter_supported;
    const isOurs = given.length === ours.length && timingSafeEqual(given, ours);
    if (!isOurs || isMissing || (iss !== null && iss !== this.config.issuer))
      throw new RightsError("sign-in-failed", "an answer came that is none to our question");
  }

  async #exchange(code: string, verifier: string, metadata: Metadata): Promise<string> {
    const { clientId } = this.config;
    const { redirectUri, clientSecret, ask } = this.#options;
    const body = new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: redirectUri });
    body.set("code_verifier", verifier);
    const headers: Record<string, string> = { accept: "application/json" };
    if (clientSecret === null) body.set("client_id", clientId);
    else if (metadata.token_endpoint_auth_methods_supported.includes("client_secret_basic"))
      headers.authorization = `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString("base64")}`;
    else {
      body.set("client_id", clientId);
      body.set("client_secret", clientSecret);
    }
    const answer = await ask(metadata.token_endpoint, { method: "POST", body, headers });
    return parseMessage(TokenAnswer, bodyOf(answer, "the exchange of a code"), "sign-in-failed").id_token;
  }
}

/** As RFC 6749 §2.3.1 wants name and secret before they are joined. */
const formEncoded = (text: string): string => new URLSearchParams({ t: text }).toString().slice(2);
