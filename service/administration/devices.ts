import { normalizeAddress } from "../../shared/address.js";
import type { DevicesOfRequest, RemoveDeviceRequest } from "../../shared/protocol/device-api.js";
import { devicesAnswer, removing } from "../licensing/devices.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { administering, changeRefused } from "./administering.js";
import { personIn } from "./people.js";

/** Somebody's devices. @throws Refusal access-denied for all but administrators. */
export const listDevicesOf = (parts: Parts, asker: Asker, { person: who }: DevicesOfRequest) =>
  administering(parts, asker, `devices of ${who}`, async ({ event }) => {
    const person = await personIn(parts.store.read, normalizeAddress(who));
    await parts.audit.append(event);
    return devicesAnswer(await parts.store.devices.ofPerson(person.id), parts, asker);
  });

/** Removes anybody's device. @throws Refusal access-denied for all but administrators, change-refused for none. */
export const removeAnyDevice = (parts: Parts, asker: Asker, { device: id }: RemoveDeviceRequest) =>
  administering(
    parts,
    asker,
    `device ${id}`,
    async ({ event }) => {
      const device = await parts.store.devices.find(id);
      if (device === null)
        throw changeRefused("there is no such device; see which with: seal admin devices list ADDRESS");
      return removing(parts, device, event);
    },
    "remove-device",
  );
