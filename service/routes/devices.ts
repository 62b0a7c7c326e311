import type { FastifyPluginAsync } from "fastify";
import {
  DevicesAnswer,
  DevicesOfRequest,
  RemoveDeviceAnswer,
  RemoveDeviceRequest,
} from "../../shared/protocol/device-api.js";
import { listDevices, listDevicesOf, removeAnyDevice, removeDevice } from "../licensing/devices.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

const own = { about: "the caller's devices", answer: DevicesAnswer };
const remove = { about: "remove a device of the caller", message: RemoveDeviceRequest, answer: RemoveDeviceAnswer };
const somebodys = {
  about: "somebody's devices; for administrators",
  message: DevicesOfRequest,
  answer: DevicesAnswer,
};
const removeAny = { ...remove, about: "remove anybody's device; for administrators" };

export const deviceRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "GET /devices", own, ({ caller }) => listDevices(parts, caller));
    endpoint(app, "POST /devices/remove", remove, ({ caller }, message) => removeDevice(parts, caller, message));
    endpoint(app, "POST /admin/devices", somebodys, ({ caller }, message) => listDevicesOf(parts, caller, message));
    endpoint(app, "POST /admin/devices/remove", removeAny, ({ caller }, message) =>
      removeAnyDevice(parts, caller, message),
    );
  };
