import type { Bytes } from "../../bytes.js";
import {
  appendEdits,
  attributeOf,
  childrenOf,
  collapsed,
  type Element,
  edited,
  escapeMarkup,
  markupMalformed,
  parseMarkup,
  prefixOf,
} from "./markup.js";
import type { OfficePackage } from "./package.js";

/** How parts find each other, and what they are (ECMA-376 part 2, docs/formats/office-labels.md). */

const relationshipsNamespace = "http://schemas.openxmlformats.org/package/2006/relationships";
const typesNamespace = "http://schemas.openxmlformats.org/package/2006/content-types";
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const emptyRelationships = `${declaration}<Relationships xmlns="${relationshipsNamespace}"/>`;
const contentTypes = "[Content_Types].xml";

export interface Relationship {
  readonly id: string;
  readonly type: string;
  /** The part it leads to; `null` where that lies outside. */
  readonly part: string | null;
  readonly element: Element;
}

/** What all ids begin with that are given here: by them it is known what goes with the last label. */
const ownId = "seal";
export const isOwnId = (id: string): boolean => /^seal[0-9]+$/.test(id);

/** `word/document.xml` -> `word/_rels/document.xml.rels`; "" is the package itself. */
function relationshipsOf(part: string): string {
  const slash = part.lastIndexOf("/") + 1;
  return `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`;
}

/** Relative to the part that names it, or to the package. */
function resolve(part: string, target: string): string | null {
  const path = target.startsWith("/") ? [] : part.split("/").slice(0, -1);
  for (const segment of target.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") path.push(segment);
    else if (path.pop() === undefined) return null;
  }
  return path.join("/");
}

/** Of a part, or of the package (""): none where it has none. */
export async function relationships(pkg: OfficePackage, part = ""): Promise<Relationship[]> {
  const text = await pkg.text(relationshipsOf(part));
  if (text === null) return [];
  const elements = childrenOf(
    rootOf(text, relationshipsNamespace, "Relationships"),
    [relationshipsNamespace],
    "Relationship",
  );
  return elements.map((element) => {
    const isOutside = attributeOf(element, "TargetMode") === "External";
    const target = attributeOf(element, "Target") ?? "";
    return {
      id: attributeOf(element, "Id") ?? "",
      type: attributeOf(element, "Type") ?? "",
      part: isOutside ? null : resolve(part, target),
      element,
    };
  });
}

/** The parts that relationships of these kinds lead to, each once however often they do. */
export async function relatedParts(pkg: OfficePackage, part: string, kinds: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const { type, part: to } of await relationships(pkg, part))
    if (to !== null && kinds.some((kind) => type.endsWith(`/${kind}`)) && pkg.has(to)) found.set(to.toLowerCase(), to);
  return [...found.values()];
}

function rootOf(text: string, namespace: string, local: string): Element {
  const root = parseMarkup(text);
  if (root.local !== local || root.namespace !== namespace) throw markupMalformed("it is another than it should be");
  return root;
}

/** @param target - the part it leads to. @returns its id. */
export async function addRelationship(pkg: OfficePackage, part: string, type: string, target: string): Promise<string> {
  const name = relationshipsOf(part);
  const text = (await pkg.text(name)) ?? emptyRelationships;
  const taken = new Set((await relationships(pkg, part)).map(({ id }) => id.toLowerCase()));
  let n = 1;
  while (taken.has(`${ownId}${n}`)) n++;
  const id = `${ownId}${n}`;
  const root = rootOf(text, relationshipsNamespace, "Relationships");
  const attributes = `Id="${id}" Type="${type}" Target="/${escapeMarkup(target)}"`;
  pkg.set(name, edited(text, appendEdits(root, `<${prefixOf(root)}Relationship ${attributes}/>`)));
  return id;
}

export async function removeRelationship(pkg: OfficePackage, part: string, id: string): Promise<void> {
  const name = relationshipsOf(part);
  const found = (await relationships(pkg, part)).find((one) => one.id === id);
  const text = await pkg.text(name);
  if (found === undefined || text === null) return;
  const { start, end } = found.element;
  const rest = collapsed(edited(text, [{ start, end, text: "" }]));
  pkg.set(name, rest === emptyRelationships ? null : rest);
}

/** A new part and what it is. */
export async function addPart(pkg: OfficePackage, part: string, type: string, content: string | Bytes): Promise<void> {
  const types = (await pkg.text(contentTypes))!;
  const root = rootOf(types, typesNamespace, "Types");
  const override = `<${prefixOf(root)}Override PartName="/${escapeMarkup(part)}" ContentType="${type}"/>`;
  pkg.set(contentTypes, edited(types, appendEdits(root, override)));
  pkg.set(part, content);
}

/** A part goes, with what said what it is. */
export async function removePart(pkg: OfficePackage, part: string): Promise<void> {
  const types = (await pkg.text(contentTypes))!;
  const root = rootOf(types, typesNamespace, "Types");
  const overrides = childrenOf(root, [typesNamespace], "Override").filter(
    (element) => attributeOf(element, "PartName")?.toLowerCase() === `/${part.toLowerCase()}`,
  );
  const rest = edited(
    types,
    overrides.map(({ start, end }) => ({ start, end, text: "" })),
  );
  pkg.set(contentTypes, collapsed(rest));
  pkg.set(part, null);
}
