import type { FastifyPluginAsync } from "fastify";
import { DevicesOfRequest, RemoveDeviceRequest } from "../../shared/protocol/device-api.js";
import { listDevices, listDevicesOf, removeAnyDevice, removeDevice } from "../licensing/devices.js";
import type { Parts } from "../licensing/parts.js";
import { messageIn } from "./body.js";

export const deviceRoutes =
  (parts: Parts): FastifyPluginAsync =>
  async (app) => {
    app.get("/devices", (request) => listDevices(parts, request.caller));
    app.post("/devices/remove", (request) =>
      removeDevice(parts, request.caller, messageIn(request, RemoveDeviceRequest)),
    );
    app.post("/admin/devices", (request) => listDevicesOf(parts, request.caller, messageIn(request, DevicesOfRequest)));
    app.post("/admin/devices/remove", (request) =>
      removeAnyDevice(parts, request.caller, messageIn(request, RemoveDeviceRequest)),
    );
  };
