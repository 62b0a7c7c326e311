import { codeOf } from "../../../errors.js";
import { appendEdits, attributeOf, type Edit, type Element, edited, parseMarkup, prefixOf } from "../markup.js";
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
import { maxElements, valueOfAny, withinElement } from "./elements.js";
import { changeSheet, childOf, insertEdits, parseSheet } from "./excel-sheet.js";
import type { Side } from "./excel-texts.js";
import type { Size } from "./metafile.js";

/**
 * Pictures in the headers of a sheet: shapes in a part of VML, each named by its place, to which a code in the header's text
 * belongs (ISO/IEC 29500-1, 18.3.1.46; 29500-4, 19).
 */

export type HeaderName = "oddHeader" | "evenHeader" | "firstHeader";
/** In which text, and on which side of it. */
export interface PicturePlace {
  readonly header: HeaderName;
  readonly side: Side;
}

/** By which a picture is found again: Excel keeps it, whatever else it writes anew. */
const title = "Sealwright watermark";
const pages: Readonly<Record<HeaderName, string>> = { oddHeader: "", evenHeader: "EVEN", firstHeader: "FIRST" };
const headers = Object.keys(pages) as HeaderName[];
const nameOf = ({ header, side }: PicturePlace): string => `${side.charAt(0).toUpperCase()}H${pages[header]}`;
const allPlaces = headers.flatMap((header) => (["left", "center", "right"] as const).map((side) => ({ header, side })));

const types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const drawingType = "application/vnd.openxmlformats-officedocument.vmlDrawing";
const namespaces = {
  v: "urn:schemas-microsoft-com:vml",
  o: "urn:schemas-microsoft-com:office:office",
  x: "urn:schemas-microsoft-com:office:excel",
};
/** Of shapes in a part that is new. */
const firstNumber = 1025;
/** There are nine places, and a few more in footers: no part with pictures of theirs is as long. */
const maxDrawingBytes = 1 << 16;

/** The pictures that the headers of a sheet have. */
export interface HeaderPictures {
  /** `null` where there is none yet. */
  readonly part: string | null;
  isTaken(place: PicturePlace): boolean;
}

interface Drawing {
  readonly link: Relationship;
  readonly part: string;
  readonly text: string;
  readonly root: Element;
}

/** @returns `null` where there are pictures in a way that is not known here. */
export async function headerPictures(pkg: OfficePackage, sheet: string): Promise<HeaderPictures | null> {
  if (childOf(parseSheet((await pkg.text(sheet))!), "legacyDrawingHF") === undefined)
    return { part: null, isTaken: () => false };
  const drawing = await drawingOf(pkg, sheet);
  if (drawing === null || !isUsual(drawing.root)) return null;
  const taken = new Set(shapesIn(drawing.root).map((shape) => attributeOf(shape, "id")));
  return { part: drawing.part, isTaken: (place) => taken.has(nameOf(place)) };
}

/** Adds one picture in all these places. @param image - its part. */
export async function addPictures(
  pkg: OfficePackage,
  sheet: string,
  { part }: HeaderPictures,
  { places, image, size }: { places: readonly PicturePlace[]; image: string; size: Size },
): Promise<void> {
  const drawing = part ?? (await addDrawing(pkg, sheet));
  const link = await addRelationship(pkg, drawing, `${types}/image`, image);
  const text = (await pkg.text(drawing))!;
  const root = parseMarkup(text, maxElements);
  const first =
    shapesIn(root)
      .map(numberOf)
      .reduce((a, b) => Math.max(a, b), firstNumber - 1) + 1;
  const shapes = places.map((place, i) => shape(place, first + i, link, size)).join("");
  pkg.set(drawing, edited(text, appendEdits(root, shapes)));
}

/** The pictures of a sheet that were added here. */
export interface OwnPictures extends Pick<Drawing, "link" | "part" | "text"> {
  readonly places: readonly PicturePlace[];
  readonly shapes: readonly Edit[];
  /** The ids of the ways to what they show. */
  readonly images: ReadonlySet<string | null>;
  /** Whether the part has no others. */
  readonly isAll: boolean;
}

/**
 * Looked for in all sheets before any are taken out: two may share a part.
 * @returns `null` where there are none, or more than there are places: those come from elsewhere.
 */
export async function ownPictures(pkg: OfficePackage, sheet: string): Promise<OwnPictures | null> {
  const drawing = await drawingOf(pkg, sheet);
  if (drawing === null || !drawing.text.includes(title)) return null;
  const { link, part, text, root } = drawing;
  const own = shapesIn(root).filter(isOwn);
  if (own.length === 0 || own.length > allPlaces.length) return null;
  const names = own.map((one) => attributeOf(one, "id"));
  return {
    ...{ link, part, text },
    places: allPlaces.filter((place) => names.includes(nameOf(place))),
    shapes: own.map(({ start, end }) => ({ start, end, text: "" })),
    images: new Set(own.map((one) => valueOfAny(imageOf(one)!, "relid"))),
    isAll: own.length === shapesIn(root).length,
  };
}

export async function removePictures(pkg: OfficePackage, sheet: string, own: OwnPictures): Promise<void> {
  const { link, part, text, shapes, images, isAll } = own;
  await removeImages(pkg, part, images);
  if (isAll) await removeDrawing(pkg, sheet, link, part);
  else if ((await pkg.text(part)) === text) pkg.set(part, edited(text, shapes)); // otherwise another sheet's turn did it
}

