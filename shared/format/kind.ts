import { type Bytes, startsWith, utf8 } from "../bytes.js";
import { isCompoundFile } from "./compound/read.js";
import { extensionOf } from "./extension.js";
import { maxOfficeBytes } from "./office.js";

/** How a file will be protected (docs/formats/kinds.md). */
export interface Kind {
  container: "pfile" | "office";
  /** For header and policy: as the name has it, "" where it has none or one that cannot be written there. */
  extension: string;
  /** native: the viewer enforces the rights. generic: whoever may open the file gets it whole. */
  protection: "native" | "generic";
  /** What the protected file's name ends in, in place of the extension (native) or behind it (generic). */
  suffix: string;
  /** One sentence for people, when a file does not become what its name promises. */
  note?: string;
}

/** The first bytes `kindOf` wants to see, or the whole file if it is shorter. */
export const headBytes = 1024;

const bytesOf = (...values: number[]) => Uint8Array.from(values);
const jpeg = [bytesOf(0xff, 0xd8, 0xff)];
const tiff = [utf8("II*\0"), utf8("MM\0*"), utf8("II+\0"), utf8("MM\0+")];

/** What a file must begin with to be what its extension says. Text has no such mark. */
const marks: Record<string, readonly Bytes[]> = {
  ".jpg": jpeg,
  ".jpeg": jpeg,
  ".jpe": jpeg,
  ".jfif": jpeg,
  ".png": [bytesOf(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ".gif": [utf8("GIF87a"), utf8("GIF89a")],
  ".bmp": [utf8("BM")],
  ".tif": tiff,
  ".tiff": tiff,
};
/** Documents, templates and shows, with and without macros: all of them packages, that is ZIP files. */
const officeExtensions = [
  ...[".docx", ".docm", ".dotx", ".dotm"],
  ...[".xlsx", ".xlsm", ".xlsb", ".xltx", ".xltm"],
  ...[".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm"],
];
const packageMark = utf8("PK\u0003\u0004");
const texts = [".txt", ".xml"];
const nativeExtensions = [...texts, ...Object.keys(marks), ".pdf"];
const genericSuffix = ".pfile";

/** "p" in front of the extension: .txt -> .ptxt. */
const nativeSuffix = (extension: string) => `.p${extension.slice(1)}`;
/** What names of protected files end in, in lower case. */
export const protectedSuffixes: readonly string[] = [genericSuffix, ...nativeExtensions.map(nativeSuffix)];

/** A PDF may have other bytes in front of its mark; readers look through the first 1024. */
function holdsPdfMark(head: Bytes): boolean {
  const mark = utf8("%PDF-");
  for (let at = 0; at + mark.length <= Math.min(head.length, headBytes); at++)
    if (startsWith(head.subarray(at), mark)) return true;
  return false;
}

/** Whether a name is that of an Office document that keeps it when it is protected. */
export const isOfficeName = (name: string): boolean => officeExtensions.includes(extensionOf(name).toLowerCase());

function looksLike(extension: string, head: Bytes): boolean {
  if (extension === ".pdf") return holdsPdfMark(head);
  return marks[extension]?.some((mark) => startsWith(head, mark)) ?? true;
}

const wrapped = "so it is wrapped whole: who may open it may do anything with it";

/**
 * Which protection a clear file gets. Whether it is protected already is not asked here: `isProtected` knows.
 * @param name - of the file, without its folder.
 * @param head - its first `headBytes`. @param sizeBytes - of the whole file.
 */
export function kindOf(name: string, head: Bytes, sizeBytes: number, options: { generic?: boolean } = {}): Kind {
  const extension = extensionOf(name);
  const type = extension.toLowerCase();
  const generic: Kind = { container: "pfile", extension, protection: "generic", suffix: genericSuffix };
  if (options.generic) return generic;
  if (isOfficeName(name)) return officeKind(generic, head, sizeBytes);
  if (!nativeExtensions.includes(type)) return generic;
  if (looksLike(type, head)) return { ...generic, protection: "native", suffix: nativeSuffix(type) };
  return { ...generic, note: `its content is not that of a ${type} file, ${wrapped}` };
}

function officeKind(generic: Kind, head: Bytes, sizeBytes: number): Kind {
  const { extension } = generic;
  if (isCompoundFile(head))
    return { ...generic, note: `it is encrypted already, perhaps with a password, or of an old kind, ${wrapped}` };
  if (!startsWith(head, packageMark))
    return { ...generic, note: `its content is not that of a ${extension.toLowerCase()} file, ${wrapped}` };
  if (sizeBytes > maxOfficeBytes) return { ...generic, note: `it is larger than 2 GiB, ${wrapped}` };
  return { container: "office", extension, protection: "native", suffix: extension };
}

/** The name of the protected file: notes.txt -> notes.ptxt, plan.dwg -> plan.dwg.pfile. */
export const protectedName = (name: string, { protection, extension, suffix }: Kind): string =>
  (protection === "native" ? name.slice(0, name.length - extension.length) : name) + suffix;

/** Whether a name is one that protected files get. A hint only: what a file is, its content says. */
export const isProtectedName = (name: string): boolean =>
  protectedSuffixes.some((suffix) => name.toLowerCase().endsWith(suffix));

/**
 * The name of the file once it is clear again. `extension`, from the header, is the authority; the name only gives
 * what stands in front of it, so that a renamed file cannot come out as a program.
 */
export function clearName(name: string, extension: string): string {
  const ending = extension.toLowerCase();
  const lower = name.toLowerCase();
  // also .pdwg for .dwg, which other programs write
  const own = ending === "" ? [] : [nativeSuffix(ending)];
  const suffix = [...own, ...protectedSuffixes].find((candidate) => lower.endsWith(candidate)) ?? "";
  const front = name.slice(0, name.length - suffix.length);
  const base = /^\.*$/.test(front) ? "unnamed" : front; // "..": a folder, not a file
  const wrapped = suffix === genericSuffix || suffix === "";
  if (wrapped && base.toLowerCase().endsWith(ending)) return base;
  return base + extension;
}

/** Names of no document: hidden, temporary, half downloaded, an office program's lock. Compared without case. */
const ignoredNames = [/^\./, /^~\$/, /^\.~lock\..*#$/, /\.(?:tmp|part|crdownload)$/, /^thumbs\.db$/];

/** Whether a file is left alone for its name, which comes without its folder. */
export const isIgnoredName = (name: string): boolean =>
  ignoredNames.some((pattern) => pattern.test(name.toLowerCase()));
