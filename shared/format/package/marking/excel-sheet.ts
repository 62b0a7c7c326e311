import { appendEdits, childrenOf, type Edit, type Element, edited, parseMarkup } from "../markup.js";
import type { OfficePackage } from "../package.js";
import { relatedParts } from "../relationships.js";
import { maxElements } from "./elements.js";

/** Sheets of a workbook as far as marks change them: all but their cells, which are most of them. */

/** In this order in every sheet, as far as marks stand among them (ISO/IEC 29500-1, 18.3.1.99 and 18.3.1.12). */
const order = [
  ...["sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection"],
  ...["protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells"],
  ...["phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins"],
  ...["pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors"],
  ...["smartTags", "drawing", "legacyDrawing", "legacyDrawingHF"],
];

export const sheetParts = (pkg: OfficePackage, workbook: string): Promise<string[]> =>
  relatedParts(pkg, workbook, ["worksheet", "chartsheet"]);

/** The first of its elements of a name, whole. */
export const childOf = (sheet: Element, local: string): Element | undefined =>
  childrenOf(sheet, [sheet.namespace], local)[0];

/** Puts an element of a name where such ones belong. */
export function insertEdits(sheet: Element, local: string, markup: string): Edit[] {
  const isBefore = (one: Element) => order.includes(one.local) && order.indexOf(one.local) < order.indexOf(local);
  const at = sheet.children.findLast(isBefore)?.end;
  return at === undefined ? appendEdits(sheet, markup) : [{ start: at, end: at, text: markup }];
}

/** Changes a sheet by what is found in it. */
export async function changeSheet(
  pkg: OfficePackage,
  part: string,
  change: (text: string, sheet: Element) => readonly Edit[],
): Promise<void> {
  const text = (await pkg.text(part))!;
  const edits = change(text, parseSheet(text));
  if (edits.length > 0) pkg.set(part, edited(text, edits));
}

const cells = /<(?:[\w.-]+:)?sheetData(?:[ \t\r\n][^<>]*)?>/;

/** A sheet without its cells; places are those in the whole. */
export function parseSheet(text: string): Element {
  const open = cells.exec(text);
  const name = open?.[0].match(/^<([\w.:-]+)/)?.[1];
  const to = name === undefined ? -1 : text.lastIndexOf(`</${name}`);
  const from = open === null ? 0 : open.index + open[0].length;
  if (to < from || open?.[0].endsWith("/>")) return parseMarkup(text, maxElements);
  return moved(parseMarkup(text.slice(0, from) + text.slice(to), maxElements), from, to - from);
}

/** What stands behind a place stands further behind. */
function moved(element: Element, from: number, by: number): Element {
  const place = (at: number) => (at > from ? at + by : at);
  const { start, innerStart, innerEnd, end } = element;
  return {
    ...element,
    start: start >= from ? start + by : start,
    innerStart: place(innerStart),
    innerEnd: innerEnd >= from ? innerEnd + by : innerEnd,
    end: place(end),
    children: element.children.map((child) => moved(child, from, by)),
  };
}
