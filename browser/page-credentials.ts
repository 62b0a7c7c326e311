import { pageClientId } from "../shared/protocol/page-api.js";
import type { ProofKey } from "../shared/protocol/proof.js";
import type { Credentials } from "../shared/protocol/service-client.js";
import { requestTokens, type Tokens } from "../shared/protocol/token-endpoint.js";

/** A token this close to its end is not worth sending, in ms. */
const marginMs = 30_000;

/** The tokens of one sign-in, in the memory of the page and nowhere else. */
export class PageCredentials implements Credentials {
  readonly proofKey: ProofKey;
  readonly #endpoint: string;
  #tokens: Tokens;
  #refreshing: Promise<Tokens> | null = null;

  constructor(endpoint: string, proofKey: ProofKey, tokens: Tokens) {
    this.#endpoint = endpoint;
    this.proofKey = proofKey;
    this.#tokens = tokens;
  }

  get refreshToken(): string {
    return this.#tokens.refresh;
  }

  async accessToken({ refresh }: { refresh: boolean }): Promise<string> {
    if (!refresh && Date.now() < this.#tokens.untilMs - marginMs) return this.#tokens.access;
    // One at a time: a refresh token that is used twice ends the sign-in.
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    this.#tokens = await this.#refreshing;
    return this.#tokens.access;
  }

  #refresh(): Promise<Tokens> {
    const fields = { grant_type: "refresh_token", refresh_token: this.#tokens.refresh, client_id: pageClientId };
    return requestTokens(this.#endpoint, fields, this.proofKey);
  }
}
