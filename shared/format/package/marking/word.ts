import type { Mark, MarkKind, Marks } from "../../marks.js";
import {
  appendEdits,
  childrenOf,
  collapsed,
  type Edit,
  type Element,
  edited,
  escapeMarkup,
  parseMarkup,
} from "../markup.js";
import type { OfficePackage } from "../package.js";
import {
  addPart,
  addRelationship,
  isOwnId,
  type Relationship,
  relationships,
  removePart,
  removeRelationship,
} from "../relationships.js";
import { isTrue, maxElements, prependEdits, valueOfAny, withinElement } from "./elements.js";
import { watermarkNamespaces, watermarkPicture } from "./watermark.js";
import {
  encodeReference,
  isWord,
  type Page,
  type Place,
  referenceEdit,
  relationshipsIn,
  type Section,
  sectionEdit,
  sectionsOf,
  withoutReferences,
} from "./word-sections.js";

/**
 * Marks in Word documents: paragraphs in the headers and footers of all sections, each in a content control by which it is found
 * again, here and in Word itself.
 */

/** The same that the add-in gives its own. */
const controlTag = "sealwright-marking";
const controlTitle = "Sealwright";
const roots: Readonly<Record<Place, string>> = { header: "hdr", footer: "ftr" };
const isStrict = (namespace: string): boolean => namespace.startsWith("http://purl.oclc.org/");

const partType = (place: Place): string =>
  `application/vnd.openxmlformats-officedocument.wordprocessingml.${place}+xml`;
