import { codeOf } from "../shared/errors.js";
import { AdminClient } from "../shared/protocol/admin-client.js";
import { type Credentials, type KnownPolicy, ServiceClient } from "../shared/protocol/service-client.js";
import type { SeenClock } from "./clock.js";

/** Every call of the service; what an answer says of time and of this device is noted before it is given on. */
export type Service = Pick<
  ServiceClient,
  | "certify"
  | "policy"
  | "useLicense"
  | "publish"
  | "documents"
  | "superAccess"
  | "askSuperAccess"
  | "register"
  | "track"
  | "revoke"
  | "restore"
  | "documentPolicy"
  | "amend"
  | "relabel"
  | "relabelClear"
  | "askAccess"
  | "accessRequests"
  | "grantAccess"
  | "refuseAccess"
  | "findPeople"
  | "devices"
  | "removeDevice"
> & { readonly admin: AdminClient };

/** @param removed - what to do, and to throw, when the service says that this device was removed. */
export function heardService(
  api: string,
  credentials: Credentials,
  clock: SeenClock,
  removed: (cause: unknown) => Promise<Error>,
): Service {
  const client = new ServiceClient(api, credentials);
  const noting = async <R extends { time: string }>(asked: Promise<R>): Promise<R> => {
    const answer = await asked.catch(async (error: unknown) => {
      throw codeOf(error) === "device-removed" ? await removed(error) : error;
    });
    await clock.heard(answer.time);
    return answer;
  };
  const heard =
    <A extends unknown[], R extends { time: string }>(call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      noting(call(...args));
  return {
    certify: heard(client.certify),
    policy: heard((known?: KnownPolicy) => client.policy(known)),
    useLicense: heard(client.useLicense),
    publish: heard(client.publish),
    documents: heard(client.documents),
    superAccess: heard(client.superAccess),
    askSuperAccess: heard(client.askSuperAccess),
    register: heard(client.register),
    track: heard(client.track),
    revoke: heard(client.revoke),
    restore: heard(client.restore),
    documentPolicy: heard(client.documentPolicy),
    amend: heard(client.amend),
    relabel: heard(client.relabel),
    relabelClear: heard(client.relabelClear),
    askAccess: heard(client.askAccess),
    accessRequests: heard(client.accessRequests),
    grantAccess: heard(client.grantAccess),
    refuseAccess: heard(client.refuseAccess),
    findPeople: heard(client.findPeople),
    devices: heard(client.devices),
    removeDevice: heard(client.removeDevice),
    admin: new AdminClient((...request) => noting(client.call(...request))),
  };
}
