import type { MarkKind, Marks } from "../../marks.js";
import { attributeOf, childrenOf, parseMarkup } from "../markup.js";
import type { OfficePackage } from "../package.js";
import { relationships } from "../relationships.js";
import { clearExcel, markExcel } from "./excel.js";
import { clearPowerPoint, markPowerPoint } from "./powerpoint.js";
import { clearWord, markWord } from "./word.js";

/** Shows a label on the pages of a document: header, footer and watermark, as the program it is of has them. */

interface Program {
  clear(pkg: OfficePackage, main: string): Promise<void>;
  mark(pkg: OfficePackage, main: string, marks: Marks): Promise<MarkKind[]>;
}

/** By what the types of their main parts begin with behind `…officedocument.` or `…vnd.ms-`. */
const programs: readonly (readonly [RegExp, Program])[] = [
  [/wordprocessingml|ms-word/, { clear: clearWord, mark: markWord }],
  [/spreadsheetml|ms-excel\.(?!sheet\.binary)/, { clear: clearExcel, mark: markExcel }],
  [/presentationml|ms-powerpoint/, { clear: clearPowerPoint, mark: markPowerPoint }],
];

const namespace = "http://schemas.openxmlformats.org/package/2006/content-types";

async function typeOf(pkg: OfficePackage, part: string): Promise<string> {
  const root = parseMarkup((await pkg.text("[Content_Types].xml"))!);
  const own = childrenOf(root, [namespace], "Override").find(
    (element) => attributeOf(element, "PartName")?.toLowerCase() === `/${part.toLowerCase()}`,
  );
  return (own && attributeOf(own, "ContentType")) ?? "";
}

/**
 * Puts marks into a document in place of those a label put there before.
 * @returns what is shown; nothing of it in a kind of document that has no place for it (`.xlsb`).
 * @throws RightsError `office-malformed`, `office-unsupported`.
 */
export async function setMarks(pkg: OfficePackage, marks: Marks): Promise<MarkKind[]> {
  const main = (await relationships(pkg)).find(({ type }) => type.endsWith("/officeDocument"))?.part ?? null;
  if (main === null || !pkg.has(main)) return [];
  const type = await typeOf(pkg, main);
  const program = programs.find(([pattern]) => pattern.test(type))?.[1];
  if (program === undefined) return [];
  await program.clear(pkg, main);
  return Object.keys(marks).length === 0 ? [] : program.mark(pkg, main, marks);
}
