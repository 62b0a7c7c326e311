import type { MarkKind, Marks } from "../shared/format/marks.js";

export type { Mark, MarkKind, Marks } from "../shared/format/marks.js";

/**
 * The document that is open in Office, as the add-in needs it: a port without a type of Office's, which office/ fills for
 * each program. All of it can fail with RightsError `office-silent` or `office-refused`.
 */
export interface OpenDocument {
  readonly program: Program;
  /** A path or an address, as Office says and nobody has checked; `null` for a document that was never saved. */
  readonly url: string | null;
  /** In what form Office gives its content away here; none in some places. */
  readonly forms: readonly Form[];
  /**
   * All of it as it stands in the window now, saved or not.
   * @param progress - from 0 to 1. @throws RightsError also `file-changed`, `file-unsuitable` for what is over 2 GiB.
   */
  bytes(form: Form, progress: (share: number) => void, signal: AbortSignal): Promise<Blob>;
  /** Its custom properties, those that are texts; `null` where this program cannot be asked for them. */
  properties(): Promise<Properties | null>;
  /** @param changes - `null` takes a property away. @returns whether the program can do that. */
  setProperties(changes: PropertyChanges): Promise<boolean>;
  /** Puts what a label shows into it, in place of what one put there before. @returns what could be shown. */
  mark(marks: Marks): Promise<readonly MarkKind[]>;
  /** Whether it can be saved from here. */
  readonly canSave: boolean;
  save(): Promise<void>;
}

export type Program = "word" | "excel" | "powerpoint";

/** package: the file as it is saved. pdf: its pages. */
export type Form = "package" | "pdf";

export type Properties = ReadonlyMap<string, string>;
export type PropertyChanges = ReadonlyMap<string, string | null>;

const usualExtension: Readonly<Record<Program, string>> = { word: ".docx", excel: ".xlsx", powerpoint: ".pptx" };
const extensions: Readonly<Record<Program, RegExp>> = {
  word: /\.(docx|docm|dotx|dotm)$/i,
  excel: /\.(xlsx|xlsm|xlsb|xltx|xltm)$/i,
  powerpoint: /\.(pptx|pptm|potx|potm|ppsx|ppsm)$/i,
};
const maxNameChars = 200;

/**
 * What a file with the document is called: the last part of where it lies. Only what can stand in a name is taken over,
 * and the extension is one of the program's, whatever Office says.
 * @param unsaved - what one is called that was never saved.
 */
export function fileName({ url, program }: Pick<OpenDocument, "url" | "program">, unsaved: string): string {
  const last = lastPart(localPath(url) ?? url ?? "") || unsaved;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name has them
  const name = last.replace(/[\u0000-\u001f\u007f/\\:*?"<>|]/g, "_").slice(-maxNameChars);
  return extensions[program].test(name) ? name : name + usualExtension[program];
}

/** Where the document lies on this computer, as far as Office says; `null` for one on the web, or never saved. */
export function localPath(url: string | null): string | null {
  if (url === null) return null;
  if (/^([a-z]:[\\/]|\/)/i.test(url)) return url;
  if (!/^file:\/\/\//i.test(url)) return null;
  try {
    const path = decodeURIComponent(new URL(url).pathname);
    return /^\/[a-z]:\//i.test(path) ? path.slice(1).replaceAll("/", "\\") : path;
  } catch {
    return null;
  }
}

function lastPart(url: string): string {
  const isAddress = /^https?:/i.test(url);
  const path = isAddress ? url.split(/[?#]/, 1)[0]! : url;
  const last = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  if (!isAddress) return last;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
