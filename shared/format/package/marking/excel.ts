import type { Mark, MarkKind, Marks } from "../../marks.js";
import { changeProperties, customProperties } from "../custom-properties.js";
import {
  appendEdits,
  attributeOf,
  childrenOf,
  type Edit,
  type Element,
  edited,
  escapeMarkup,
  parseMarkup,
  prefixOf,
  textOf,
  wasOneTag,
} from "../markup.js";
import type { OfficePackage } from "../package.js";
import { relationships } from "../relationships.js";
import { isTrue, maxElements } from "./elements.js";
import { addition, sides, withoutMark } from "./excel-texts.js";

/** Marks in Excel workbooks: in header and footer of every sheet, as they are printed. There is no watermark. */

/** Says in which of a sheet's six places a mark stands: the same that the add-in writes. */
export const placesProperty = "Sealwright_Marking";
/** Of all sheets together; larger workbooks are not marked. */
const maxSheetBytes = 64 << 20;

type Place = "Header" | "Footer";
const places: Readonly<Record<"header" | "footer", Place>> = { header: "Header", footer: "Footer" };

/** What can stand in front of header and footer in a sheet (18.3.1.99, 18.3.1.12). */
const before = new Set([
  ...["sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection"],
  ...["protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells"],
  ...[
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
  ],
]);
/** In this order (18.3.1.46). */
const texts = ["oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"];
/** How what was made here is spelled: it goes when nothing is in it any more. */
const own = (name: string, inner: string): string => `<${name} >${inner}</${name}>`;

async function sheetParts(pkg: OfficePackage, workbook: string): Promise<string[]> {
  const all = await relationships(pkg, workbook);
  return all.flatMap(({ type, part }) =>
    /\/(?:worksheet|chartsheet)$/.test(type) && part !== null && pkg.has(part) ? [part] : [],
  );
}

/** Whether there is memory for its sheets: they are read whole. */
async function isTooLarge(pkg: OfficePackage, parts: readonly string[]): Promise<boolean> {
  return parts.reduce((sum, part) => sum + (pkg.zip.entry(part)?.bytes ?? 0), 0) > maxSheetBytes;
}

/** Takes out whatever was marked before. */
export async function clearExcel(pkg: OfficePackage, workbook: string): Promise<void> {
  const noted = (await customProperties(pkg)).find(({ name }) => name === placesProperty)?.value;
  if (noted === undefined) return;
  const marked = noted.split(" ");
  for (const part of await sheetParts(pkg, workbook))
    await changeSheet(pkg, part, (text, headerFooter) => {
      const edits = headerFooter.children.flatMap((one) => withoutMarks(text, one, marked));
      const isEmptied = edits.length > 0 && headerFooter.children.every((one) => edits.some((edit) => isOf(edit, one)));
      return isEmptied ? [emptying(text, headerFooter)] : edits;
    });
  await changeProperties(
    pkg,
    () =>
      ({ name }) =>
        name === placesProperty,
    [],
  );
}

/** The places that are noted, in one of the texts. */
function withoutMarks(text: string, element: Element, marked: readonly string[]): Edit[] {
  const place = (["Header", "Footer"] as const).find((one) => element.local.endsWith(one));
  const was = textOf(text, element);
  const now = sides.reduce((rest, side) => (marked.includes(`${side}${place}`) ? withoutMark(rest, side) : rest), was);
  if (now === was) return [];
  if (now === "") return [emptying(text, element)];
  const raw = text.slice(element.innerStart, element.innerEnd);
  const tail = escapeMarkup(was.slice(now.length));
  const isTail = was.startsWith(now) && raw.endsWith(tail);
  const kept = isTail ? raw.slice(0, raw.length - tail.length) : escapeMarkup(now);
  return [{ start: element.innerStart, end: element.innerEnd, text: kept }];
}

const isOf = (edit: Edit, { start, end }: Element): boolean => edit.start === start && edit.end === end;

/** What was made here goes; what was one tag is one again; anything else stays, with nothing in it. */
function emptying(text: string, element: Element): Edit {
  const { name, start, innerStart, innerEnd, end } = element;
  if (text.slice(start, innerStart) === `<${name} >`) return { start, end, text: "" };
  return wasOneTag(text, element)
    ? { start: innerStart - 1, end, text: "/>" }
    : { start: innerStart, end: innerEnd, text: "" };
}

