import type {
  DeviceSummary,
  DevicesAnswer,
  RemoveDeviceAnswer,
  RemoveDeviceRequest,
} from "../../shared/protocol/device-api.js";
import { secondTime } from "../../shared/time.js";
import type { AuditEvent } from "../audit.js";
import type { Device, KnownDevice } from "../store/devices.js";
import { auditingRefusals, eventOf, notePerson } from "./audited.js";
import { personOf } from "./caller-account.js";
import { bucketOf, spend } from "./limits.js";
import type { Asker, Parts } from "./parts.js";
import { Refusal } from "./refusal.js";

/**
 * Stops a removed device at the door, whatever it asks for and however good its token still looks. That it tried is
 * worth a record. @throws Refusal device-removed.
 */
export async function refuseRemoved(parts: Parts, asker: Asker): Promise<void> {
  const removedMs = await parts.store.devices.removedAt(asker.jkt);
  if (removedMs === null) return;
  const event: AuditEvent = { ...eventOf("sign-in", asker), result: "device-removed" };
  if (parts.limits.refusals.take(bucketOf(asker))) await parts.audit.append(event);
  throw new Refusal("device-removed", "this device was removed; sign in again to use it", { offers: ["sign-in"] });
}

/** The caller's own devices. */
export async function listDevices(parts: Parts, asker: Asker): Promise<DevicesAnswer> {
  const { subject } = await personOf(parts.directory, asker);
  return devicesAnswer(await parts.store.devices.ofPerson(subject), parts, asker);
}

/** Removes a device of the caller. @throws Refusal access-denied for one that is not theirs. */
export function removeDevice(parts: Parts, asker: Asker, { device: id }: RemoveDeviceRequest) {
  const event = eventOf("remove-device", asker);
  return auditingRefusals(parts, asker, event, async () => {
    const person = await personOf(parts.directory, asker);
    notePerson(event, person);
    const device = await parts.store.devices.find(id);
    if (device === null || device.person !== person.subject)
      throw new Refusal("access-denied", "you have no such device; see which there are with: seal devices list");
    return removing(parts, device, event);
  });
}

/** First the record, then the deed: the audit says more than was done, never less. */
export async function removing(parts: Parts, device: Device, event: AuditEvent): Promise<RemoveDeviceAnswer> {
  spend(parts.limits.licenses, { subject: event.subject!, jkt: event.proofKey! });
  const nowMs = parts.now();
  event.device = device.racSerial;
  event.detail = `device ${device.id} of ${device.person}`;
  await parts.audit.append(event);
  await parts.store.devices.remove(device.id, nowMs);
  const removed = (await parts.store.devices.find(device.id))?.revoked ?? nowMs;
  return { device: device.id, removed: secondTime(removed), time: secondTime(nowMs) };
}

export const devicesAnswer = (devices: readonly KnownDevice[], { now }: Parts, { jkt }: Asker): DevicesAnswer => ({
  devices: devices.map((device) => summaryOf(device, device.proofKey === jkt)),
  time: secondTime(now()),
});

const summaryOf = (
  { id, name, system, added, issued, until, revoked }: KnownDevice,
  current: boolean,
): DeviceSummary => ({
  id,
  name,
  system,
  added: secondTime(added),
  renewed: secondTime(issued),
  until: secondTime(until),
  removed: revoked === null ? null : secondTime(revoked),
  current,
});
