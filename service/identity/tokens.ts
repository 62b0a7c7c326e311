import { hash } from "node:crypto";
import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { Challenge } from "./caller.js";
import { signingAlgorithm } from "./keys.js";

const maxTokenChars = 8192;

/** What an access token says, once verified. */
export interface AccessToken {
  subject: string;
  /** Thumbprint of the key it is bound to. */
  jkt: string;
  id: string;
  /** ms */
  until: number;
}

export interface TokensOptions {
  issuer: string;
  audience: string;
  keys: JWTVerifyGetKey;
  /** Verified tokens remembered at most. */
  maxCached?: number;
  now: () => number;
}

/** Access tokens of one issuer for one audience. A token that was verified is not verified again until it ends. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #verified = new Map<string, AccessToken>();

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** @throws Challenge invalid_token for everything but a current token of ours that is bound to a key. */
  async verify(token: string): Promise<AccessToken> {
    if (token.length > maxTokenChars) throw refuse();
    const digest = hash("sha256", token, "base64url");
    const known = this.#verified.get(digest);
    if (known && known.until > this.#options.now()) return known;
    this.#verified.delete(digest);
    const verified = this.#read(await this.#checkedClaims(token));
    const { maxCached = 10_000 } = this.#options;
    if (this.#verified.size >= maxCached) this.#verified.delete(this.#verified.keys().next().value!);
    this.#verified.set(digest, verified);
    return verified;
  }

  async #checkedClaims(token: string): Promise<JWTPayload> {
    const { issuer, audience, keys, now } = this.#options;
    const rules = { algorithms: [signingAlgorithm], typ: "at+jwt", issuer, audience, currentDate: new Date(now()) };
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...rules,
        requiredClaims: ["sub", "jti", "exp", "iat", "cnf"],
      });
      return payload;
    } catch (error) {
      throw refuse(error);
    }
  }

  #read({ sub, jti, exp, aud, cnf }: JWTPayload): AccessToken {
    const { jkt } = (typeof cnf === "object" && cnf !== null ? cnf : {}) as { jkt?: unknown };
    // One audience and no other: a token for several services is one that the others could use here.
    if (typeof jkt !== "string" || aud !== this.#options.audience || !sub || !jti) throw refuse();
    return { subject: sub, jkt, id: jti, until: exp! * 1000 };
  }
}

const refuse = (cause?: unknown): Challenge =>
  new Challenge("invalid_token", "the sign-in has ended or is not for this service; sign in again", { cause });
