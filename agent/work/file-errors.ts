import { RightsError, type RightsErrorCode } from "../../shared/errors.js";
import { shown } from "./names.js";

export const systemCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

export const isMissing = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes(systemCode(error));

type Meaning = readonly [code: RightsErrorCode, sentence: (name: string) => string];

const missing: Meaning = ["file-missing", (name) => `${name} is not there; look at its name, or whether it was moved`];
const full: Meaning = ["disk-full", (name) => `there is no room to finish ${name}; it is unchanged`];
const busy: Meaning = ["file-busy", (name) => `${name} is open in another program; it is unchanged`];
const unsuitable: Meaning = ["file-unsuitable", (name) => `${name} is not a regular file, so it is left alone`];
const tooMany: Meaning = ["busy", (name) => `too many files are open to work on ${name}; close some programs`];
const tooLong: Meaning = ["file-unwritable", (name) => `the name or path of ${name} is too long; shorten it`];

const meanings: Record<string, Meaning> = {
  ENOENT: missing,
  ENOTDIR: missing,
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: ["disk-full", (name) => `${name} becomes larger than this disk allows; it is unchanged`],
  EBUSY: busy,
  ETXTBSY: busy,
  ELOOP: unsuitable,
  ENXIO: unsuitable,
  EISDIR: unsuitable,
  EMFILE: tooMany,
  ENFILE: tooMany,
  ENAMETOOLONG: tooLong,
};

const denied: Record<"read" | "write", Meaning> = {
  read: ["file-unreadable", (name) => `${name} cannot be read; check its permissions and the disk`],
  write: [
    "file-unwritable",
    (name) => `${name} is unchanged, because its folder cannot be written; check its permissions and the disk`,
  ],
};

/**
 * An error of the file system in the words and codes of this project; errors that already are ours pass through.
 * @param doing - what failed; decides between `file-unreadable` and `file-unwritable`.
 */
export function fileError(error: unknown, path: string, doing: "read" | "write"): unknown {
  const system = systemCode(error);
  if (error instanceof RightsError || system === "" || !(error instanceof Error)) return error;
  const [code, sentence] = meanings[system] ?? denied[doing];
  return new RightsError(code, sentence(shown(path)), { cause: error });
}
