import { type ByteSource, type Bytes, concat, equalBytes, sliceSource } from "../../bytes.js";
import {
  type CarriedLabel,
  carriedBy,
  goingFor,
  groups,
  isOfLabel,
  isOn,
  type LabelToWrite,
  type Property,
  propertiesFor,
  writtenLabel,
} from "../label-properties.js";
import { PdfDocument } from "./document.js";
import { describeInformation } from "./information.js";
import type { PdfObject } from "./objects.js";
import { asBytes, asText, pdfMalformed, pdfUnsupported } from "./pdf.js";
import { decodeText, encodeText } from "./texts.js";
import { encodeUpdate, type NewObject, updateMark, withKeys } from "./update.js";
import { type Dictionary, lookUp, type Value } from "./values.js";
import { changedPacket, newPacket, propertiesOf } from "./xmp.js";

/** Labels as programs for PDFs write and read them (docs/formats/pdf-labels.md). */

/** What a PDF is without its last bytes, and with others behind the rest. */
export interface PdfChange {
  readonly kept: ByteSource;
  readonly added: Bytes;
}

/** The objects that a label is written into; `null` for those there are not. */
interface Places {
  readonly document: PdfDocument;
  readonly catalog: PdfObject & { readonly value: Dictionary };
  readonly information: (PdfObject & { readonly value: Dictionary }) | null;
  readonly metadata: PdfObject | null;
  readonly packet: Bytes | null;
}

async function findPlaces(source: ByteSource): Promise<Places> {
  const document = await PdfDocument.open(source);
  const catalog = await objectAt(document, lookUp(document.trailer, "Root"));
  if (catalog === null || !isDictionary(catalog)) throw pdfMalformed("it has no catalogue");
  const information = await objectAt(document, lookUp(document.trailer, "Info"));
  if (information !== null && !isDictionary(information)) throw pdfMalformed("its information is none");
  const metadata = await objectAt(document, lookUp(catalog.value, "Metadata"));
  const packet = metadata === null ? null : await document.content(metadata);
  return { document, catalog, information, metadata, packet };
}

const isDictionary = (object: PdfObject): object is PdfObject & { value: Dictionary } =>
  object.value.kind === "dictionary";

async function objectAt(document: PdfDocument, value: Value | null): Promise<PdfObject | null> {
  if (value === null || (value.kind === "word" && value.text === "null")) return null;
  if (value.kind !== "reference") throw pdfMalformed("an object stands where only the way to it should");
  return document.object(value);
}

/** All texts of the dictionary of information. */
function textsIn(information: Places["information"]): Map<string, string> {
  const entries = information?.value.entries ?? [];
  return new Map(entries.flatMap(({ key, value }) => (value.kind === "string" ? [[key, decodeText(value.text)]] : [])));
}

const propertiesIn = (information: Places["information"]): Property[] =>
  [...textsIn(information)].map(([name, value]) => ({ name, value })).filter(({ name }) => isOfLabel(name));

/** The labels that hold: those of the dictionary, and of XMP those that it does not name. @throws RightsError `pdf-…`. */
export async function readLabels(source: ByteSource): Promise<CarriedLabel[]> {
  const { information, packet } = await findPlaces(source);
  const inDictionary = groups(propertiesIn(information));
  const inPacket = [...groups(packet === null ? [] : propertiesOf(packet))].filter(([id]) => !inDictionary.has(id));
  return [...inDictionary, ...inPacket].filter(([, group]) => isOn(group)).map(carriedBy);
}

/**
 * A PDF with a label in place of the one the organisation gave before, or without it (`null`). The bytes of the file stay: others
 * are put behind them. What was put there for the label before goes, where nothing came behind it.
 * @throws RightsError `pdf-malformed`, `pdf-unsupported`.
 */
export async function changeLabel(source: ByteSource, tenant: string, label: LabelToWrite | null): Promise<PdfChange> {
  const now = await findPlaces(source);
  const kept = (await withoutOwnUpdate(now, tenant)) ?? source;
  const places = kept === source ? now : await findPlaces(kept);
  return { kept, added: await updateFor(places, tenant, label) };
}

/**
 * What was there before the last update, if that is one of ours and whole: writing the same label into what was there before
 * makes the very same bytes. `null` otherwise.
 */
