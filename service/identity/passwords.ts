import { hash, verify } from "@node-rs/argon2";
import { normalizeAddress } from "../../shared/address.js";
import type { Account, Accounts } from "../store/accounts.js";
import { maxPasswordCharacters } from "./password-rules.js";

/** argon2id, about 50 ms: a sign-in feels it as little as it should, a guesser more. */
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const drawnCost = { ...cost, memoryCost: 64, timeCost: 1 };

/** What is compared when nobody has that name, so that an answer takes as long. */
const nobody = hash("no password hashes to this account", cost);

/** A password as it is kept: argon2id with its parameters, as text. */
export const hashPassword = (password: string): Promise<string> => hash(password.normalize("NFC"), cost);

/** For one drawn at random, of which thousands may be made at once: stretching adds nothing to what nobody can guess. */
export const hashDrawnPassword = (password: string): Promise<string> => hash(password.normalize("NFC"), drawnCost);

/** The active account with this address and password, `null` for anybody else. Takes as long for an unknown name. */
export async function checkPassword(accounts: Accounts, username: string, password: string): Promise<Account | null> {
  const account = await findAccount(accounts, username);
  const kept = account?.passwordHash ?? (await nobody);
  const matches = await verifyEvenly(kept, password.slice(0, maxPasswordCharacters + 1).normalize("NFC"));
  const allowed = account?.passwordHash && account.state === "active" && password.length <= maxPasswordCharacters;
  return matches && allowed ? account : null;
}

/** Whether somebody chose the password they have already. */
export const isPasswordOf = async ({ passwordHash }: Account, password: string): Promise<boolean> =>
  passwordHash !== null && verify(passwordHash, password.normalize("NFC"));

/** Takes as long for a drawn password as for one somebody chose. */
async function verifyEvenly(kept: string, password: string): Promise<boolean> {
  if (!kept.includes(`$m=${drawnCost.memoryCost},`)) return verify(kept, password);
  const [matches] = await Promise.all([verify(kept, password), verify(await nobody, password)]);
  return matches;
}

async function findAccount(accounts: Accounts, username: string): Promise<Account | null> {
  const address = addressOf(username);
  return address === null ? null : accounts.findByAddress(address);
}

/** What people type as their name, in its one spelling; `null` if it cannot be an address. */
export function addressOf(username: string): string | null {
  try {
    return normalizeAddress(username.trim());
  } catch {
    return null;
  }
}
