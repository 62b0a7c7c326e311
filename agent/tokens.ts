import * as z from "zod";
import { utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import type { ProofKey } from "../shared/protocol/proof.js";
import type { Credentials } from "../shared/protocol/service-client.js";
import { requestTokens, revokeToken, type Tokens } from "../shared/protocol/token-endpoint.js";
import type { AccountRecord } from "./account-file.js";
import { openProofKey } from "./device-keys.js";
import type { Home } from "./home.js";
import { withLock } from "./lock.js";
import type { SecretFiles } from "./secret-files.js";

const file = "tokens";

/** A token this close to its end is not worth sending. */
const marginMs = 30_000;

const Stored = z.strictObject({ v: z.literal(1), access: z.string(), refresh: z.string(), untilMs: z.number() });

export const writeTokens = (secrets: SecretFiles, { access, refresh, untilMs }: Tokens): Promise<void> =>
  secrets.write(file, utf8(JSON.stringify({ v: 1, access, refresh, untilMs })));

async function readTokens(secrets: SecretFiles, service: string): Promise<Tokens> {
  const bytes = await secrets.read(file);
  const stored = Stored.safeParse(bytes && parseJson(bytes, "state-damaged"));
  if (stored.success) return stored.data;
  throw signInNeeded(service);
}

export const signInNeeded = (service: string, cause?: unknown) =>
  new RightsError("sign-in-needed", `your sign-in has ended; sign in again with: seal login ${service}`, { cause });

/** Whether the service knows that the sign-in has ended; where it cannot be told, the refresh token lapses in time. */
export async function endAtService(home: Home, secrets: SecretFiles, record: AccountRecord): Promise<boolean> {
  const { service, revocation, clientId } = record;
  if (revocation === undefined) return false;
  const end = async () => revokeToken(revocation, (await readTokens(secrets, service)).refresh, clientId);
  return withLock(home, end, { name: "tokens" }).then(
    () => true,
    () => false,
  );
}

/**
 * The device's tokens as `ServiceClient` asks for them. A refresh token is good for one use, and a second use ends the
 * sign-in (the provider takes it for theft), so refreshing is one process at a time: who waited finds the new ones.
 */
export class DeviceCredentials implements Credentials {
  readonly #home: Home;
  readonly #secrets: SecretFiles;
  readonly #account: Pick<AccountRecord, "service" | "token" | "clientId">;
  #tokens: Tokens | null = null;
  #proofKey: ProofKey | null = null;
  #refreshing: Promise<Tokens> | null = null;

  constructor(home: Home, secrets: SecretFiles, account: Pick<AccountRecord, "service" | "token" | "clientId">) {
    this.#home = home;
    this.#secrets = secrets;
    this.#account = account;
  }

  /** Opened by the first `accessToken`. */
  get proofKey(): ProofKey {
    if (this.#proofKey === null) throw new RightsError("internal", "the proof key is asked for before a token");
    return this.#proofKey;
  }

  async accessToken({ refresh }: { refresh: boolean }): Promise<string> {
    this.#proofKey ??= await openProofKey(this.#secrets);
    this.#tokens ??= await readTokens(this.#secrets, this.#account.service);
    const { access, untilMs } = this.#tokens;
    if (!refresh && Date.now() < untilMs - marginMs) return access;
    this.#refreshing ??= this.#refresh(access).finally(() => {
      this.#refreshing = null;
    });
    this.#tokens = await this.#refreshing;
    return this.#tokens.access;
  }

  /** @param stale - the access token that is no longer good. */
  #refresh(stale: string): Promise<Tokens> {
    const ours = async () => {
      const stored = await readTokens(this.#secrets, this.#account.service);
      if (stored.access !== stale && Date.now() < stored.untilMs - marginMs) return stored; // another process was here
      const tokens = await this.#renewed(stored.refresh);
      await writeTokens(this.#secrets, tokens);
      return tokens;
    };
    return withLock(this.#home, ours, { name: "tokens", waitMs: 45_000 });
  }

  async #renewed(refreshToken: string): Promise<Tokens> {
    const { token, clientId, service } = this.#account;
    const fields = { grant_type: "refresh_token", refresh_token: refreshToken, client_id: clientId };
    try {
      return await requestTokens(token, fields, this.proofKey);
    } catch (cause) {
      throw cause instanceof RightsError && cause.code === "sign-in-needed" ? signInNeeded(service, cause) : cause;
    }
  }
}
