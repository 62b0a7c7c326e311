import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";

/** Who is asking, after token and proof of possession were checked. */
export interface Caller {
  /** Subject id, the GUID of the person. */
  subject: string;
  /** RFC 7638 thumbprint of the key that signed the proof; the account certificate must name the same. */
  jkt: string;
  /** `jti` of the access token, for the audit. */
  tokenId: string;
  ip: string;
}

/** What of a request the caller is identified by. */
export interface SignedRequest {
  method: string;
  /** As the client addressed it, origin included; query and fragment do not count. */
  url: string;
  /** The `Authorization` header. */
  authorization: string | undefined;
  /** The `DPoP` header; several are refused. */
  proof: string | string[] | undefined;
  /** The body as it came, before any parser. */
  body: Bytes;
  ip: string;
}

export interface Callers {
  /**
   * @throws Challenge (code `sign-in-needed`) unless the token is ours, current, bound to the proof's key, and the
   * proof covers exactly this request and was never used before.
   */
  identify(request: SignedRequest): Promise<Caller>;
  /** The nonce a client should put into its next proof; goes out with every answer as `DPoP-Nonce`. */
  currentNonce(): string;
}

export type ChallengeReason = "no_token" | "use_dpop_nonce" | "invalid_dpop_proof" | "invalid_token";

/** A 401. `header` is the value of its `WWW-Authenticate`. */
export class Challenge extends RightsError {
  readonly reason: ChallengeReason;

  constructor(reason: ChallengeReason, message: string, options?: ErrorOptions) {
    super("sign-in-needed", message, options);
    this.reason = reason;
  }

  get header(): string {
    return this.reason === "no_token" ? 'DPoP algs="ES256"' : `DPoP error="${this.reason}", algs="ES256"`;
  }
}
