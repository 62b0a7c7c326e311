import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { normalizeAddress } from "../../shared/address.js";
import { RightsError } from "../../shared/errors.js";

/** What `seal service init` was told. Paths are absolute, the address is normalized; what was left out is undefined. */
export interface FoundingOptions {
  configFile: string;
  administrator: string;
  name: string | undefined;
  organisation: string | undefined;
  publicUrl: string | undefined;
  listen: { host: string; port: number } | undefined;
  dataFolder: string | undefined;
  passphraseFile: string | undefined;
  tls: { certificateFile: string; keyFile: string } | undefined;
  /** The first password comes as one line on standard input. */
  passwordStdin: boolean;
  /** Give the administrator, who is there already, a new first password. */
  resetPassword: boolean;
  json: boolean;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const known = {
  config: text,
  admin: text,
  name: text,
  organisation: text,
  "public-url": text,
  listen: text,
  data: text,
  "passphrase-file": text,
  "tls-certificate": text,
  "tls-key": text,
  "password-stdin": flag,
  "reset-password": flag,
  json: flag,
};

/** @throws RightsError usage, address-malformed. */
export function foundingOptions(args: string[]): FoundingOptions {
  const given = parse(args);
  const { config, admin, name, organisation, listen } = given;
  if (config === undefined || admin === undefined)
    throw new RightsError("usage", "say where and who: seal service init --config FILE --admin ADDRESS");
  return {
    configFile: resolve(config),
    administrator: normalizeAddress(admin),
    name,
    organisation,
    publicUrl: given["public-url"],
    listen: listen === undefined ? undefined : listenOf(listen),
    dataFolder: absolute(given.data),
    passphraseFile: absolute(given["passphrase-file"]),
    tls: tlsOf(absolute(given["tls-certificate"]), absolute(given["tls-key"])),
    passwordStdin: given["password-stdin"] ?? false,
    resetPassword: given["reset-password"] ?? false,
    json: given.json ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: known }).values;
  } catch (cause) {
    throw new RightsError("usage", "see what it takes: seal service init --help", { cause });
  }
}

const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));

/** `HOST:PORT`, or a port on this computer. */
function listenOf(text: string): { host: string; port: number } {
  const [, host = "localhost", digits] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port < 1 || port > 65_535)
    throw new RightsError("usage", `${text} is not where to listen; write it like 0.0.0.0:7443, or 7443`);
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port };
}

function tlsOf(certificateFile: string | undefined, keyFile: string | undefined): FoundingOptions["tls"] {
  if (certificateFile === undefined && keyFile === undefined) return undefined;
  if (certificateFile !== undefined && keyFile !== undefined) return { certificateFile, keyFile };
  throw new RightsError("usage", "--tls-certificate and --tls-key belong together; give both");
}
