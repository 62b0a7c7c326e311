import type { Mark, MarkKind, Marks } from "../../marks.js";
import { changeProperties, customProperties } from "../custom-properties.js";
import {
  appendEdits,
  attributeOf,
  childrenOf,
  type Edit,
  type Element,
  escapeMarkup,
  parseMarkup,
  prefixOf,
  textOf,
  wasOneTag,
} from "../markup.js";
import type { OfficePackage } from "../package.js";
import { isTrue } from "./elements.js";
import { type HeaderName, type OwnPictures, ownPictures, type PicturePlace, removePictures } from "./excel-pictures.js";
import { changeSheet, childOf, insertEdits, sheetParts } from "./excel-sheet.js";
import { addition, maxChars, pictureChars, sides, withoutMark, withoutPicture } from "./excel-texts.js";
import { type SheetWatermark, Watermarks } from "./excel-watermark.js";

/** Marks in Excel workbooks: in header and footer of every sheet, as they are printed. */

/** Says in which of a sheet's six places a mark stands: the same that the add-in writes. */
export const placesProperty = "Sealwright_Marking";
/** Of all sheets together; larger workbooks are not marked. */
const maxSheetBytes = 64 << 20;

type Place = "Header" | "Footer";
const places: Readonly<Record<"header" | "footer", Place>> = { header: "Header", footer: "Footer" };
/** In this order (ISO/IEC 29500-1, 18.3.1.46). */
const texts = ["oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"] as const;
type TextName = (typeof texts)[number];
const placeOf = (name: string): Place => (name.endsWith("Header") ? "Header" : "Footer");
/** How what was made here is spelled: it goes when nothing is in it any more. */
const own = (name: string, inner: string): string => `<${name} >${inner}</${name}>`;
const isStrict = (namespace: string): boolean => namespace.startsWith("http://purl.oclc.org/");

/** Whether there is memory for its sheets: they are read whole. */
const isTooLarge = (pkg: OfficePackage, parts: readonly string[]): boolean =>
  parts.reduce((sum, part) => sum + (pkg.zip.entry(part)?.bytes ?? 0), 0) > maxSheetBytes;

/** Takes out whatever was marked before. */
export async function clearExcel(pkg: OfficePackage, workbook: string): Promise<void> {
  const noted = (await customProperties(pkg)).find(({ name }) => name === placesProperty)?.value;
  const marked = noted?.split(" ") ?? [];
  const parts = await sheetParts(pkg, workbook);
  const found = new Map<string, OwnPictures | null>();
  for (const part of parts) found.set(part, await ownPictures(pkg, part));
  for (const part of parts) {
    const pictures = found.get(part) ?? null;
    if (pictures !== null) await removePictures(pkg, part, pictures);
    if (marked.length === 0 && pictures === null) continue;
    await changeSheet(pkg, part, (text, sheet) => clearingEdits(text, sheet, marked, pictures?.places ?? []));
  }
  if (noted === undefined) return;
  const isOurs = ({ name }: { readonly name: string }) => name === placesProperty;
  await changeProperties(pkg, () => isOurs, []);
}

function clearingEdits(
  text: string,
  sheet: Element,
  marked: readonly string[],
  pictures: readonly PicturePlace[],
): Edit[] {
  const headerFooter = childOf(sheet, "headerFooter");
  if (headerFooter === undefined) return [];
  const edits = headerFooter.children.flatMap((one) => {
    const was = textOf(text, one);
    const inIt = pictures.filter(({ header }) => header === one.local);
    const words = inIt.reduce((rest, { side }) => withoutPicture(rest, side), was);
    const isMarked = (side: string) => marked.includes(`${side}${placeOf(one.local)}`);
    const now = sides.filter(isMarked).reduce(withoutMark, words);
    return shortening(text, one, was, now);
  });
  const isEmptied = edits.length > 0 && headerFooter.children.every((one) => edits.some((edit) => isOf(edit, one)));
  return isEmptied ? [emptying(text, headerFooter)] : edits;
}

