import type { FastifyPluginAsync } from "fastify";
import { DevicesAnswer, RemoveDeviceAnswer, RemoveDeviceRequest } from "../../shared/protocol/device-api.js";
import { listDevices, removeDevice } from "../licensing/devices.js";
import type { Parts } from "../licensing/parts.js";
import { endpoint } from "./endpoint.js";

const own = { about: "the caller's devices", answer: DevicesAnswer };
const remove = { about: "remove a device of the caller", message: RemoveDeviceRequest, answer: RemoveDeviceAnswer };
export const deviceRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    endpoint(app, "GET /devices", own, ({ caller }) => listDevices(parts, caller));
    endpoint(app, "POST /devices/remove", remove, ({ caller }, message) => removeDevice(parts, caller, message));
  };
