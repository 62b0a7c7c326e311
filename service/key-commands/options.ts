import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { RightsError } from "../../shared/errors.js";

/** What `seal service keys …` was told; paths are absolute. */
export interface KeyOptions {
  /** The file to import, or the key's id. */
  what: string;
  configFile: string;
  passphraseFile: string;
  out: string;
  archived: boolean;
  json: boolean;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const known = { config: text, "passphrase-file": text, out: text, archived: flag, json: flag };

/** @param needed - what must be there, `what` for the word that is no option. @throws RightsError usage. */
export function keyOptions(args: string[], ...needed: ("what" | "passphraseFile" | "out")[]): KeyOptions {
  const { values, positionals } = parse(args);
  const [what = "", ...more] = positionals;
  const given = { what, passphraseFile: values["passphrase-file"] ?? "", out: values.out ?? "" };
  const isWhole = values.config !== undefined && more.length === 0 && needed.every((name) => given[name] !== "");
  if (!isWhole) throw usage();
  return {
    what,
    configFile: resolve(values.config!),
    passphraseFile: resolve(given.passphraseFile),
    out: resolve(given.out),
    archived: values.archived ?? false,
    json: values.json ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: known, allowPositionals: true });
  } catch (cause) {
    throw usage(cause);
  }
}

const usage = (cause?: unknown) =>
  new RightsError("usage", "see what it takes: seal service keys list|import|export --help", { cause });
