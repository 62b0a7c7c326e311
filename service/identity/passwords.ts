import { hash, verify } from "@node-rs/argon2";
import { normalizeAddress } from "../../shared/address.js";
import type { Account, Accounts } from "../store/accounts.js";
import { maxPasswordCharacters } from "./password-rules.js";

/** argon2id, about 50 ms: a sign-in feels it as little as it should, a guesser more. */
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What is compared when nobody has that name, so that an answer takes as long. */
const nobody = hash("no password hashes to this account", cost);

/** A password as it is kept: argon2id with its parameters, as text. */
export const hashPassword = (password: string): Promise<string> => hash(password.normalize("NFC"), cost);

/** The active account with this address and password, `null` for anybody else. Takes as long for an unknown name. */
export async function checkPassword(accounts: Accounts, username: string, password: string): Promise<Account | null> {
  const account = await findAccount(accounts, username);
  const kept = account?.passwordHash ?? (await nobody);
  const matches = await verify(kept, password.slice(0, maxPasswordCharacters + 1).normalize("NFC"));
  const allowed = account?.passwordHash && account.state === "active" && password.length <= maxPasswordCharacters;
  return matches && allowed ? account : null;
}

/** Whether somebody chose the password they have already. */
export const isPasswordOf = async ({ passwordHash }: Account, password: string): Promise<boolean> =>
  passwordHash !== null && verify(passwordHash, password.normalize("NFC"));

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
