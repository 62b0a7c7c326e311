/** Every code a `RightsError` can carry. Closed: a new way to fail gets its own word here. */
export type RightsErrorCode =
  // what a file or message turned out to be
  | "not-protected"
  | "pfile-malformed"
  | "pfile-unsupported"
  | "office-malformed"
  | "office-unsupported"
  | "pdf-malformed"
  | "pdf-unsupported"
  | "sealed-page-malformed"
  | "sealed-page-unsupported"
  | "content-damaged"
  | "edition-invalid"
  | "license-malformed"
  | "license-unsupported"
  | "license-untrusted"
  | "license-invalid"
  | "policy-malformed"
  | "address-malformed"
  // what the policy or the service decided
  | "access-denied"
  | "access-expired"
  | "access-revoked"
  | "right-missing"
  | "protect-denied"
  | "policy-changed"
  | "change-refused"
  | "viewer-needed"
  // who is asking
  | "sign-in-needed"
  | "sign-in-failed"
  | "account-mismatch"
  | "device-removed"
  // the service and the way to it
  | "service-unreachable"
  | "service-failed"
  | "service-untrusted"
  | "request-malformed"
  | "rate-limited"
  | "offline-unavailable"
  // the device and its files
  | "keystore-unavailable"
  | "file-missing"
  | "file-unreadable"
  | "file-unwritable"
  | "file-unsuitable"
  | "file-busy"
  | "file-changed"
  | "disk-full"
  | "already-protected"
  | "state-damaged"
  | "busy"
  | "converter-missing"
  | "converter-failed"
  | "mail-failed"
  // the program of Office that the add-in is in
  | "office-silent"
  | "office-refused"
  // a page and the agent on its computer
  | "agent-unreachable"
  | "agent-untrusted"
  | "not-paired"
  | "pairing-failed"
  | "version-mismatch"
  | "consent-denied"
  | "path-refused"
  | "cancelled"
  // everything else
  | "config-invalid"
  | "usage"
  | "internal";

/**
 * The one error this project throws on purpose. Switch on `code`; `message` is one sentence for people: it says what
 * is and what to do, and holds neither key material nor content. The original, where there is one, is `cause`.
 */
export class RightsError extends Error {
  override readonly name = "RightsError";
  readonly code: RightsErrorCode;

  constructor(code: RightsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code of an error that came from anywhere: ours, or `internal`. */
export const codeOf = (error: unknown): RightsErrorCode => (error instanceof RightsError ? error.code : "internal");
