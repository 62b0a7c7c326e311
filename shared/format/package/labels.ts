import type { Bytes } from "../../bytes.js";
import { type CustomProperty, changeProperties, customProperties } from "./custom-properties.js";
import { encodeLabelInfo, type ListedLabel, listedLabels, listLabel, unlistLabels } from "./label-list.js";
import type { OfficePackage } from "./package.js";

/** Labels as programs for Office documents write and read them (docs/formats/office-labels.md). */

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

function splitName({ name }: CustomProperty): { label: string; attribute: string } | null {
  const [, label, attribute] = property.exec(name) ?? [];
  return label === undefined ? null : { label: label.toLowerCase(), attribute: attribute! };
}

/** The properties of each label, by its id. */
function groups(properties: readonly CustomProperty[]): Map<string, Map<string, string>> {
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

const tenantOf = (group: Map<string, string> | undefined): string | null =>
  group
    ?.get("siteid")
    ?.replace(/^\{|\}$/g, "")
    .toLowerCase() ?? null;

/** Which labels the organisation gave, by what the properties say. */
async function labelsOf(pkg: OfficePackage, tenant: string): Promise<Set<string>> {
  const all = groups(await customProperties(pkg));
  return new Set([...all].filter(([, group]) => tenantOf(group) === tenant).map(([label]) => label));
}

function propertiesFor({ label, tenant, name, method, setAt, contentBits }: LabelToWrite): CustomProperty[] {
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

/** As it stands in the list, in the document or outside. */
const listed = ({
  label,
  tenant,
  method,
  contentBits,
}: Pick<LabelToWrite, "label" | "tenant" | "method" | "contentBits">): ListedLabel => ({
  label,
  tenant,
  method,
  contentBits,
  isEnabled: true,
  isRemoved: false,
});

/** In the list outside: the document was encrypted. */
const encrypted = 8;

/**
 * The list outside a protected document. @param inside - the one in the document, for others' labels; `null`: it has none.
 */
export const labelOutside = (
  label: Pick<LabelToWrite, "label" | "tenant" | "method" | "contentBits">,
  inside: string | null = null,
): Bytes => encodeLabelInfo({ ...listed(label), contentBits: label.contentBits | encrypted }, inside);

/**
 * Gives a document a label, in both places that programs look in. The one the organisation gave before goes; other
 * organisations' stay, and so does whatever else is written beside the same label.
 * @throws RightsError `office-malformed`, `office-unsupported`.
 */
export async function writeLabel(pkg: OfficePackage, label: LabelToWrite): Promise<void> {
  const ours = await labelsOf(pkg, label.tenant);
  const goes = (one: CustomProperty): boolean => {
    const split = splitName(one);
    if (split === null) return false;
    return split.label === label.label ? isKnown(split.attribute) : ours.has(split.label);
  };
  await changeProperties(pkg, goes, propertiesFor(label));
  await listLabel(pkg, listed(label));
}

/** Takes the organisation's label out of a document. @throws likewise. */
export async function eraseLabel(pkg: OfficePackage, tenant: string): Promise<void> {
  const ours = await labelsOf(pkg, tenant);
  await changeProperties(pkg, (one) => ours.has(splitName(one)?.label ?? ""), []);
  await unlistLabels(pkg, tenant);
}

/**
 * The labels that hold: those of the list, and of the properties those that it does not name. What was taken off, or is not
 * enabled, is none. @throws likewise.
 */
export async function readLabels(pkg: OfficePackage): Promise<CarriedLabel[]> {
  const all = groups(await customProperties(pkg));
  const list = await listedLabels(pkg);
  const fromList = list
    .filter(({ isEnabled, isRemoved }) => isEnabled && !isRemoved)
    .map(({ label, tenant }) => ({ label, tenant, name: all.get(label)?.get("name") ?? null }));
  const fromProperties = [...all]
    .filter(([label, group]) => !list.some((one) => one.label === label) && isOn(group))
    .map(([label, group]) => ({ label, tenant: tenantOf(group), name: group.get("name") ?? null }));
  return [...fromList, ...fromProperties];
}

const isOn = (group: Map<string, string>): boolean => group.get("enabled")?.toLowerCase() === "true";
