import { type Credentials, ServiceClient } from "../shared/protocol/service-client.js";
import type { SeenClock } from "./clock.js";

/** Every call of the service; each answer's time goes to the clock before the answer is given on. */
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
  | "documentPolicy"
  | "amend"
  | "verifyAudit"
>;

export function heardService(api: string, credentials: Credentials, clock: SeenClock): Service {
  const client = new ServiceClient(api, credentials);
  const heard =
    <A extends unknown[], R extends { time: string }>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const answer = await call(...args);
      await clock.heard(answer.time);
      return answer;
    };
  return {
    certify: heard(client.certify),
    policy: heard(client.policy),
    useLicense: heard(client.useLicense),
    publish: heard(client.publish),
    documents: heard(client.documents),
    register: heard(client.register),
    track: heard(client.track),
    revoke: heard(client.revoke),
    restore: heard(client.restore),
    documentPolicy: heard(client.documentPolicy),
    amend: heard(client.amend),
    verifyAudit: heard(client.verifyAudit),
  };
}