/** To what is left of it, each character written as it was. */
function shortening(text: string, element: Element, was: string, now: string): Edit[] {
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
  if (isTooLarge(pkg, parts)) return [];
  const lines = parts.length === 0 ? [] : (["header", "footer"] as const).filter((kind) => marks[kind]);
  const wanted = new Map(lines.map((kind) => [places[kind], marks[kind]!]));
  const isOfVml = !isStrict(parseMarkup((await pkg.text(workbook))!).namespace);
  const watermarks = marks.watermark && isOfVml ? new Watermarks(pkg, marks.watermark) : null;
  for (const part of parts) await markSheet(pkg, part, wanted, (await watermarks?.for(part)) ?? null);
  const value = [...wanted].map(([place, { alignment }]) => `${alignment}${place}`).join(" ");
  if (value !== "") await changeProperties(pkg, () => () => false, [{ name: placesProperty, value }]);
  return watermarks?.isShown ? [...lines, "watermark"] : lines;
}

/** What is to stand behind a text of a sheet, also behind none. */
type AdditionTo = (name: TextName, text: string) => string;

async function markSheet(
  pkg: OfficePackage,
  part: string,
  wanted: ReadonlyMap<Place, Mark>,
  watermark: SheetWatermark | null,
): Promise<void> {
  await changeSheet(pkg, part, (text, sheet) =>
    extendingEdits(text, sheet, (name, was) => {
      const mark = wanted.get(placeOf(name));
      const hasPicture = watermark !== null && placeOf(name) === "Header";
      const line = mark === undefined ? "" : addition(was, mark, maxChars - (hasPicture ? pictureChars : 0));
      return hasPicture ? line + watermark.additionTo(name as HeaderName, was + line) : line;
    }),
  );
  await watermark?.draw();
}

/** In the texts of all pages that the sheet tells apart. */
function extendingEdits(text: string, sheet: Element, additionTo: AdditionTo): Edit[] {
  const headerFooter = childOf(sheet, "headerFooter");
  if (headerFooter === undefined) {
    const inner = texts
      .slice(0, 2)
      .map((name) => made(prefixOf(sheet), name, additionTo(name, "")))
      .join("");
    return inner === "" ? [] : insertEdits(sheet, "headerFooter", own(`${prefixOf(sheet)}headerFooter`, inner));
  }
  const fresh = new Map<number, string>();
  const edits: Edit[] = [];
  for (const name of texts.filter((one) => pagesOf(headerFooter).some((page) => one.startsWith(page)))) {
    const [there] = childrenOf(headerFooter, [headerFooter.namespace], name);
    const more = additionTo(name, there === undefined ? "" : textOf(text, there));
    if (more === "") continue;
    if (there !== undefined) edits.push(...appendEdits(there, escapeMarkup(more)));
    else {
      const at = placeFor(headerFooter, name);
      fresh.set(at, (fresh.get(at) ?? "") + made(prefixOf(headerFooter), name, more));
    }
  }
  for (const [at, elements] of fresh) edits.push(...insertion(headerFooter, at, elements));
  return edits;
}

const made = (prefix: string, name: TextName, text: string): string =>
  text === "" ? "" : own(prefix + name, escapeMarkup(text));

function pagesOf(headerFooter: Element): string[] {
  const tells = (attribute: string) => isTrue(attributeOf(headerFooter, attribute));
  return ["odd", ...(tells("differentOddEven") ? ["even"] : []), ...(tells("differentFirst") ? ["first"] : [])];
}

/** Behind all that stands in front of it. */
const placeFor = (headerFooter: Element, name: TextName): number =>
  headerFooter.children.findLast(({ local }) => texts.indexOf(local as TextName) < texts.indexOf(name))?.end ??
  headerFooter.innerStart;

const insertion = (headerFooter: Element, at: number, elements: string): Edit[] =>
  headerFooter.isEmpty ? appendEdits(headerFooter, elements) : [{ start: at, end: at, text: elements }];
