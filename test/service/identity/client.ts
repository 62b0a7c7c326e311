import { createHash, randomBytes } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** A program without a browser, written from the docstring of `interactionRoutes` alone. */
export class Browserless {
  readonly #cookies = new Map<string, string>();

  async request(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", ...init, headers: { cookie, ...init.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === "") this.#cookies.delete(name!);
      else this.#cookies.set(name!, value!);
    }
    return response;
  }

  /** Follow redirects on the service until a page, or an address elsewhere. */
  async follow(url: URL): Promise<{ url: URL; page: Response | null }> {
    for (let at = url, hops = 0; hops < 10; hops++) {
      if (at.origin !== url.origin) return { url: at, page: null };
      const page = await this.request(at);
      if (page.status !== 303 && page.status !== 302) return { url: at, page };
      at = new URL(page.headers.get("location")!, at);
    }
    throw new Error("too many redirects");
  }

  /** Send a form to the page's own address, and follow where it leads. */
  async submit(url: URL, fields: Record<string, string>, headers: Record<string, string> = {}) {
    const page = await this.request(url, { method: "POST", body: new URLSearchParams(fields), headers });
    if (page.status !== 303) return { url, page };
    return this.follow(new URL(page.headers.get("location")!, url));
  }
}

export const actionOf = (html: string): string | undefined => /name="action" value="([\w-]+)"/.exec(html)?.[1];

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("base64url");

export interface ProofKey {
  privateKey: CryptoKey;
  jwk: JWK;
  jkt: string;
}

export async function newProofKey(): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, jkt: await calculateJwkThumbprint(jwk) };
}

export interface ProofParts {
  method: string;
  url: string;
  nonce?: string;
  token?: string;
  body?: string;
  nowMs?: number;
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

export function prove(key: ProofKey, parts: ProofParts): Promise<string> {
  const { method, url, nonce, token, body = "", nowMs = Date.now(), claims, header } = parts;
  const bound = token === undefined ? {} : { ath: sha256(token), bh: sha256(body) };
  const jti = randomBytes(16).toString("base64url");
  const iat = Math.floor(nowMs / 1000);
  return new SignJWT({ jti, htm: method, htu: url, iat, nonce, ...bound, ...claims })
    .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk: key.jwk, ...header })
    .sign(key.privateKey);
}

/** A token request, once more with the nonce if one is asked for. */
export async function requestTokens(
  issuer: string,
  key: ProofKey,
  fields: Record<string, string>,
): Promise<{ status: number; json: Record<string, string> }> {
  const url = `${issuer}/token`;
  const send = async (nonce?: string) =>
    fetch(url, {
      method: "POST",
      body: new URLSearchParams({ client_id: "sealwright", ...fields }),
      headers: { dpop: await prove(key, { method: "POST", url, nonce }) },
    });
  let response = await send();
  const nonce = response.headers.get("dpop-nonce");
  if (response.status === 400 && nonce) response = await send(nonce);
  return { status: response.status, json: (await response.json()) as Record<string, string> };
}

export interface Started {
  url: URL;
  verifier: string;
  state: string;
  redirectUri: string;
}

/** The authorization request of `seal login`. */
export function authorizationRequest(issuer: string, audience: string, more: Record<string, string> = {}): Started {
  const [verifier, state] = [randomBytes(32).toString("base64url"), randomBytes(16).toString("base64url")];
  const redirectUri = "http://127.0.0.1:54321/callback";
  const url = new URL(`${issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: "sealwright",
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "openid offline_access",
    prompt: "consent",
    resource: audience,
    state,
    code_challenge: sha256(verifier),
    code_challenge_method: "S256",
    ...more,
  }).toString();
  return { url, verifier, state, redirectUri };
}

/** The whole sign-in, and its tokens bound to `key`. */
export async function signInWithPassword(
  { issuer, audience }: { issuer: string; audience: string },
  person: { username: string; password: string },
  key: ProofKey,
) {
  const { code, started } = await obtainCode({ issuer, audience }, person);
  const fields = { grant_type: "authorization_code", code, code_verifier: started.verifier };
  return requestTokens(issuer, key, { ...fields, redirect_uri: started.redirectUri });
}

/** What everybody chooses here who was given a first password. */
export const ownPassword = "lantern orbit willow 42";

export async function obtainCode(
  { issuer, audience }: { issuer: string; audience: string },
  person: { username: string; password: string },
) {
  const browserless = new Browserless();
  const started = authorizationRequest(issuer, audience);
  const signIn = await browserless.follow(started.url);
  if (actionOf(await signIn.page!.text()) !== "sign-in") throw new Error("no sign-in page");
  let consent = await browserless.submit(signIn.url, { action: "sign-in", ...person });
  let action = actionOf(await consent.page!.text());
  if (action === "choose-password") {
    consent = await browserless.submit(consent.url, { action, "new-password": ownPassword, again: ownPassword });
    action = actionOf(await consent.page!.text());
  }
  if (action !== "consent") throw new Error(`no consent page: ${consent.page!.status}`);
  const { url: callback, page } = await browserless.submit(consent.url, { action: "consent" });
  if (page) throw new Error(`no redirect: ${page.status}`);
  if (callback.searchParams.get("state") !== started.state) throw new Error("wrong state");
  return { code: callback.searchParams.get("code")!, callback, started };
}
