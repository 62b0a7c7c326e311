import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "./display.js";

/** What a freedesktop `.desktop` file says of starting its program. */
export interface DesktopEntry {
  /** With `%f` and its kin where files go. */
  readonly exec: string;
  /** Whether it draws in a terminal and opens no window. */
  readonly terminal: boolean;
}

/** The entry `id` (`libreoffice-writer.desktop`), `null` where it is not there or starts nothing. */
export async function findEntry(id: string, env: Environment): Promise<DesktopEntry | null> {
  for (const folder of dataFolders(env))
    for (const name of namesOf(id)) {
      const text = await readFile(join(folder, "applications", name), "utf8").catch(() => null);
      if (text !== null) return parseEntry(text);
    }
  return null;
}

const dataFolders = (env: Environment): string[] => [
  env.XDG_DATA_HOME || join(env.HOME ?? "/", ".local/share"),
  ...(env.XDG_DATA_DIRS || "/usr/local/share:/usr/share").split(":").filter(Boolean),
];

/** A dash may stand for a folder: `kde-okular.desktop` is `kde/okular.desktop`. No name leads anywhere else. */
const namesOf = (id: string): string[] =>
  /^[\w.-]+\.desktop$/.test(id) && !id.startsWith(".") ? [id, id.replace("-", "/")] : [];

/** Desktop Entry Specification 1.5. @returns `null` where it starts no program. */
export function parseEntry(text: string): DesktopEntry | null {
  const [, group = ""] = text.split(/^\[Desktop Entry\]\s*$/m);
  const lines = group.split(/^\[/m)[0]!.split("\n");
  const value = (key: string) =>
    lines
      .find((line) => new RegExp(`^${key}\\s*=`).test(line))
      ?.replace(/^[^=]*=\s*/, "")
      .trim();
  const exec = value("Exec");
  return exec ? { exec: unescaped(exec), terminal: value("Terminal") === "true" } : null;
}

const escapes: Record<string, string> = { s: " ", n: "\n", t: "\t", r: "\r", "\\": "\\" };
const unescaped = (text: string): string => text.replace(/\\([sntr\\])/g, (_, char: string) => escapes[char]!);

/** The words of an `Exec` line: what is quoted is one word. */
function wordsOf(exec: string): string[] {
  const words = exec.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? [];
  return words.map((word) => word.replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner) => inner.replace(/\\(["`$\\])/g, "$1")));
}

/** The command line that opens `path`: where the line has no place for it, at its end. */
export function commandOf({ exec }: DesktopEntry, path: string): string[] {
  let isPlaced = false;
  const place = (code: string) => {
    if (code === "%") return "%";
    isPlaced = true;
    return path;
  };
  const words = wordsOf(exec)
    .filter((word) => !/^%[ickdDnNvm]$/.test(word))
    .map((word) => word.replace(/%([fFuU%])/g, (_, code: string) => place(code)));
  return isPlaced ? words : [...words, path];
}