/** Where it can be read: it is not ours otherwise. */
async function drawingOf(pkg: OfficePackage, sheet: string): Promise<Drawing | null> {
  const links = (await relationships(pkg, sheet)).filter(({ type }) => type.endsWith("/vmlDrawing"));
  if (links.length === 0) return null;
  const element = childOf(parseSheet((await pkg.text(sheet))!), "legacyDrawingHF");
  const link = links.find(({ id }) => element !== undefined && id === valueOfAny(element, "id"));
  const part = link?.part ?? null;
  if (link === undefined || part === null || (pkg.zip.entry(part)?.bytes ?? 0) > maxDrawingBytes) return null;
  try {
    const text = await pkg.text(part);
    return text === null ? null : { link, part, text, root: parseMarkup(text, maxElements) };
  } catch (error) {
    if (!codeOf(error).startsWith("office-")) throw error;
    return null;
  }
}

/** Whether it has pictures, and more can be added as they are written here. */
const isUsual = (root: Element): boolean =>
  shapesIn(root).length > 0 &&
  (["v", "o"] as const).every((prefix) => attributeOf(root, `xmlns:${prefix}`) === namespaces[prefix]) &&
  root.children.some((one) => one.local === "shapetype" && attributeOf(one, "id") === pictureType);

const shapesIn = (root: Element): Element[] =>
  root.children.filter(({ local, namespace }) => local === "shape" && namespace === namespaces.v);

const imageOf = (shape: Element): Element | undefined =>
  [...withinElement(shape)].find(({ local }) => local === "imagedata");

function isOwn(shape: Element): boolean {
  const image = imageOf(shape);
  return image !== undefined && valueOfAny(image, "title") === title;
}

/** `_x0000_s1025` */
const numberOf = (shape: Element): number => {
  const names = shape.attributes.filter(({ name }) => name === "id" || name === "o:spid");
  return Math.max(0, ...names.map(({ raw }) => Number(/^_x0000_s([0-9]{1,9})$/.exec(raw)?.[1] ?? 0)));
};

async function addDrawing(pkg: OfficePackage, sheet: string): Promise<string> {
  const part = pkg.freeName("xl/drawings/vmlDrawing.vml");
  const declared = Object.entries(namespaces).map(([prefix, name]) => ` xmlns:${prefix}="${name}"`);
  const layout = '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>';
  await addPart(pkg, part, drawingType, `<xml${declared.join("")}>${layout}${shapeType}</xml>`);
  const id = await addRelationship(pkg, sheet, `${types}/vmlDrawing`, part);
  await changeSheet(pkg, sheet, (_text, root) => {
    const element = `<${prefixOf(root)}legacyDrawingHF xmlns:r="${types}" r:id="${id}"/>`;
    return insertEdits(root, "legacyDrawingHF", element);
  });
  return part;
}

/** With the element that names it. */
async function removeDrawing(pkg: OfficePackage, sheet: string, link: Relationship, part: string): Promise<void> {
  await changeSheet(pkg, sheet, (_text, root) => {
    const { start, end } = childOf(root, "legacyDrawingHF")!;
    return [{ start, end, text: "" }];
  });
  await removePart(pkg, part);
  await removeRelationship(pkg, sheet, link.id);
}

/** What the pictures are called that are made here; by it alone none is taken away that is not. */
const imageName = /^xl\/media\/watermark[0-9]*\.emf$/i;

/** What leads to them, and they themselves unless another program wrote them since. */
async function removeImages(pkg: OfficePackage, drawing: string, ids: ReadonlySet<string | null>): Promise<void> {
  for (const { id, part } of await relationships(pkg, drawing)) {
    if (!ids.has(id)) continue;
    await removeRelationship(pkg, drawing, id);
    if (isOwnId(id) && part !== null && imageName.test(part)) await removePart(pkg, part);
  }
}

const pictureType = "_x0000_t75";

function shape(place: PicturePlace, number: number, link: string, { width, height }: Size): string {
  const style = `position:absolute;margin-left:0;margin-top:0;width:${width}pt;height:${height}pt;z-index:${number - firstNumber + 1}`;
  return (
    `<v:shape id="${nameOf(place)}" o:spid="_x0000_s${number}" type="#${pictureType}" style="${style}">` +
    `<v:imagedata o:relid="${link}" o:title="${title}"/><o:lock v:ext="edit" rotation="t"/></v:shape>`
  );
}

/** A frame for a picture. */
const shapeType =
  `<v:shapetype id="${pictureType}" coordsize="21600,21600" o:spt="75" o:preferrelative="t" path="m@4@5l@4@11@9@11@9@5xe" filled="f" stroked="f">` +
  '<v:stroke joinstyle="miter"/><v:formulas><v:f eqn="if lineDrawn pixelLineWidth 0"/><v:f eqn="sum @0 1 0"/>' +
  '<v:f eqn="sum 0 0 @1"/><v:f eqn="prod @2 1 2"/><v:f eqn="prod @3 21600 pixelWidth"/><v:f eqn="prod @3 21600 pixelHeight"/>' +
  '<v:f eqn="sum @0 0 1"/><v:f eqn="prod @6 1 2"/><v:f eqn="prod @7 21600 pixelWidth"/><v:f eqn="sum @8 21600 0"/>' +
  '<v:f eqn="prod @7 21600 pixelHeight"/><v:f eqn="sum @10 21600 0"/></v:formulas>' +
  '<v:path o:extrusionok="f" gradientshapeok="t" o:connecttype="rect"/><o:lock v:ext="edit" aspectratio="t"/></v:shapetype>';