const newPart = (place: Place, namespace: string): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:${roots[place]} xmlns:w="${namespace}"><w:p/></w:${roots[place]}>`;

interface HeaderPart extends Relationship {
  readonly part: string;
  readonly place: Place;
}

/** The parts that the document has headers and footers in, each once. */
async function headerParts(pkg: OfficePackage, document: string): Promise<HeaderPart[]> {
  const found = new Map<string, HeaderPart>();
  for (const one of await relationships(pkg, document)) {
    const place = (["header", "footer"] as const).find((name) => one.type.endsWith(`/${name}`));
    if (place === undefined || one.part === null || !pkg.has(one.part)) continue;
    found.set(one.part.toLowerCase(), { ...one, part: one.part, place });
  }
  return [...found.values()];
}

/** Takes out whatever was marked before. @returns whether anything was. */
export async function clearWord(pkg: OfficePackage, document: string): Promise<void> {
  const gone = new Set<string>();
  for (const { part, id, place } of await headerParts(pkg, document)) {
    const before = (await pkg.text(part))!;
    const after = withoutMarks(before);
    if (after !== before) pkg.set(part, after);
    const isOurs = isOwnId(id) && after === newPart(place, parseMarkup(after, maxElements).namespace);
    if (!isOurs) continue;
    gone.add(id);
    await removePart(pkg, part);
    await removeRelationship(pkg, document, id);
  }
  if (gone.size === 0) return;
  const text = (await pkg.text(document))!;
  pkg.set(document, edited(text, withoutReferences(text, sectionsOf(text).sections, gone)));
}

function withoutMarks(text: string): string {
  const marks = marksIn(parseMarkup(text, maxElements));
  if (marks.length === 0) return text;
  return collapsed(
    edited(
      text,
      marks.map(({ start, end }) => ({ start, end, text: "" })),
    ),
  );
}

const marksIn = (root: Element): Element[] => [...withinElement(root)].filter(isMark);

function isMark(element: Element): boolean {
  if (element.local !== "sdt" || !isWord(element)) return false;
  const properties = element.children.find(({ local }) => local === "sdtPr");
  return properties?.children.some((one) => one.local === "tag" && valueOfAny(one, "val") === controlTag) ?? false;
}

/** Puts marks into a document that has none (any more). @returns what is shown. */
export async function markWord(pkg: OfficePackage, document: string, marks: Marks): Promise<MarkKind[]> {
  const text = (await pkg.text(document))!;
  const { namespace } = sectionsOf(text);
  const shown = (["header", "footer", "watermark"] as const).filter(
    (kind) => marks[kind] !== undefined && (kind !== "watermark" || !isStrict(namespace)),
  );
  const places = (["header", "footer"] as const).filter((place) => shown.some((kind) => placeOf(kind) === place));
  await completeSections(pkg, document, places);
  for (const { part, place } of await headerParts(pkg, document)) {
    const before = (await pkg.text(part))!;
    pkg.set(part, edited(before, markEdits(parseMarkup(before, maxElements), place, marks, shown)));
  }
  return shown;
}

const placeOf = (kind: MarkKind): Place => (kind === "footer" ? "footer" : "header");

/** Each section shows a header or footer of its own, or of the one before it: where there is none, it gets one. */
async function completeSections(pkg: OfficePackage, document: string, places: readonly Place[]): Promise<void> {
  const text = (await pkg.text(document))!;
  const { sections, bodyEnd, namespace } = sectionsOf(text);
  const hasEvenPages = await tellsEvenPages(pkg, document);
  const there = new Set<string>();
  const edits: Edit[] = [];
  const last: Pick<Section, "references" | "hasTitlePage"> = { references: [], hasTitlePage: false };
  for (const section of sections.length === 0 ? [last] : sections) {
    for (const { place, page } of section.references) there.add(`${place} ${page}`);
    const pages: Page[] = ["default"];
    if (section.hasTitlePage) pages.push("first");
    if (hasEvenPages) pages.push("even");
    const added: string[] = [];
    for (const place of places)
      for (const page of pages) {
        if (there.has(`${place} ${page}`)) continue;
        there.add(`${place} ${page}`);
        added.push(encodeReference(namespace, place, page, await addHeader(pkg, document, place, namespace)));
      }
    if (added.length === 0) continue;
    if ("tag" in section) edits.push(referenceEdit(section as Section, added.join("")));
    else if (bodyEnd !== null) edits.push(sectionEdit(bodyEnd, namespace, added.join("")));
  }
  if (edits.length > 0) pkg.set(document, edited(text, edits));
}

/** @returns the id of the way to it. */
async function addHeader(pkg: OfficePackage, document: string, place: Place, namespace: string): Promise<string> {
  const folder = document.slice(0, document.lastIndexOf("/") + 1);
  const part = pkg.freeName(`${folder}${place}.xml`);
  await addPart(pkg, part, partType(place), newPart(place, namespace));
  return addRelationship(pkg, document, `${relationshipsIn(namespace)}/${place}`, part);
}

async function tellsEvenPages(pkg: OfficePackage, document: string): Promise<boolean> {
  const settings = (await relationships(pkg, document)).find(({ type }) => type.endsWith("/settings"))?.part ?? null;
  const text = settings === null ? null : await pkg.text(settings);
  if (text === null) return false;
  const root = parseMarkup(text, maxElements);
  const found = childrenOf(root, [root.namespace], "evenAndOddHeaders")[0];
  return found !== undefined && isTrue(valueOfAny(found, "val") ?? "1");
}

function markEdits(root: Element, place: Place, marks: Marks, shown: readonly MarkKind[]): Edit[] {
  const own = shown.filter((kind) => placeOf(kind) === place).reverse(); // the watermark first
  const written = own.map((kind) => control(root.namespace, kind, marks[kind]!)).join("");
  if (written === "") return [];
  return place === "header" ? prependEdits(root, written) : appendEdits(root, written);
}

function control(namespace: string, kind: MarkKind, mark: Mark): string {
  const declared = `xmlns:w="${namespace}"${kind === "watermark" ? ` ${watermarkNamespaces}` : ""}`;
  const properties = `<w:sdtPr><w:alias w:val="${controlTitle}"/><w:tag w:val="${controlTag}"/></w:sdtPr>`;
  const content = kind === "watermark" ? `<w:p><w:r>${watermarkPicture(mark)}</w:r></w:p>` : paragraph(mark);
  return `<w:sdt ${declared}>${properties}<w:sdtContent>${content}</w:sdtContent></w:sdt>`;
}

/** In a control of its own inside: LibreOffice makes a field of one around a whole paragraph, which has no colour. */
function paragraph({ text, color, fontSize, alignment }: Mark): string {
  const look = `<w:color w:val="${color.slice(1).toUpperCase()}"/><w:sz w:val="${2 * fontSize}"/>`;
  const run = `<w:r><w:rPr>${look}</w:rPr><w:t xml:space="preserve">${escapeMarkup(text)}</w:t></w:r>`;
  const inner = `<w:sdt><w:sdtPr><w:alias w:val="${controlTitle}"/></w:sdtPr><w:sdtContent>${run}</w:sdtContent></w:sdt>`;
  return `<w:p><w:pPr><w:jc w:val="${alignment}"/></w:pPr>${inner}</w:p>`;
}
