import { hostname, platform } from "node:os";
import type { DeviceName } from "../shared/protocol/service-api.js";

const systems: Partial<Record<NodeJS.Platform, string>> = { linux: "Linux", darwin: "macOS", win32: "Windows" };

/** How the person will find this device in their list. */
export const thisDeviceName = (): DeviceName => ({
  name: hostname().slice(0, 64),
  system: systems[platform()] ?? platform(),
});
