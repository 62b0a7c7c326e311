import { codeOf, type RightsErrorCode } from "../shared/errors.js";
import { ServiceRefusal } from "../shared/protocol/service-client.js";
import type { RefusalKind } from "./messages.js";

/** What a person can do about it. */
export type Way = "load-again" | "ask" | "other-account" | "try-again" | "trust-new-key";

/** Why a file stays closed, and what can be done. */
export interface Refusal {
  readonly kind: RefusalKind;
  /** Whom to ask, as the service says. */
  readonly owner: { readonly address: string; readonly name: string } | null;
  /** For support; stands in small print. */
  readonly code: string;
  readonly ways: readonly Way[];
}

const kinds: Partial<Record<RightsErrorCode, RefusalKind>> = {
  "access-denied": "denied",
  "right-missing": "denied",
  "access-expired": "expired",
  "access-revoked": "revoked",
  "not-protected": "not-protected",
  "pfile-malformed": "damaged",
  "office-malformed": "damaged",
  "content-damaged": "damaged",
  "edition-invalid": "damaged",
  "license-malformed": "damaged",
  "license-untrusted": "damaged",
  "license-invalid": "damaged",
  "policy-malformed": "damaged",
  "pfile-unsupported": "newer",
  "office-unsupported": "newer",
  "sealed-page-malformed": "damaged",
  "sealed-page-unsupported": "newer",
  "license-unsupported": "newer",
  "service-unreachable": "unreachable",
  "rate-limited": "too-often",
  "sign-in-failed": "cancelled",
  "sign-in-needed": "signed-out",
  "account-mismatch": "signed-out",
  "device-removed": "signed-out",
  "service-untrusted": "other-key",
  "file-unreadable": "changed",
};

const ways: Partial<Record<RefusalKind, readonly Way[]>> = {
  denied: ["ask", "other-account"],
  expired: ["ask"],
  revoked: ["ask"],
  unreachable: ["try-again"],
  "too-often": ["try-again"],
  cancelled: ["try-again"],
  "no-window": ["try-again"],
  "signed-out": ["try-again"],
  outdated: ["load-again"],
  office: ["ask"],
  "other-key": ["trust-new-key"],
  failed: ["try-again"],
};

export function refusalFrom(error: unknown): Refusal {
  const code = codeOf(error);
  const owner = error instanceof ServiceRefusal ? (error.answer.owner ?? null) : null;
  return refusal(kinds[code] ?? "failed", code, owner);
}

/** @param code - what support is told. */
export const refusal = (kind: RefusalKind, code: string, owner: Refusal["owner"] = null): Refusal => ({
  kind,
  owner,
  code,
  ways: (ways[kind] ?? []).filter((way) => way !== "ask" || owner !== null),
});
