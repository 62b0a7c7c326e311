import type { Marks } from "./marks.js";

/** Labels as texts with names, `MSIP_Label_<id>_<attribute>`: what documents of all kinds carry of them. */

export interface Property {
  readonly name: string;
  readonly value: string;
}

/** What is written of a label. Ids are lower-case GUIDs, without braces. */
export interface LabelToWrite {
  readonly label: string;
  readonly tenant: string;
  /** As nobody else in the organisation calls a label: `Confidential/Project`. */
  readonly name: string;
  /** `Privileged`: a person chose it. `Standard`: it came by itself. */
  readonly method: "Standard" | "Privileged";
  /** `2026-01-02T03:04:05Z` */
  readonly setAt: string;
  /** What it did to the document: 1 header, 2 footer, 4 watermark. */
  readonly contentBits: number;
  /** What is to be shown of it, which says `contentBits` then; none: what is shown stays as it is. */
  readonly marks?: Marks;
}

/** A label as a document carries it. */
export interface CarriedLabel {
  readonly label: string;
  /** `null` where the document does not say whose it is. */
  readonly tenant: string | null;
  readonly name: string | null;
}

const property = /^MSIP_Label_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(.+)$/i;
/** What we write, or replace: all else that programs note beside it stays. */
const known = ["Enabled", "SetDate", "Method", "Name", "SiteId", "ContentBits", "ActionId"];
const maxValueLength = 255;

const isKnown = (attribute: string): boolean => known.some((one) => one.toLowerCase() === attribute.toLowerCase());

function splitName({ name }: Pick<Property, "name">): { label: string; attribute: string } | null {
  const [, label, attribute] = property.exec(name) ?? [];
  return label === undefined ? null : { label: label.toLowerCase(), attribute: attribute! };
}

/** Whether this is said of a label, by its name. */
export const isOfLabel = (name: string): boolean => property.test(name);

/** The properties of one label, by their attributes in lower case. */
export type Group = ReadonlyMap<string, string>;

/** The properties of each label, by its id. */
export function groups(properties: readonly Property[]): Map<string, Group> {
  const all = new Map<string, Map<string, string>>();
  for (const one of properties) {
    const split = splitName(one);
    if (split === null) continue;
    const group = all.get(split.label) ?? new Map<string, string>();
    group.set(split.attribute.toLowerCase(), one.value);
    all.set(split.label, group);
  }
  return all;
}

export const tenantOf = (group: Group | undefined): string | null =>
  group
    ?.get("siteid")
    ?.replace(/^\{|\}$/g, "")
    .toLowerCase() ?? null;

export const isOn = (group: Group): boolean => group.get("enabled")?.toLowerCase() === "true";

export const carriedBy = ([label, group]: readonly [string, Group]): CarriedLabel => ({
  label,
  tenant: tenantOf(group),
  name: group.get("name") ?? null,
});

/** Which labels the organisation gave, by what the properties say. */
function labelsOf(properties: readonly Property[], tenant: string): Set<string> {
  const all = [...groups(properties)].filter(([, group]) => tenantOf(group) === tenant);
  return new Set(all.map(([label]) => label));
}

/** Which properties go when the organisation's label goes, or another of its labels takes its place. */
export function goingFor(
  properties: readonly Property[],
  tenant: string,
  next: LabelToWrite | null,
): (property: Pick<Property, "name">) => boolean {
  const ours = labelsOf(properties, tenant);
  return (one) => {
    const split = splitName(one);
    if (split === null) return false;
    return split.label === next?.label ? isKnown(split.attribute) : ours.has(split.label);
  };
}

export function propertiesFor({ label, tenant, name, method, setAt, contentBits }: LabelToWrite): Property[] {
  const attributes = {
    Enabled: "true",
    SetDate: setAt,
    Method: method,
    Name: name.slice(0, maxValueLength),
    SiteId: tenant,
    ContentBits: String(contentBits),
  };
  return Object.entries(attributes).map(([key, value]) => ({ name: `MSIP_Label_${label}_${key}`, value }));
}

/** The organisation's label as `propertiesFor` wrote it; `null` where there is none, or not all of it. */
export function writtenLabel(properties: readonly Property[], tenant: string): LabelToWrite | null {
  for (const [label, group] of groups(properties)) {
    const [name, method, setAt, bits] = ["name", "method", "setdate", "contentbits"].map((key) => group.get(key));
    if (tenantOf(group) !== tenant || name === undefined || setAt === undefined || bits === undefined) continue;
    if (method === "Standard" || method === "Privileged")
      return { label, tenant, name, method, setAt, contentBits: Number(bits) };
  }
  return null;
}