/** Puts marks into a workbook that has none (any more). @returns what is shown. */
export async function markExcel(pkg: OfficePackage, workbook: string, marks: Marks): Promise<MarkKind[]> {
  const parts = await sheetParts(pkg, workbook);
  const shown = (["header", "footer"] as const).filter((kind) => marks[kind] !== undefined);
  if (shown.length === 0 || parts.length === 0 || (await isTooLarge(pkg, parts))) return [];
  const wanted = new Map(shown.map((kind) => [places[kind], marks[kind]!]));
  for (const part of parts) await markSheet(pkg, part, wanted);
  const value = [...wanted].map(([place, { alignment }]) => `${alignment}${place}`).join(" ");
  await changeProperties(pkg, () => () => false, [{ name: placesProperty, value }]);
  return shown;
}

async function markSheet(pkg: OfficePackage, part: string, wanted: ReadonlyMap<Place, Mark>): Promise<void> {
  const isMarked = await changeSheet(pkg, part, (text, element) => markEdits(text, element, wanted));
  if (isMarked) return;
  const text = (await pkg.text(part))!;
  const root = parseShell(text);
  const at = root.children.findLast(({ local }) => before.has(local))?.end;
  const inner = (prefix: string) =>
    [...wanted].map(([place, mark]) => own(`${prefix}odd${place}`, escapeMarkup(addition("", mark)))).join("");
  const whole = own(`${prefixOf(root)}headerFooter`, inner(prefixOf(root)));
  pkg.set(part, edited(text, at === undefined ? appendEdits(root, whole) : [{ start: at, end: at, text: whole }]));
}

/** In the texts of all pages that the sheet tells apart. */
function markEdits(text: string, headerFooter: Element, wanted: ReadonlyMap<Place, Mark>): Edit[] {
  const tells = (attribute: string) => isTrue(attributeOf(headerFooter, attribute));
  const pages = ["odd", ...(tells("differentOddEven") ? ["even"] : []), ...(tells("differentFirst") ? ["first"] : [])];
  const made = new Map<number, string>();
  const edits: Edit[] = [];
  for (const name of texts) {
    const mark = wanted.get(name.endsWith("Header") ? "Header" : "Footer");
    if (mark === undefined || !pages.some((page) => name.startsWith(page))) continue;
    const [there] = childrenOf(headerFooter, [headerFooter.namespace], name);
    if (there !== undefined) edits.push(...appendEdits(there, escapeMarkup(addition(textOf(text, there), mark))));
    else {
      const at = placeFor(headerFooter, name);
      const element = own(prefixOf(headerFooter) + name, escapeMarkup(addition("", mark)));
      made.set(at, (made.get(at) ?? "") + element);
    }
  }
  for (const [at, elements] of made) edits.push(...insertion(headerFooter, at, elements));
  return edits;
}

/** Behind all that stands in front of it. */
const placeFor = (headerFooter: Element, name: string): number =>
  headerFooter.children.findLast(({ local }) => texts.indexOf(local) < texts.indexOf(name))?.end ??
  headerFooter.innerStart;

const insertion = (headerFooter: Element, at: number, elements: string): Edit[] =>
  headerFooter.isEmpty ? appendEdits(headerFooter, elements) : [{ start: at, end: at, text: elements }];

/** @returns whether the sheet has a header and footer to be changed. */
async function changeSheet(
  pkg: OfficePackage,
  part: string,
  change: (text: string, headerFooter: Element) => readonly Edit[],
): Promise<boolean> {
  const text = (await pkg.text(part))!;
  const root = parseShell(text);
  const [element] = childrenOf(root, [root.namespace], "headerFooter");
  if (element === undefined) return false;
  const edits = change(text, element);
  if (edits.length > 0) pkg.set(part, edited(text, edits));
  return true;
}

const cells = /<(?:[\w.-]+:)?sheetData(?:[ \t\r\n][^<>]*)?>/;

/** A sheet without its cells, which are most of it and nothing to marks; places are those in the whole. */
function parseShell(text: string): Element {
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
