import { buffer } from "node:stream/consumers";
import { RightsError } from "../../shared/errors.js";
import type { Agree } from "../../shared/protocol/authorization.js";
import { signOut, whoIsSignedIn } from "../account.js";
import { inBrowser } from "../agree/browser.js";
import { type ShownCode, withDeviceCode } from "../agree/device-code.js";
import { hasDisplay, openPage } from "../agree/open-page.js";
import { withPassword } from "../agree/password.js";
import { openHome } from "../home.js";
import { forgetUnsaved } from "../session/unsaved.js";
import { signInBy } from "../sign-in.js";
import { exits } from "./exit.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, say, shown } from "./say.js";

const maxPasswordBytes = 4096;

/** One line of standard input, without its end. */
export async function readPassword(): Promise<string> {
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

interface LoginOptions extends ReportOptions {
  user?: string;
  passwordStdin?: boolean;
  browser: boolean;
}

export async function login(url: string, options: LoginOptions): Promise<number> {
  const agree = await wayToAgree(options);
  const { info, keystore, isNewDevice } = await signInBy(await openHome(), url, agree);
  const { name, address, organisation, service } = info;
  if (options.json) printJson({ name, address, organisation, service, deviceKey: keystore, newDevice: isNewDevice });
  else say(`${shown(name)} (${shown(address)}) is signed in to ${shown(organisation)}`);
  if (isNewDevice && where[keystore] !== "") say(where[keystore]);
  if (info.accountKeys === "roaming") say("your account key is shared by your devices, and the service keeps it");
  return exits.done;
}

/** A password if one is given, a browser where there is a display, and a code for another device everywhere else. */
async function wayToAgree({ user, passwordStdin, browser }: LoginOptions): Promise<Agree> {
  const { env, platform } = process;
  if (passwordStdin && user === undefined)
    throw new RightsError("usage", "say whose password it is: seal login URL --user ADDRESS --password-stdin");
  if (passwordStdin) return withPassword(user!, await readPassword());
  if (!browser || !hasDisplay(env, platform)) return withDeviceCode(showCode);
  return inBrowser({ user, open: (page) => showPage(page) });
}

function showPage(page: URL): void {
  const { env, platform } = process;
  say("sign in in your browser; if none opens, open this address yourself:");
  say(`  ${page.href}`);
  openPage(page, env, platform, () => say("no browser could be started; --no-browser signs in with a code instead"));
}

function showCode({ address, code, complete, untilMs }: ShownCode): void {
  const until = new Date(untilMs).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  say("to sign in, open this address on any device with a browser, and enter the code:");
  say(`  ${shown(address)}`);
  say(`  ${shown(code)}`);
  say(`or open ${shown(complete)} and compare it; it is good until ${until}`);
}

export interface LogoutOptions extends ReportOptions {
  /** Changes that are not saved to their documents yet may go. */
  discard?: boolean;
}

export async function logout({ json, discard }: LogoutOptions): Promise<number> {
  const home = await openHome();
  await forgetUnsaved(home, discard ?? false);
  const before = await whoIsSignedIn(home).catch(() => null); // a damaged record is no reason to stay
  const isTold = await signOut(home);
  if (json) printJson({ address: before?.address ?? null, service: before?.service ?? null, told: isTold });
  else say(before === null ? "nobody was signed in" : `${shown(before.address)} is signed out`);
  if (before !== null && !isTold)
    say(`${shown(before.service)} could not be told; nothing of the sign-in is left here, and there it ends by itself`);
  return exits.done;
}

export async function whoami({ json }: ReportOptions): Promise<number> {
  const info = await whoIsSignedIn(await openHome());
  if (info === null) throw new RightsError("sign-in-needed", "nobody is signed in here; sign in with: seal login URL");
  const { name, address, organisation, service, accountKeys } = info;
  if (json) printJson({ name, address, organisation, service, accountKeys });
  else print(`${shown(name)} <${shown(address)}> at ${shown(organisation)} (${service})`);
  return exits.done;
}
