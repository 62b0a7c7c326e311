import { type Bytes, utf8 } from "../../bytes.js";
import {
  appendEdits,
  attributeOf,
  childrenOf,
  collapsed,
  type Element,
  edited,
  markupMalformed,
  parseMarkup,
} from "./markup.js";
import type { OfficePackage } from "./package.js";
import { addPart, addRelationship, isOwnId, relationships, removePart, removeRelationship } from "./relationships.js";

/** The list of labels that a document carries in a part of its own, and protected outside ([MS-OFFCRYPTO] 2.6). */

const namespace = "http://schemas.microsoft.com/office/2020/mipLabelMetadata";
const relationshipType = "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels";
const contentType = "application/vnd.ms-office.classificationlabels+xml";
const newList = `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<clbl:labelList xmlns:clbl="${namespace}"/>`;
/** More than organisations label one document. */
const maxLabels = 1000;

/** One label of one organisation. Ids are lower-case GUIDs, without braces. */
export interface ListedLabel {
  readonly label: string;
  readonly tenant: string;
  readonly isEnabled: boolean;
  /** It was taken off, and that is on record. */
  readonly isRemoved: boolean;
  readonly method: string;
  /** What it did to the document: 1 header, 2 footer, 4 watermark, 8 encrypted. */
  readonly contentBits: number;
}

interface Listed extends ListedLabel {
  readonly element: Element;
}

const withoutBraces = (id: string | null): string => (id ?? "").replace(/^\{|\}$/g, "").toLowerCase();
const isTrue = (text: string | null): boolean => text === "1" || text === "true";

function parseList(text: string): { root: Element; labels: Listed[] } {
  const root = parseMarkup(text, 10 * maxLabels);
  if (root.local !== "labelList" || root.namespace !== namespace) throw markupMalformed("its list of labels is none");
  const elements = childrenOf(root, [namespace], "label");
  if (elements.length > maxLabels) throw markupMalformed("it has more labels than any document");
  const labels = elements.map((element) => ({
    label: withoutBraces(attributeOf(element, "id")),
    tenant: withoutBraces(attributeOf(element, "siteId")),
    isEnabled: isTrue(attributeOf(element, "enabled")),
    isRemoved: isTrue(attributeOf(element, "removed")),
    method: attributeOf(element, "method") ?? "",
    contentBits: Number(attributeOf(element, "contentBits") ?? 0),
    element,
  }));
  return { root, labels };
}

function encodeLabel({ label, tenant, isEnabled, isRemoved, method, contentBits }: ListedLabel): string {
  const attributes = [
    `id="{${label}}"`,
    `enabled="${isEnabled ? 1 : 0}"`,
    `method="${method}"`,
    `siteId="{${tenant}}"`,
    `contentBits="${contentBits}"`,
    `removed="${isRemoved ? 1 : 0}"`,
  ];
  return `<clbl:label xmlns:clbl="${namespace}" ${attributes.join(" ")}/>`;
}

/** A list without the labels that go, and with another at its end. What it holds besides stays as it is written. */
function changed(text: string, goes: (label: ListedLabel) => boolean, added: ListedLabel | null): string {
  const { root, labels } = parseList(text);
  const removal = labels.filter(goes).map(({ element: { start, end } }) => ({ start, end, text: "" }));
  if (added === null) return collapsed(edited(text, removal));
  const isDeclared = root.attributes.some(({ name, raw }) => name === "xmlns:clbl" && raw === namespace);
  const label = encodeLabel(added).replace(isDeclared ? ` xmlns:clbl="${namespace}"` : "", "");
  return edited(text, [...removal, ...labelEdits(root, label)]);
}

/** Labels stand in front of extensions. */
function labelEdits(root: Element, label: string) {
  const [extensions] = childrenOf(root, [namespace], "extLst");
  if (extensions === undefined) return appendEdits(root, label);
  return [{ start: extensions.start, end: extensions.start, text: label }];
}

/**
 * The list as it stands outside a protected document, where it can be read without a license.
 * @param inside - the list in the document, of which other organisations' labels are taken over; `null`: it has none.
 */
export function encodeLabelInfo(label: ListedLabel, inside: string | null = null): Bytes {
  const others = inside === null ? newList : changed(inside, (one) => isReplacedBy(one, label), null);
  return utf8(changed(others, () => false, label).replace("</clbl:labelList >", "</clbl:labelList>"));
}

/** An organisation gives a document one label. */
const isReplacedBy = (one: ListedLabel, { label, tenant }: Pick<ListedLabel, "label" | "tenant">): boolean =>
  one.tenant === tenant || one.label === label;

async function find(pkg: OfficePackage) {
  const all = await relationships(pkg);
  const found = all.find(({ type, part }) => type === relationshipType && part !== null && pkg.has(part));
  return found === undefined ? null : { part: found.part!, id: found.id, text: (await pkg.text(found.part!))! };
}

/** The list as it is written in the document; `null` where it has none. */
export const labelListOf = async (pkg: OfficePackage): Promise<string | null> => (await find(pkg))?.text ?? null;

/** @throws RightsError `office-malformed`. */
export async function listedLabels(pkg: OfficePackage): Promise<readonly ListedLabel[]> {
  const text = await labelListOf(pkg);
  return text === null ? [] : parseList(text).labels;
}

/** The label in the place of the one the organisation gave before. */
export async function listLabel(pkg: OfficePackage, label: ListedLabel): Promise<void> {
  const there = await find(pkg);
  const part = there?.part ?? pkg.freeName("docMetadata/LabelInfo.xml");
  if (there === null) {
    await addPart(pkg, part, contentType, newList);
    await addRelationship(pkg, "", relationshipType, part);
  }
  pkg.set(
    part,
    changed(there?.text ?? newList, (one) => isReplacedBy(one, label), label),
  );
}

/** The organisation's label goes, and a list of our own making that is then empty. */
export async function unlistLabels(pkg: OfficePackage, tenant: string): Promise<void> {
  const there = await find(pkg);
  if (there === null) return;
  const rest = changed(there.text, (one) => one.tenant === tenant, null);
  pkg.set(there.part, rest);
  if (rest !== newList || !isOwnId(there.id)) return;
  await removePart(pkg, there.part);
  await removeRelationship(pkg, "", there.id);
}
