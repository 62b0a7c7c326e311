import { createLocalJWKSet } from "jose";
import type { Proofs } from "../store/proofs.js";
import type { Store } from "../store/store.js";
import { type Caller, type Callers, Challenge, type SignedRequest } from "./caller.js";
import { verificationKeys } from "./keys.js";
import { Nonces } from "./nonce.js";
import { checkProof } from "./proof.js";
import { Tokens } from "./tokens.js";

export interface CallersOptions {
  store: Store;
  /** Of the access tokens: the OpenID provider's issuer, compared exactly. */
  issuer: string;
  /** `urn:sealwright:<tenant id>`. */
  audience: string;
  now?: () => number;
}

/** Callers are identified by the tokens of the embedded OpenID provider, each bound to a key of the client. */
export async function openCallers({ store, issuer, audience, now = Date.now }: CallersOptions): Promise<Callers> {
  const keys = createLocalJWKSet(await verificationKeys(store.settings));
  return new TokenCallers(new Tokens({ issuer, audience, keys, now }), store.proofs, now);
}

class TokenCallers implements Callers {
  readonly #tokens: Tokens;
  readonly #proofs: Proofs;
  readonly #nonces: Nonces;
  readonly #now: () => number;

  constructor(tokens: Tokens, proofs: Proofs, now: () => number) {
    this.#tokens = tokens;
    this.#proofs = proofs;
    this.#nonces = new Nonces(now);
    this.#now = now;
  }

  currentNonce(): string {
    return this.#nonces.current();
  }

  async identify(request: SignedRequest): Promise<Caller> {
    const accessToken = tokenOf(request.authorization);
    const isNonceValid = (nonce: string) => this.#nonces.isValid(nonce);
    const proof = checkProof(request, { accessToken, isNonceValid, nowMs: this.#now() });
    const token = await this.#tokens.verify(accessToken);
    if (token.jkt !== proof.jkt)
      throw new Challenge("invalid_token", "the sign-in belongs to another device; sign in on this one");
    // Last of all, so that nobody can use up what somebody else is about to send.
    if (!(await this.#proofs.claim(proof.id, proof.until)))
      throw new Challenge("invalid_dpop_proof", "the proof of possession was used before; make a new one");
    return { subject: token.subject, jkt: token.jkt, tokenId: token.id, ip: request.ip };
  }
}

function tokenOf(authorization: string | undefined): string {
  if (!authorization) throw new Challenge("no_token", "sign in first");
  const [, scheme, token] = /^(\w+) ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization) ?? [];
  if (scheme?.toLowerCase() === "bearer")
    throw new Challenge("invalid_token", "a sign-in bound to a device needs a proof of possession with each request");
  if (scheme?.toLowerCase() !== "dpop" || !token) throw new Challenge("invalid_token", "the sign-in is malformed");
  return token;
}
