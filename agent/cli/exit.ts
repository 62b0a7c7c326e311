import type { RightsErrorCode } from "../../shared/errors.js";

/** The exit codes of `seal`; docs/commands.md lists them for people. */
export const exits = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  signIn: 4,
  unreachable: 5,
  damaged: 6,
  someFailed: 7,
} as const;

export type Exit = keyof typeof exits;

/** The same words in help and in docs/commands.md. */
export const exitMeanings: Record<Exit, string> = {
  done: "done",
  failed: "failed",
  usage: "wrong usage",
  refused: "refused: no right, withdrawn or ended",
  signIn: "sign-in needed or failed",
  unreachable: "the service is away, and nothing kept will do",
  damaged: "damaged, forged or not protected",
  someFailed: "some of several files failed; each is named",
};

const byCode: Partial<Record<RightsErrorCode, number>> = {
  usage: exits.usage,
  "config-invalid": exits.usage,
  "address-malformed": exits.usage,
  "access-denied": exits.refused,
  "access-expired": exits.refused,
  "access-revoked": exits.refused,
  "right-missing": exits.refused,
  "protect-denied": exits.refused,
  "viewer-needed": exits.refused,
  "account-mismatch": exits.refused,
  "sign-in-needed": exits.signIn,
  "sign-in-failed": exits.signIn,
  "device-removed": exits.signIn,
  "service-unreachable": exits.unreachable,
  "offline-unavailable": exits.unreachable,
  "not-protected": exits.damaged,
  "pfile-malformed": exits.damaged,
  "pfile-unsupported": exits.damaged,
  "office-malformed": exits.damaged,
  "office-unsupported": exits.damaged,
  "pdf-malformed": exits.damaged,
  "pdf-unsupported": exits.damaged,
  "sealed-page-malformed": exits.damaged,
  "sealed-page-unsupported": exits.damaged,
  "content-damaged": exits.damaged,
  "edition-invalid": exits.damaged,
  "license-malformed": exits.damaged,
  "license-unsupported": exits.damaged,
  "license-untrusted": exits.damaged,
  "license-invalid": exits.damaged,
  "policy-malformed": exits.damaged,
};

export const exitOf = (code: RightsErrorCode): number => byCode[code] ?? exits.failed;
