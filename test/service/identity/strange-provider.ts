import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { onTestFinished } from "vitest";
import type { ProviderConfig } from "../../../service/config.js";
import { authorizationRequest, Browserless } from "./client.js";
import { audience, type Others, scratchIdentity } from "./scratch-identity.js";

interface Asked {
  clientId: string;
  redirectUri: string;
  state: string;
  nonce: string;
  challenge: string;
}

/** What a provider says differently from a good one. */
export interface Says {
  metadata?: (origin: string) => object;
  /** The claims of the next ID token, from those of a good one. */
  claims?: (good: JWTPayload) => JWTPayload;
  /** The ID token itself. */
  token?: (claims: JWTPayload, key: SigningKey) => Promise<string> | string;
  /** The query with which the browser comes back. */
  back?: (good: Record<string, string>) => Record<string, string>;
  /** Takes a request over altogether; `true` when it did. */
  answer?: (path: string, response: ServerResponse) => boolean;
}

export interface SigningKey {
  privateKey: CryptoKey;
  jwk: JWK;
}

export async function newSigningKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

export const signed = (claims: JWTPayload, { privateKey, jwk }: SigningKey, header: object = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: jwk.alg!, kid: jwk.kid!, ...header }).sign(privateKey);

/** An OpenID provider of our own that can lie in every way; without `says` it is a good one. */
export class StrangeProvider {
  readonly origin: string;
  readonly heard: string[] = [];
  /** What it says from now on. */
  says: Says = {};
  keys: SigningKey[];
  person: Record<string, unknown> = {
    sub: "248289761001",
    email: "grace@contoso.example",
    email_verified: true,
    name: "Grace Hopper",
  };
  readonly #codes = new Map<string, Asked>();

  static async start(): Promise<StrangeProvider> {
    const server: Server = createServer((request, response) => void provider.#handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const provider = new StrangeProvider((server.address() as AddressInfo).port, [await newSigningKey("one")]);
    return provider;
  }

  private constructor(port: number, keys: SigningKey[]) {
    this.origin = `http://127.0.0.1:${port}`;
    this.keys = keys;
  }

  config(more: Partial<ProviderConfig> = {}): ProviderConfig {
    const known = { id: "strange", name: "Strange & Sons", issuer: this.origin, clientId: "sealwright-at-contoso" };
    return { ...known, domains: ["contoso.example"], verifiedClaim: "email_verified", ...more };
  }

  /** A person who signs in at `address`. @returns where the provider sends the browser then. */
  async signIn(address: URL): Promise<URL> {
    const response = await fetch(address, { redirect: "manual" });
    return new URL(response.headers.get("location")!);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const piece of request) body += piece;
    const url = new URL(request.url!, this.origin);
    this.heard.push(`${request.method} ${request.url} ${request.headers.authorization ?? ""} ${body}`);
    if (this.says.answer?.(url.pathname, response)) return;
    if (url.pathname === "/authorize") return this.#authorize(url.searchParams, response);
    const answers: Record<string, () => object | Promise<object>> = {
      "/.well-known/openid-configuration": () => this.#metadata(),
      "/jwks": () => ({ keys: this.keys.map(({ jwk }) => jwk) }),
      "/token": () => this.#token(new URLSearchParams(body)),
    };
    const answer = answers[url.pathname];
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ? await answer() : {}));
  }

  #metadata(): object {
    const { origin } = this;
    const endpoints = { authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` };
    const known = { issuer: origin, ...endpoints, jwks_uri: `${origin}/jwks` };
    return { ...known, authorization_response_iss_parameter_supported: true, ...this.says.metadata?.(origin) };
  }

  #authorize(query: URLSearchParams, response: ServerResponse): void {
    const of = (name: string) => query.get(name) ?? "";
    const code = `code-${this.#codes.size}`;
    const asked = {
      clientId: of("client_id"),
      redirectUri: of("redirect_uri"),
      state: of("state"),
      nonce: of("nonce"),
    };
    this.#codes.set(code, { ...asked, challenge: of("code_challenge") });
    const good = { code, state: asked.state, iss: this.origin };
    const back = new URL(asked.redirectUri);
    back.search = new URLSearchParams(this.says.back?.(good) ?? good).toString();
    response.writeHead(302, { location: back.href }).end();
  }

  async #token(form: URLSearchParams): Promise<object> {
    const asked = this.#codes.get(form.get("code") ?? "");
    const verifier = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(form.get("code_verifier") ?? "")));
    if (verifier.toString("base64url") !== asked?.challenge || form.get("redirect_uri") !== asked.redirectUri)
      return { error: "invalid_grant" };
    const now = Math.floor(Date.now() / 1000);
    const good = {
      ...this.person,
      iss: this.origin,
      aud: asked.clientId,
      nonce: asked.nonce,
      iat: now,
      exp: now + 300,
    };
    const claims = this.says.claims?.(good) ?? good;
    const key = this.keys[0]!;
    return {
      access_token: "of no use here",
      token_type: "Bearer",
      id_token: await (this.says.token ?? signed)(claims, key),
    };
  }
}

/** A service, and a strange provider it is configured for. */
export async function scratchProvider(more: Partial<ProviderConfig> = {}, others: Partial<Others> = {}) {
  const strange = await StrangeProvider.start();
  const clock = { ms: 0 };
  const config = { providers: [strange.config(more)], ...others };
  const identity = await scratchIdentity({ now: () => Date.now() + clock.ms }, config);
  const later = (ms: number) => {
    clock.ms += ms;
  };
  return { ...identity, strange, later };
}

/** The sign-in page of a new browser. */
export async function atSignIn(issuer: string, more: Record<string, string> = {}) {
  const browserless = new Browserless();
  const { url, page } = await browserless.follow(authorizationRequest(issuer, audience, more).url);
  return { browserless, url, html: await page!.text() };
}

/** From the sign-in page to the provider and back. @returns the page at the end. */
export async function signInWith(strange: StrangeProvider, issuer: string, id = "strange") {
  const { browserless, url } = await atSignIn(issuer);
  const { url: there } = await browserless.follow(new URL(`${url.pathname}/with/${id}`, url));
  if (there.origin !== strange.origin)
    return { browserless, there, callback: null, html: await htmlAt(browserless, url) };
  const callback = await strange.signIn(there);
  const { page } = await browserless.follow(callback);
  return { browserless, there, callback, html: await page!.text() };
}

const htmlAt = async (browserless: Browserless, url: URL) => (await browserless.follow(url)).page!.text();

/** The sentence a page says about what went wrong. */
export const troubleIn = (html: string): string =>
  (/<p role="alert"[^>]*>([^<]*)/.exec(html)?.[1] ?? "").replaceAll("&#38;", "&");
