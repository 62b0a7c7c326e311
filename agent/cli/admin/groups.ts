import type { GroupAnswer } from "../../../shared/protocol/admin-api.js";
import { exits } from "../exit.js";
import type { ReportOptions } from "../report.js";
import { print, printJson, say, shown } from "../say.js";
import { everyPage, openAdmin } from "./session.js";

const pageSize = 500;

export async function list({ search, json }: ReportOptions & { search?: string }): Promise<number> {
  const admin = await openAdmin();
  const pages = everyPage(
    (after) => admin.listGroups({ ...after, limit: pageSize, ...(search === undefined ? {} : { search }) }),
    ({ groups }) => groups,
  );
  for await (const group of pages) {
    if (json) printJson(group);
    else print(shown(`${group.address}  ${group.name} (${group.members})`));
  }
  return exits.done;
}

export async function show(address: string, { json }: ReportOptions): Promise<number> {
  return report(await (await openAdmin()).showGroup({ address }), json);
}

export async function add(address: string, { name = address, json }: ReportOptions & { name?: string }) {
  return report(await (await openAdmin()).addGroup({ address, name }), json);
}

export async function set(address: string, { name, json }: ReportOptions & { name: string }): Promise<number> {
  return report(await (await openAdmin()).renameGroup({ address, name }), json);
}

export async function remove(address: string): Promise<number> {
  await (await openAdmin()).removeGroup({ address });
  say(`the group ${shown(address)} is removed; what names it gives nobody anything any more`);
  return exits.done;
}

export async function addMembers(address: string, add: string[], { json }: ReportOptions): Promise<number> {
  return report(await (await openAdmin()).changeMembers({ address, add }), json);
}

export async function removeMembers(address: string, remove: string[], { json }: ReportOptions): Promise<number> {
  return report(await (await openAdmin()).changeMembers({ address, remove }), json);
}

function report({ group, members }: GroupAnswer, json: boolean | undefined): number {
  if (json) printJson({ ...group, members });
  else print(shown(`${group.address}  ${group.name} (${group.members})`));
  if (!json)
    for (const { kind, address, name } of members)
      print(shown(`  ${address}  ${name}${kind === "group" ? " (group)" : ""}`));
  return exits.done;
}
