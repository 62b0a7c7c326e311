import { codeOf } from "../shared/errors.js";
import { type Credentials, ServiceClient } from "../shared/protocol/service-client.js";
import type { SeenClock } from "./clock.js";

/** Every call of the service; what an answer says of time and of this device is noted before it is given on. */
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
  | "devices"
  | "removeDevice"
  | "devicesOf"
  | "removeAnyDevice"
  | "verifyAudit"
>;

/** @param removed - what to do, and to throw, when the service says that this device was removed. */
export function heardService(
  api: string,
  credentials: Credentials,
  clock: SeenClock,
  removed: (cause: unknown) => Promise<Error>,
): Service {
  const client = new ServiceClient(api, credentials);
  const heard =
    <A extends unknown[], R extends { time: string }>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const answer = await call(...args).catch(async (error: unknown) => {
        throw codeOf(error) === "device-removed" ? await removed(error) : error;
      });
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
    devices: heard(client.devices),
    removeDevice: heard(client.removeDevice),
    devicesOf: heard(client.devicesOf),
    removeAnyDevice: heard(client.removeAnyDevice),
    verifyAudit: heard(client.verifyAudit),
  };
}
