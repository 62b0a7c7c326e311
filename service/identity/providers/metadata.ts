import { createLocalJWKSet, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import { RightsError } from "../../../shared/errors.js";
import { parseMessage } from "../../../shared/protocol/service-api.js";
import { type Ask, bodyOf } from "./answer.js";

const url = z.string().max(2048).refine(URL.canParse, "is no URL");

const Metadata = z.object({
  issuer: url,
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
  authorization_response_iss_parameter_supported: z.boolean().default(false),
  token_endpoint_auth_methods_supported: z.array(z.string().max(64)).max(32).default(["client_secret_basic"]),
});
export type Metadata = z.infer<typeof Metadata>;

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string().max(16) })).max(64) });

/** How long what a provider says of itself, and its keys, are used without asking again, in ms. */
const metadataMs = 60 * 60_000;
const keysMs = 10 * 60_000;

/** Nobody makes us ask for keys more often, whatever keys tokens name. */
const keysAtMostEveryMs = 15_000;

/** Something asked for when it is needed, and kept for a while; who asks at the same time shares one question. */
class Kept<T> {
  readonly #ask: () => Promise<T>;
  readonly #forMs: number;
  readonly #now: () => number;
  #value: Promise<T> | null = null;
  #askedMs = 0;

  constructor(ask: () => Promise<T>, forMs: number, now: () => number) {
    this.#ask = ask;
    this.#forMs = forMs;
    this.#now = now;
  }

  get(olderThanMs = this.#forMs): Promise<T> {
    if (this.#value !== null && this.#now() - this.#askedMs < olderThanMs) return this.#value;
    this.#askedMs = this.#now();
    const value = this.#ask().catch((error) => {
      if (this.#value === value) this.#value = null;
      throw error;
    });
    this.#value = value;
    return value;
  }
}

/** What another provider says of itself: where it is asked, and its keys. */
export class ProviderMetadata {
  readonly #metadata: Kept<Metadata>;
  readonly #keys: Kept<JWTVerifyGetKey>;

  constructor(issuer: string, ask: Ask, now: () => number) {
    this.#metadata = new Kept(() => discover(issuer, ask), metadataMs, now);
    this.#keys = new Kept(async () => readKeys((await this.get()).jwks_uri, ask), keysMs, now);
  }

  /** @throws RightsError `service-unreachable`, `sign-in-failed`. */
  get(): Promise<Metadata> {
    return this.#metadata.get();
  }

  /** Finds the key of a token; keys are read anew when it is none of those at hand: providers change them. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      return await (await this.#keys.get())(header, token);
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_JWKS_NO_MATCHING_KEY") throw error;
      return (await this.#keys.get(keysAtMostEveryMs))(header, token);
    }
  };
}

async function discover(issuer: string, ask: Ask): Promise<Metadata> {
  const answer = await ask(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const metadata = parseMessage(Metadata, bodyOf(answer, "discovery"), "sign-in-failed");
  // Character by character: `https://a` and `https://a/` are two issuers.
  if (metadata.issuer !== issuer) throw new RightsError("sign-in-failed", `${issuer} says that it is another issuer`);
  const { authorization_endpoint, token_endpoint, jwks_uri } = metadata;
  for (const endpoint of [authorization_endpoint, token_endpoint, jwks_uri])
    if (!isAsSafe(endpoint, issuer)) throw new RightsError("sign-in-failed", `${issuer} refers to an unsafe address`);
  return metadata;
}

/** https, or plain http on this computer for a provider that is itself there. */
const isAsSafe = (endpoint: string, issuer: string): boolean =>
  new URL(endpoint).protocol === "https:" || (isLocal(endpoint) && isLocal(issuer));

const isLocal = (address: string): boolean => /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/.test(address);

async function readKeys(address: string, ask: Ask): Promise<JWTVerifyGetKey> {
  const { keys } = parseMessage(KeySet, bodyOf(await ask(address), "the provider's keys"), "sign-in-failed");
  return createLocalJWKSet({ keys });
}
