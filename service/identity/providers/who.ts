import type { JWTPayload } from "jose";
import { domainOf, normalizeAddress } from "../../../shared/address.js";
import type { Audit } from "../../audit.js";
import type { ProviderConfig } from "../../config.js";
import type { Account } from "../../store/accounts.js";
import type { Newcomer } from "../../store/identities.js";
import type { Store } from "../../store/store.js";

/** Why somebody whom a provider vouches for does not get in. */
export type WhoTrouble = "no-address" | "unverified" | "foreign-domain" | "taken" | "switched-off";

export type Claims = JWTPayload & { sub: string };

export interface WhoOptions {
  readonly store: Pick<Store, "accounts" | "identities">;
  readonly audit: Audit;
}

type Found = { account: Account; how: string } | { trouble: WhoTrouble; account: Account | null };

const maxNameChars = 256;

/**
 * Which person of ours somebody is, whom a provider names. People are (issuer, subject), bound at first use: then alone
 * their address counts, and afterwards whatever they are called there, nothing changes here. So an address that was
 * given to somebody new does not make them the one who had it.
 */
export async function personOf(
  claims: Claims,
  provider: ProviderConfig,
  ip: string,
  { store, audit }: WhoOptions,
): Promise<Account | WhoTrouble> {
  const found = await find(claims, provider, store);
  const trouble = "trouble" in found ? found.trouble : null;
  const { account } = found;
  const who = { subject: account?.id ?? null, address: account?.addresses[0], name: account?.name, ip };
  const detail = `${provider.id}: ${"trouble" in found ? found.trouble : found.how}`;
  await audit.append({ action: "sign-in", result: trouble === null ? "done" : "sign-in-failed", ...who, detail });
  return trouble ?? account!;
}

async function find(claims: Claims, provider: ProviderConfig, { accounts, identities }: WhoOptions["store"]) {
  const identity = { issuer: provider.issuer, subject: claims.sub };
  const known = await identities.find(identity);
  if (known !== null) return enter(known, "known", accounts);
  const newcomer = newcomerIn(claims, provider);
  if (typeof newcomer === "string") return { trouble: newcomer, account: null };
  const settled = await identities.settle(identity, newcomer);
  if (settled.how === "taken") return { trouble: "taken", account: null } satisfies Found;
  return enter(settled.person, settled.how, accounts);
}

async function enter(person: string, how: string, accounts: WhoOptions["store"]["accounts"]): Promise<Found> {
  const account = await accounts.find(person);
  return account?.state === "active" ? { account, how } : { trouble: "switched-off", account };
}

/** What a first sign-in may take from the claims. Pure. */
export function newcomerIn(claims: Claims, { domains, verifiedClaim }: ProviderConfig): Newcomer | WhoTrouble {
  const address = addressIn(claims.email);
  if (address === null) return "no-address";
  if (!domains.includes(domainOf(address))) return "foreign-domain";
  if (!isYes(claims[verifiedClaim])) return "unverified";
  return { address, name: nameIn(claims.name) ?? address.slice(0, address.lastIndexOf("@")) };
}

function addressIn(claim: unknown): string | null {
  try {
    return typeof claim === "string" ? normalizeAddress(claim) : null;
  } catch {
    return null;
  }
}

/** Some providers spell a truth value as a text or a number. */
const isYes = (claim: unknown): boolean => claim === true || claim === "true" || claim === 1 || claim === "1";

/** As people read it, without what would disturb a line. */
function nameIn(claim: unknown): string | null {
  if (typeof claim !== "string") return null;
  const name = claim.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return name === "" ? null : name.slice(0, maxNameChars);
}