async function withoutOwnUpdate({ document, information }: Places, tenant: string): Promise<ByteSource | null> {
  const { source, sections } = document;
  const offsets = await sections[0]!.offsets(8);
  const start = Math.min(...offsets) - updateMark.length;
  if (offsets.length === 0 || start <= 0 || source.size - start > maxUpdateBytes) return null;
  const tail = await source.read(start, source.size - start);
  if (asText(tail.subarray(0, updateMark.length)) !== updateMark) return null;
  const kept = sliceSource(source, 0, start);
  const label = writtenLabel(propertiesIn(information), tenant);
  const isOurs = label !== null && equalBytes(await updateFor(await findPlaces(kept), tenant, label), tail);
  return isOurs ? kept : null;
}

/** With a packet of XMP in it. */
const maxUpdateBytes = 20 << 20;

/** @returns nothing where nothing changes. */
async function updateFor(places: Places, tenant: string, label: LabelToWrite | null): Promise<Bytes> {
  const { document, catalog, information, packet } = places;
  const added = label === null ? [] : propertiesFor(label);
  await checkUnsigned(places);
  const objects: NewObject[] = [];
  const free = document.nextNumber;
  const changed = changedInformation(information, goingFor(propertiesIn(information), tenant, label), added);
  if (changed !== null) objects.push({ number: information?.number ?? free, ...changed });
  const made = changedMetadata(places, tenant, added, label);
  const number = places.metadata?.number ?? free + 1;
  if (made !== null) objects.push({ number, generation: places.metadata?.generation ?? 0, body: made });
  if (made !== null && packet === null) objects.push(pointingTo(number, catalog));
  if (objects.length === 0) return new Uint8Array(0);
  return encodeUpdate(document, objects, information === null && changed !== null ? free : null);
}

/** Who signed it signed it without a label. */
async function checkUnsigned({ document, catalog }: Places): Promise<void> {
  const form = await document.dictionary(lookUp(catalog.value, "AcroForm"));
  const flags = form === null ? null : await document.resolve(lookUp(form, "SigFlags"));
  const isSigned = flags?.kind === "number" && (flags.value & 1) === 1;
  const permissions = await document.dictionary(lookUp(catalog.value, "Perms"));
  if (isSigned || (permissions !== null && permissions.entries.length > 0))
    throw pdfUnsupported("is signed, and a label in it would be a change that its signature does not cover");
}

function changedInformation(
  information: Places["information"],
  goes: (property: Property) => boolean,
  added: readonly Property[],
): Pick<NewObject, "generation" | "body"> | null {
  const before = propertiesIn(information);
  const gone = before.filter(goes);
  if (gone.length === 0 && added.length === 0) return null;
  const changes = new Map<string, string | null>(gone.map(({ name }) => [name, null]));
  for (const { name, value } of added) changes.set(name, encodeText(value));
  const body =
    information === null
      ? `<<${[...changes].map(([key, value]) => ` /${key} ${value}`).join("")} >>`
      : withKeys(information.value, information.text, changes);
  return { generation: information?.generation ?? 0, body: asBytes(body) };
}

/** The stream of XMP, not packed, with all else that its dictionary says; `null` where it stays as it is. */
function changedMetadata(
  { information, metadata, packet }: Places,
  tenant: string,
  added: readonly Property[],
  next: LabelToWrite | null,
): Bytes | null {
  if (packet === null && added.length === 0) return null;
  const before = packet ?? newPacket(describeInformation(textsIn(information)));
  const properties = propertiesOf(before);
  const goes = goingFor(properties, tenant, next);
  if (added.length === 0 && !properties.some(goes)) return null;
  const content = changedPacket(before, goes, added);
  const keys = { Type: "/Metadata", Subtype: "/XML", Length: String(content.length) };
  const changes = new Map<string, string | null>([
    ...Object.entries(keys),
    ...["Filter", "DecodeParms", "DP"].map((key) => [key, null] as const),
  ]);
  const empty: Dictionary = { kind: "dictionary", entries: [], start: 0, end: 4 };
  const dictionary = metadata !== null && isDictionary(metadata) ? metadata.value : empty;
  const head = withKeys(dictionary, metadata?.text ?? "<<>>", changes);
  return concat(asBytes(`${head}\nstream\n`), content, asBytes("\nendstream"));
}

/** The catalogue says where XMP is. */
const pointingTo = (metadata: number, { number, generation, text, value }: Places["catalog"]): NewObject => ({
  number,
  generation,
  body: asBytes(withKeys(value, text, new Map([["Metadata", `${metadata} 0 R`]]))),
});
