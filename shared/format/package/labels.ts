import type { Bytes } from "../../bytes.js";
import {
  type CarriedLabel,
  carriedBy,
  goingFor,
  groups,
  isOn,
  type LabelToWrite,
  propertiesFor,
  tenantOf,
} from "../label-properties.js";
import { changeProperties, customProperties } from "./custom-properties.js";
import { encodeLabelInfo, type ListedLabel, listedLabels, listLabel, unlistLabels } from "./label-list.js";
import { placesProperty } from "./marking/excel.js";
import type { OfficePackage } from "./package.js";

/** Labels as programs for Office documents write and read them (docs/formats/office-labels.md). */

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

/** Header, footer and watermark. */
const everyMark = 7;

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
  await changeProperties(pkg, (all) => goingFor(all, label.tenant, label), propertiesFor(label));
  await listLabel(pkg, listed(label));
}

/** Whether a label that the organisation gave says that it shows something, or something that labels show is noted. */
export async function isShown(pkg: OfficePackage, tenant: string): Promise<boolean> {
  const all = await customProperties(pkg);
  if (all.some(({ name }) => name === placesProperty)) return true;
  return [...groups(all).values()].some((group) => {
    return tenantOf(group) === tenant && (Number(group.get("contentbits") ?? 0) & everyMark) !== 0;
  });
}

/** Takes the organisation's label out of a document. @throws likewise. */
export async function eraseLabel(pkg: OfficePackage, tenant: string): Promise<void> {
  await changeProperties(pkg, (all) => goingFor(all, tenant, null), []);
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
    .map(carriedBy);
  return [...fromList, ...fromProperties];
}
