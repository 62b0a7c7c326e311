import type { Property } from "../label-properties.js";
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
  textOf,
} from "./markup.js";
import type { OfficePackage } from "./package.js";
import { addPart, addRelationship, isOwnId, relationships, removePart, removeRelationship } from "./relationships.js";

/** The properties that people and programs give a document (ECMA-376 part 1, 22.3). */

const namespaces = [
  "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
  "http://purl.oclc.org/ooxml/officeDocument/customProperties",
];
const values = [
  "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
  "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes",
];
const relationshipTypes = [
  "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties",
  "http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties",
];
const contentType = "application/vnd.openxmlformats-officedocument.custom-properties+xml";
const format = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}";
const newPart = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="${namespaces[0]}" xmlns:vt="${values[0]}"/>`;
/** Two elements each. */
const maxProperties = 100_000;
const firstId = 2;
const lastId = 0x7fff_ffff;

interface Read {
  readonly part: string;
  readonly relationship: string;
  readonly text: string;
  readonly root: Element;
  readonly properties: readonly (Property & { id: number; element: Element })[];
}

async function read(pkg: OfficePackage): Promise<Read | null> {
  const found = (await relationships(pkg)).find(({ type, part }) => relationshipTypes.includes(type) && part !== null);
  const text = found === undefined ? null : await pkg.text(found.part!);
  if (found === undefined || text === null) return null;
  const root = parseMarkup(text, 2 * maxProperties + 1);
  if (root.local !== "Properties" || !namespaces.includes(root.namespace))
    throw markupMalformed("its properties are none");
  const properties = childrenOf(root, namespaces, "property").map((element) => {
    const [value] = element.children;
    return {
      name: attributeOf(element, "name") ?? "",
      value: value === undefined ? "" : textOf(text, value),
      id: Number(attributeOf(element, "pid")),
      element,
    };
  });
  return { part: found.part!, relationship: found.id, text, root, properties };
}

/** @throws RightsError `office-malformed`, also for more than 100,000. */
export async function customProperties(pkg: OfficePackage): Promise<readonly Property[]> {
  return (await read(pkg))?.properties ?? [];
}

async function readOrMake(pkg: OfficePackage): Promise<Read> {
  const there = await read(pkg);
  if (there !== null) return there;
  const part = pkg.freeName("docProps/custom.xml");
  await addPart(pkg, part, contentType, newPart);
  const relationship = await addRelationship(pkg, "", relationshipTypes[0]!, part);
  return { part, relationship, text: newPart, root: parseMarkup(newPart), properties: [] };
}

/** Numbers that no property has: behind the highest, or where there is room. */
function* freeIds(taken: ReadonlySet<number>): Generator<number> {
  const highest = [...taken].reduce((high, id) => (id <= lastId ? Math.max(high, id) : high), firstId - 1);
  for (let id = highest + 1; id <= lastId; id++) yield id;
  for (let id = firstId; id <= lastId; id++) if (!taken.has(id)) yield id;
}

/** A name declared at the root, or where it stands. */
function encodeProperty({ name, value }: Property, id: number, root: Element): string {
  const own = prefixOf(root);
  const types = values[namespaces.indexOf(root.namespace)]!;
  const declared = root.attributes.find((one) => one.name.startsWith("xmlns:") && one.raw === types)?.name.slice(6);
  const [prefix, declaration] = declared === undefined ? ["vt", ` xmlns:vt="${types}"`] : [declared, ""];
  const inner = `<${prefix}:lpwstr${declaration}>${escapeMarkup(value)}</${prefix}:lpwstr>`;
  return `<${own}property fmtid="${format}" pid="${id}" name="${escapeMarkup(name)}">${inner}</${own}property>`;
}

/**
 * Takes properties out (`going` says which, of all of them) and puts others behind the rest; where that leaves a part of our own making with nothing in it, the
 * part goes. @throws RightsError `office-malformed`.
 */
export async function changeProperties(
  pkg: OfficePackage,
  going: (all: readonly Property[]) => (property: Property) => boolean,
  added: readonly Property[],
): Promise<void> {
  const before = added.length > 0 ? await readOrMake(pkg) : await read(pkg);
  if (before === null) return;
  const { part, relationship, text, root, properties } = before;
  const goes = going(properties);
  const gone = properties.filter(goes);
  const stays = properties.filter((one) => !goes(one));
  if (stays.length + added.length > maxProperties) throw markupMalformed("it has more properties than any document");
  const ids = freeIds(new Set(stays.map(({ id }) => id)));
  const addition = added.map((one) => encodeProperty(one, ids.next().value!, root)).join("");
  const removal = gone.map(({ element: { start, end } }) => ({ start, end, text: "" }));
  const now = edited(text, [...removal, ...(addition === "" ? [] : appendEdits(root, addition))]);
  const after = addition === "" ? collapsed(now) : now;
  pkg.set(part, after);
  if (after !== newPart || !isOwnId(relationship)) return;
  await removePart(pkg, part);
  await removeRelationship(pkg, "", relationship);
}
