import { codeOf, RightsError } from "../../shared/errors.js";
import { exitOf, exits } from "./exit.js";
import { Progress } from "./progress.js";
import { print, printJson, sayError, shown } from "./say.js";

/** What is said of one file; with all its keys in this order `--json` prints it, and null where there is nothing. */
export interface FileReport {
  path: string;
  state: "protected" | "clear" | "revoked" | "failed";
  format?: string | null;
  label?: string | null;
  organisation?: string | null;
  owner?: string | null;
  contentId?: string | null;
  edition?: number | null;
  rights?: readonly string[] | null;
  expires?: string | null;
  offlineUntil?: string | null;
  code?: string | null;
  reason?: string | null;
}

const nothing: Required<Omit<FileReport, "path" | "state">> = {
  format: null,
  label: null,
  organisation: null,
  owner: null,
  contentId: null,
  edition: null,
  rights: null,
  expires: null,
  offlineUntil: null,
  code: null,
  reason: null,
};

/** One line of `--json`; a command may have more to say of a file than all have. */
export const printReport = ({ path, state, ...known }: FileReport, more: object = {}): void =>
  printJson({ path, state, ...nothing, ...known, ...more });

export interface ReportOptions {
  json?: boolean;
}

/** What a command found or did with one file: for programs, and as lines for people. */
export interface Told {
  report: FileReport;
  /** What only this command says, for programs. */
  more?: object;
  lines: readonly string[];
}

/**
 * Runs `work` on each path in turn and reports each. One of several that fails does not stop the others.
 * @returns the exit code: of the only failure, or 7 where some of several failed.
 */
export async function eachFile(
  paths: readonly string[],
  { json = false }: ReportOptions,
  work: (path: string, progress: Progress) => Promise<Told>,
): Promise<number> {
  const failures: number[] = [];
  const progress = new Progress(paths.length);
  for (const path of paths) {
    try {
      progress.next(path);
      const { report, lines, more } = await work(path, progress);
      if (json) printReport(report, more);
      else for (const line of lines) print(line);
    } catch (error) {
      failures.push(exitOf(codeOf(error)));
      if (json) printReport(failureReport(path, error));
      sayError(error, path);
    }
  }
  progress.end();
  if (failures.length === 0) return exits.done;
  return paths.length === 1 ? failures[0]! : exits.someFailed;
}

function failureReport(path: string, error: unknown): FileReport {
  const reason = error instanceof RightsError ? error.message : "something went wrong inside this program";
  return { path, state: "failed", code: codeOf(error), reason };
}

/** Aligned `key  value` lines for people. */
export function table(rows: readonly (readonly [string, string | null | undefined])[]): string[] {
  const filled = rows.filter((row): row is [string, string] => typeof row[1] === "string" && row[1] !== "");
  const width = Math.max(0, ...filled.map(([key]) => key.length));
  return filled.map(([key, value]) => `${key.padEnd(width)}  ${shown(value)}`);
}
