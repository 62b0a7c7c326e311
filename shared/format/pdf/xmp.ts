import { type Bytes, utf8 } from "../../bytes.js";
import { codeOf } from "../../errors.js";
import { isOfLabel, type Property } from "../label-properties.js";
import {
  appendEdits,
  childrenOf,
  decodePart,
  type Edit,
  type Element,
  edited,
  escapeMarkup,
  markupMalformed,
  parseMarkup,
  prefixOf,
  textOf,
  unescapeMarkup,
} from "../package/markup.js";
import { pdfUnsupported } from "./pdf.js";

/** What a PDF says of itself as a packet of XMP (ISO 16684-1): RDF, with the properties of labels among others. */

const rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/** Where Adobe's programs put what the dictionary of information holds beyond the usual. */
const pdfx = "http://ns.adobe.com/pdfx/1.3/";
const maxElements = 100_000;

interface Packet {
  readonly text: string;
  /** `rdf:RDF` */
  readonly root: Element;
  readonly descriptions: readonly Element[];
  readonly properties: readonly (Property & { start: number; end: number })[];
}

/** @throws RightsError `pdf-unsupported` for what is no XMP in UTF-8. */
function parsePacket(bytes: Bytes): Packet {
  try {
    const text = decodePart(bytes);
    const root = findRdf(parseMarkup(text, maxElements));
    const descriptions = childrenOf(root, [rdf], "Description");
    return { text, root, descriptions, properties: descriptions.flatMap((one) => propertiesIn(text, one)) };
  } catch (cause) {
    if (!codeOf(cause).startsWith("office-")) throw cause;
    throw pdfUnsupported("has information in it (XMP) that cannot be read", cause);
  }
}

function findRdf(root: Element): Element {
  const found = [root, ...root.children].find(({ local, namespace }) => local === "RDF" && namespace === rdf);
  if (found === undefined) throw markupMalformed("it has no RDF");
  return found;
}

/** As elements or as attributes, as other programs write them. */
function propertiesIn(text: string, description: Element) {
  const elements = description.children
    .filter(({ local }) => isOfLabel(local))
    .map((one) => ({ name: one.local, value: textOf(text, one), start: one.start, end: one.end }));
  const attributes = description.attributes.map(({ name, raw, start, end }) => {
    return { name: name.slice(name.indexOf(":") + 1), value: unescapeMarkup(raw), start, end };
  });
  return [...elements, ...attributes.filter(({ name }) => isOfLabel(name))];
}

/** What a packet says of labels. @throws likewise. */
export const propertiesOf = (packet: Bytes): readonly Property[] => parsePacket(packet).properties;

/** The packet with other properties: all else stays as it is written. @throws likewise. */
export function changedPacket(packet: Bytes, goes: (property: Property) => boolean, added: readonly Property[]): Bytes {
  const { text, root, descriptions, properties } = parsePacket(packet);
  const gone = properties.filter(goes);
  const empty = descriptions.filter((one) => isEmptied(one, gone));
  const removals: Edit[] = [
    ...empty.map(({ start, end }) => ({ start, end, text: "" })),
    ...gone.filter(({ start }) => !empty.some((one) => start > one.start && start < one.end)).map(removal),
  ];
  const addition = added.length === 0 ? [] : appendEdits(root, describe(added, root, descriptions[0] ?? null));
  return utf8(edited(text, [...removals, ...addition]));
}

const removal = ({ start, end }: { start: number; end: number }): Edit => ({ start, end, text: "" });

/** A description of nothing but what goes: one of ours, most likely. */
function isEmptied({ children, attributes }: Element, gone: readonly { start: number }[]): boolean {
  const goes = ({ start }: { start: number }) => gone.some((one) => one.start === start);
  const isPlain = ({ name }: { name: string }) => /^xmlns(?::|$)|^(?:\w+:)?about$/.test(name);
  return children.some(goes) && children.every(goes) && attributes.every((one) => isPlain(one) || goes(one));
}

/** All descriptions of one packet are of the same thing, and must say so in the same way. */
function describe(properties: readonly Property[], root: Element, beside: Element | null): string {
  const prefix = prefixOf(root) || "rdf:";
  const declaration = prefixOf(root) === "" ? ` xmlns:rdf="${rdf}"` : "";
  const about =
    beside?.attributes.find(({ name }) => /^(?:\w+:)?about$/.test(name))?.raw.replaceAll('"', "&quot;") ?? "";
  const inner = properties.map(({ name, value }) => `<pdfx:${name}>${escapeMarkup(value)}</pdfx:${name}>`);
  const attributes = `${declaration} ${prefix}about="${about}" xmlns:pdfx="${pdfx}"`;
  return `<${prefix}Description${attributes}>${inner.join("")}</${prefix}Description>`;
}

/** A packet for a PDF that had none. @param descriptions - of what its dictionary of information says. */
export const newPacket = (descriptions: string): Bytes =>
  utf8(
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n' +
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdf}">${descriptions}</rdf:RDF></x:xmpmeta>\n` +
      '<?xpacket end="w"?>',
  );
