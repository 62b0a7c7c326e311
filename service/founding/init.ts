import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { RightsError } from "../../shared/errors.js";
import { drawPassword } from "./drawn-password.js";
import { type FoundingOptions, foundingOptions } from "./options.js";
import { type Founded, foundOrganisation } from "./organisation.js";

/** `seal service init`: the first password, if there is one, on standard output, everything for people beside it. */

const maxInputBytes = 4096;
const minPassword = 12;

/** @throws RightsError usage, address-malformed, config-invalid, file-missing. */
export async function init(args: string[]): Promise<void> {
  const options = foundingOptions(args);
  const founded = await foundOrganisation({
    options,
    firstPassword: async () => (options.passwordStdin ? readPassword() : drawPassword()),
    handOver: (password) => handOver(password, options),
  });
  for (const line of wordsAbout(founded, options)) process.stderr.write(`seal: ${line}\n`);
}

async function readPassword(): Promise<string> {
  const bytes = await buffer(process.stdin);
  const password = bytes.toString("utf8").replace(/\r?\n$/, "");
  if (bytes.length > maxInputBytes || /[\r\n]/.test(password))
    throw new RightsError("usage", "--password-stdin takes one line with the password");
  if (password.length < minPassword)
    throw new RightsError("usage", `a first password has at least ${minPassword} characters`);
  return password;
}

/** One that came from outside is known there. */
async function handOver(password: string, { passwordStdin, administrator, json }: FoundingOptions): Promise<void> {
  if (passwordStdin) return;
  const line = json ? JSON.stringify({ administrator, password }) : password;
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}

function wordsAbout({ config, made }: Founded, { configFile, administrator }: FoundingOptions): string[] {
  const given = made.includes("administrator") || made.includes("first password");
  const isLocal = config.publicUrl.protocol === "http:";
  return [
    made.length === 0 ? `everything is there already: ${configFile}` : `made: ${made.join(", ")}; see ${configFile}`,
    ...(given ? [`${administrator} signs in with this first password and chooses another; it is not shown again`] : []),
    ...(isLocal
      ? [`clients reach it at ${config.publicUrl.origin}, on this computer only; for others set publicUrl and tls`]
      : []),
    `keep ${config.tenantKeyPassphraseFile} apart from ${config.dataFolder}, and a copy of both: without them nothing opens`,
    `next: seal service --config ${configFile}`,
    `then: seal login ${config.publicUrl.origin}`,
  ];
}
