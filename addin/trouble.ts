import { codeOf, type RightsErrorCode } from "../shared/errors.js";
import type { ProtectedBy } from "./protector.js";

/** Why something did not happen, for people: each has its own words, and something to do next. */
export type TroubleKind =
  | "silent"
  | "refused"
  | "unsuitable"
  | "changed"
  | "not-signed-in"
  | "signed-out"
  | "unreachable"
  | "too-often"
  | "denied"
  | "other-key"
  | "agent-gone"
  | "agent-unpaired"
  | "agent-signed-out"
  | "agent-strange"
  | "agent-version"
  | "agent-busy"
  | "disk-full"
  | "already"
  | "in-use"
  | "failed";

/** What a person can do about it. */
export type Way = "again" | "sign-in" | "trust-new-key";

export interface Trouble {
  readonly kind: TroubleKind;
  /** For support; stands in small print. */
  readonly code: string;
  readonly way: Way;
  /** Whether this page could do it without the agent. */
  readonly isAgents: boolean;
}

const kinds: Partial<Record<RightsErrorCode, TroubleKind>> = {
  "office-silent": "silent",
  "office-refused": "refused",
  "file-unsuitable": "unsuitable",
  "file-changed": "changed",
  "file-unreadable": "changed",
  "sign-in-failed": "not-signed-in",
  "sign-in-needed": "signed-out",
  "account-mismatch": "signed-out",
  "device-removed": "signed-out",
  "service-unreachable": "unreachable",
  "rate-limited": "too-often",
  "protect-denied": "denied",
  "service-untrusted": "other-key",
  "agent-unreachable": "agent-gone",
  "not-paired": "agent-unpaired",
  "agent-untrusted": "agent-strange",
  "version-mismatch": "agent-version",
  busy: "agent-busy",
  "disk-full": "disk-full",
  "already-protected": "already",
  "file-busy": "in-use",
};

/** What means something else where the agent says it. */
const agentKinds: Partial<Record<RightsErrorCode, TroubleKind>> = {
  "sign-in-needed": "agent-signed-out",
  "account-mismatch": "agent-signed-out",
  "device-removed": "agent-signed-out",
};

const ways: Partial<Record<TroubleKind, Way>> = {
  "not-signed-in": "sign-in",
  "signed-out": "sign-in",
  "other-key": "trust-new-key",
};

/** @param by - where who is signed in is. */
export function troubleFrom(error: unknown, by: ProtectedBy = "page"): Trouble {
  const code = codeOf(error);
  const kind = (by === "agent" ? agentKinds[code] : undefined) ?? kinds[code] ?? "failed";
  const isAgents = by === "agent" && kind.startsWith("agent-");
  return { kind, code: refusedCode(error) ?? code, way: ways[kind] ?? "again", isAgents };
}

/** Office says what it refused by a number: "office-refused 5001". */
function refusedCode(error: unknown): string | null {
  if (codeOf(error) !== "office-refused" || !(error instanceof Error)) return null;
  const { cause } = error;
  const number = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code).slice(0, 40) : "";
  return `office-refused ${number}`.trimEnd();
}
