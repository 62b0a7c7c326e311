import { RightsError } from "../../shared/errors.js";
import { oneLine } from "../../shared/one-line.js";

/** How we speak: data to standard output, people on standard error. Nothing else in this project prints. */

/** Control characters in names must not move the cursor or forge a line of ours. */
export const shown = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be shown harmlessly
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) =>
    char === "\n" ? "\\n" : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );

/** A closed standard output (`seal cat big | head`) is a quiet success. */
export function endOnClosedOutput(error: unknown): void {
  if (error instanceof Error && "code" in error && error.code === "EPIPE") process.exit(0);
}

export function endQuietlyOnClosedOutput(): void {
  process.stdout.on("error", (error) => {
    endOnClosedOutput(error);
    throw error;
  });
}

let isTransient = false;

/** A line on the terminal whose place the next one takes; an empty one removes it. */
export function showForNow(line: string): void {
  if (isTransient || line !== "") process.stderr.write(`\r\u001b[K${line}`);
  isTransient = line !== "";
}

export function print(line: string): void {
  showForNow("");
  process.stdout.write(`${line}\n`);
}

export const printJson = (value: unknown): void => print(oneLine(JSON.stringify(value)));

export function say(line: string): void {
  showForNow("");
  process.stderr.write(`seal: ${line}\n`);
}

export const hint = (line: string): void => say(`hint: ${line}`);

/** What to do next, where the sentence itself does not say it. @param file - as it is typed. */
const hints: Record<string, (file: string) => string> = {
  "service-unreachable": () => "files opened here before still open while their license lasts",
  "viewer-needed": (file) => `ask its owner for the right to export, with: seal requests ask ${file} --reason WHY`,
};

/** Of one file: who owns it can be asked. */
const fileHints: typeof hints = {
  "access-denied": (file) => `ask its owner for access, with: seal requests ask ${file} --reason WHY`,
  "right-missing": (file) => `ask its owner for more, with: seal requests ask ${file} --reason WHY`,
};

const typed = (path: string): string => (/^[\w./@%+,:=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

export function sayError(error: unknown, path?: string): void {
  const known = error instanceof RightsError;
  const sentence = known
    ? error.message
    : "something went wrong inside this program; run it again with SEALWRIGHT_DEBUG=1";
  const named = path === undefined || sentence.includes(shown(path)) ? "" : `${shown(path)}: `;
  say(`error: ${named}${shown(sentence)}`);
  const next = known ? (hints[error.code] ?? (path === undefined ? undefined : fileHints[error.code])) : undefined;
  if (next !== undefined) hint(next(path === undefined ? "FILE" : shown(typed(path))));
  if (process.env.SEALWRIGHT_DEBUG === "1") console.error(error);
}
