import type { DeviceSummary, DevicesAnswer } from "../../shared/protocol/device-api.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { hint, print, printJson, say, shown } from "./say.js";
import { openSession } from "./session.js";

/** `seal devices list`: the devices of the person signed in. */
export async function list(options: ReportOptions): Promise<number> {
  const { account } = await openSession();
  return show(await account.service.devices(), options);
}

/** `seal devices remove`: this one too; then it is used up by that. */
export async function remove(id: string, options: ReportOptions): Promise<number> {
  const { account } = await openSession();
  return showRemoved(await account.service.removeDevice(id), options);
}

/** `seal admin devices list`. */
export async function listOf(person: string, options: ReportOptions): Promise<number> {
  const { account } = await openSession();
  return show(await account.service.admin.devicesOf(person), options);
}

/** `seal admin devices remove`. */
export async function removeAny(id: string, options: ReportOptions): Promise<number> {
  const { account } = await openSession();
  return showRemoved(await account.service.admin.removeAnyDevice(id), options);
}

function show({ devices, time }: DevicesAnswer, { json }: ReportOptions): number {
  for (const device of devices) {
    if (json) printJson(device);
    else print(shown(lineOf(device, time)));
  }
  if (!json && devices.length === 0) say("there is no device");
  return exits.done;
}

function lineOf({ id, name, system, added, until, removed, current }: DeviceSummary, time: string): string {
  const state =
    (removed !== null && `removed ${removed}`) || (until <= time && `ended ${until}`) || (current && "this device");
  const called = `${name ?? "without a name"} (${system ?? "unknown system"})`;
  return `${id}  ${called}, since ${added}${state ? `, ${state}` : ""}`;
}

function showRemoved(answer: { device: string; removed: string }, { json }: ReportOptions): number {
  if (json) printJson(answer);
  else {
    print(`${answer.device} is removed: it gets no licenses any more, and its sign-in has ended`);
    hint("licenses kept on it may open documents offline until they end");
  }
  return exits.done;
}
