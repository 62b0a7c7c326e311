import type { ServiceClient } from "../shared/protocol/service-client.js";

/** Every call of the service; each answer's time goes to the clock. */
export type Service = Pick<
  ServiceClient,
  | "certify"
  | "policy"
  | "useLicense"
  | "publish"
  | "documents"
  | "register"
  | "track"
  | "revoke"
  | "restore"
  | "verifyAudit"
>;
