import { forgetMailServer, keepMailServer, keptMailServer } from "../mail/mail-server.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, say, shown } from "./say.js";
import { openSession } from "./session.js";
import { readPassword } from "./sign-in.js";

interface SetOptions extends ReportOptions {
  from?: string;
  passwordStdin?: boolean;
}

/** `seal mail set`: where `seal share` sends mail from now on. */
export async function set(url: string, { from, passwordStdin, json }: SetOptions): Promise<number> {
  const { account } = await openSession();
  const password = passwordStdin ? await readPassword() : null;
  const server = { url, from: from ?? account.info.address, password };
  await keepMailServer(account.secrets, server);
  if (json) printJson({ server: url, from: server.from });
  else say(`mail goes out by ${shown(url)}, from ${shown(server.from)}`);
  return exits.done;
}

/** `seal mail show` */
export async function show({ json }: ReportOptions): Promise<number> {
  const { account } = await openSession();
  const server = await keptMailServer(account.secrets);
  if (json) printJson({ server: server?.url ?? null, from: server?.from ?? null });
  else if (server === null) print("no mail server is set: seal share makes drafts");
  else print(`${shown(server.url)}, from ${shown(server.from)}`);
  return exits.done;
}

/** `seal mail forget`: with its password. */
export async function forget({ json }: ReportOptions): Promise<number> {
  const { account } = await openSession();
  await forgetMailServer(account.secrets);
  if (json) printJson({ server: null, from: null });
  else say("no mail server is set any more: seal share makes drafts");
  return exits.done;
}
