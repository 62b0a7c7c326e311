import { buffer } from "node:stream/consumers";
import { RightsError } from "../../shared/errors.js";
import { signOut, whoIsSignedIn } from "../account.js";
import { openHome } from "../home.js";
import { signIn } from "../sign-in.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, say, shown } from "./say.js";

const maxPasswordBytes = 4096;

/** One line of standard input, without its end. */
async function readPassword(): Promise<string> {
  const bytes = await buffer(process.stdin);
  const password = bytes.toString("utf8").replace(/\r?\n$/, "");
  if (bytes.length > maxPasswordBytes || password === "" || /[\r\n]/.test(password))
    throw new RightsError("usage", "--password-stdin takes one line with the password");
  return password;
}

const where = {
  os: "",
  passphrase: "your keys on this device are sealed with the passphrase in SEALWRIGHT_PASSPHRASE_FILE",
  "device-pass":
    "this system has no protected storage that could be used, so the key to your keys lies in the file device.pass",
};

export async function login(url: string, options: { user?: string; passwordStdin?: boolean }): Promise<number> {
  if (options.user === undefined || !options.passwordStdin)
    throw new RightsError("usage", "say who signs in: seal login URL --user ADDRESS --password-stdin");
  const home = await openHome();
  const { info, keystore, isNewDevice } = await signIn(home, {
    address: url,
    user: options.user,
    password: await readPassword(),
  });
  say(`${shown(info.name)} (${shown(info.address)}) is signed in to ${shown(info.organisation)}`);
  if (isNewDevice && where[keystore] !== "") say(where[keystore]);
  return exits.done;
}

export async function logout(): Promise<number> {
  const home = await openHome();
  const before = await whoIsSignedIn(home);
  await signOut(home);
  say(before === null ? "nobody was signed in" : `${shown(before.address)} is signed out`);
  return exits.done;
}

export async function whoami({ json }: ReportOptions): Promise<number> {
  const info = await whoIsSignedIn(await openHome());
  if (info === null) throw new RightsError("sign-in-needed", "nobody is signed in here");
  const { name, address, organisation, service } = info;
  if (json) printJson({ name, address, organisation, service });
  else print(`${shown(name)} <${shown(address)}> at ${shown(organisation)} (${service})`);
  return exits.done;
}
