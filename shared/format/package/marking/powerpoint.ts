import type { Mark, MarkKind, Marks } from "../../marks.js";
import {
  appendEdits,
  attributeOf,
  childrenOf,
  type Edit,
  type Element,
  edited,
  escapeMarkup,
  markupMalformed,
  parseMarkup,
} from "../markup.js";
import type { OfficePackage } from "../package.js";
import { relatedParts } from "../relationships.js";
import { maxElements, withinElement } from "./elements.js";

/** Marks in PowerPoint presentations: a box of text each on every slide, by whose name it is found again. */

/** The same that the add-in gives its own. */
const shapeName = "Sealwright marking";
/** Units of which a point has so many. */
const perPoint = 12_700;
/** How high a header or footer is, in points; it stands along the edge of the slide. */
const edge = 28;
const usualSize = { width: 960 * perPoint, height: 540 * perPoint };

interface Size {
  readonly width: number;
  readonly height: number;
}

const slideParts = (pkg: OfficePackage, presentation: string): Promise<string[]> =>
  relatedParts(pkg, presentation, ["slide"]);

async function sizeOf(pkg: OfficePackage, presentation: string): Promise<Size> {
  const root = parseMarkup((await pkg.text(presentation))!, maxElements);
  const [size] = childrenOf(root, [root.namespace], "sldSz");
  const [width, height] = ["cx", "cy"].map((name) => Number((size && attributeOf(size, name)) ?? 0));
  return width! > 0 && height! > 0 ? { width: width!, height: height! } : usualSize;
}

/** Takes out whatever was marked before. */
export async function clearPowerPoint(pkg: OfficePackage, presentation: string): Promise<void> {
  for (const part of await slideParts(pkg, presentation)) {
    const text = (await pkg.text(part))!;
    const marks = [...withinElement(parseMarkup(text, maxElements))].filter(isMark);
    const removals = marks.map(({ start, end }) => ({ start, end, text: "" }));
    if (marks.length > 0) pkg.set(part, edited(text, removals));
  }
}

function isMark(element: Element): boolean {
  if (element.local !== "sp") return false;
  const [properties] = childrenOf(element, [element.namespace], "nvSpPr");
  return properties?.children.some((one) => one.local === "cNvPr" && attributeOf(one, "name") === shapeName) ?? false;
}

/** Puts marks into a presentation that has none (any more). @returns what is shown. */
export async function markPowerPoint(pkg: OfficePackage, presentation: string, marks: Marks): Promise<MarkKind[]> {
  const parts = await slideParts(pkg, presentation);
  const shown = (["watermark", "header", "footer"] as const).filter((kind) => marks[kind] !== undefined);
  if (parts.length === 0) return [];
  const size = await sizeOf(pkg, presentation);
  for (const part of parts) {
    const text = (await pkg.text(part))!;
    pkg.set(part, edited(text, markEdits(parseMarkup(text, maxElements), marks, shown, size)));
  }
  return shown;
}

/** A watermark behind all shapes, the others in front of them. */
function markEdits(slide: Element, marks: Marks, shown: readonly MarkKind[], size: Size): Edit[] {
  const tree = slide.children.find(({ local }) => local === "cSld")?.children.find(({ local }) => local === "spTree");
  const first = tree?.children.find(({ local }) => local === "grpSpPr");
  if (tree === undefined || first === undefined) throw markupMalformed("a slide has no place for shapes");
  const last = tree.children.find(({ local }) => local === "extLst");
  let id = highestId(tree);
  return shown.flatMap((kind) => {
    const shape = shapeOf(slide, ++id, marks[kind]!, boxOf(kind, marks[kind]!, size));
    if (kind === "watermark") return [{ start: first.end, end: first.end, text: shape }];
    return last === undefined ? appendEdits(tree, shape) : [{ start: last.start, end: last.start, text: shape }];
  });
}

const highestId = (tree: Element): number =>
  [...withinElement(tree)]
    .filter(({ local }) => local === "cNvPr")
    .reduce((highest, one) => Math.max(highest, Number(attributeOf(one, "id")) || 0), 0);

/** Where a mark stands, and how it is written. */
interface Box {
  readonly frame: string;
  readonly alignment: string;
  readonly fill: string;
}

const rectangle = (x: number, y: number, width: number, height: number): string =>
  `<a:off x="${Math.round(x)}" y="${Math.round(y)}"/><a:ext cx="${Math.round(width)}" cy="${Math.round(height)}"/>`;
const alignments = { left: "l", center: "ctr", right: "r" } as const;

function boxOf(kind: MarkKind, { fontSize, alignment, layout, color }: Mark, { width, height }: Size): Box {
  const value = color.slice(1).toUpperCase();
  const high = Math.max(edge, Math.ceil(fontSize * 1.6)) * perPoint;
  if (kind !== "watermark") {
    const top = kind === "header" ? 0 : height - high;
    const frame = `<a:xfrm>${rectangle(0, top, width, high)}</a:xfrm>`;
    return { frame, alignment: alignments[alignment], fill: `<a:srgbClr val="${value}"/>` };
  }
  const turned = layout === "diagonal" ? ' rot="18900000"' : "";
  const frame = `<a:xfrm${turned}>${rectangle(0, (height - high) / 2, width, high)}</a:xfrm>`;
  return { frame, alignment: "ctr", fill: `<a:srgbClr val="${value}"><a:alpha val="50000"/></a:srgbClr>` };
}

const drawings: Readonly<Record<string, string>> = {
  "http://schemas.openxmlformats.org/presentationml/2006/main": "http://schemas.openxmlformats.org/drawingml/2006/main",
  "http://purl.oclc.org/ooxml/presentationml/main": "http://purl.oclc.org/ooxml/drawingml/main",
};

function shapeOf(
  { namespace }: Element,
  id: number,
  { text, fontSize }: Mark,
  { frame, alignment, fill }: Box,
): string {
  const names = `xmlns:p="${namespace}" xmlns:a="${drawings[namespace] ?? Object.values(drawings)[0]}"`;
  const head = `<p:nvSpPr><p:cNvPr id="${id}" name="${shapeName}"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>`;
  const shape = `<p:spPr>${frame}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>`;
  const look = `<a:rPr sz="${100 * fontSize}"><a:solidFill>${fill}</a:solidFill></a:rPr>`;
  const run = `<a:r>${look}<a:t>${escapeMarkup(text)}</a:t></a:r>`;
  const body = `<a:bodyPr wrap="square" anchor="ctr"/><a:lstStyle/><a:p><a:pPr algn="${alignment}"/>${run}</a:p>`;
  return `<p:sp ${names}>${head}${shape}<p:txBody>${body}</p:txBody></p:sp>`;
}
