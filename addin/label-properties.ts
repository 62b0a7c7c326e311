import { contentBits, type MarkKind } from "../shared/format/marks.js";
import type { Label } from "../shared/label.js";
import { secondTime } from "../shared/time.js";
import type { Properties, PropertyChanges } from "./document.js";

export { marksOf } from "../shared/marking.js";

/** A label as documents carry it and other programs read it: custom properties `MSIP_Label_<id>_…` (docs/addin.md). */

/** Values of a property are at most so long, in characters. */
const maxValue = 255;
const property = /^MSIP_Label_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([A-Za-z]\w{0,63})$/i;

/** What a document says of its label; nobody has proven it. */
export interface CarriedLabel {
  readonly id: string;
  readonly name: string | null;
  readonly tenant: string | null;
}

/** The label of `tenant` in force; of any where `tenant` is `null`, since nobody is signed in yet. */
export function carriedLabel(properties: Properties, tenant: string | null): CarriedLabel | null {
  const ids = new Set([...properties.keys()].flatMap((key) => property.exec(key)?.[1] ?? []));
  for (const id of ids) {
    const value = (attribute: string) => properties.get(`MSIP_Label_${id}_${attribute}`) ?? null;
    const site = value("SiteId")?.toLowerCase() ?? null;
    if (value("Enabled")?.toLowerCase() !== "true" || (tenant !== null && site !== tenant)) continue;
    return { id: id.toLowerCase(), name: value("Name"), tenant: site };
  }
  return null;
}

/** How a label is put into a document. */
export interface Labelling {
  readonly label: Label;
  /** `Confidential/Project` */
  readonly name: string;
  readonly tenant: string;
  /** Whether the document is protected with it, and what of its marking is shown. */
  readonly isProtected: boolean;
  readonly shown: readonly MarkKind[];
  /** Why a more sensitive label went, where only the document can keep that. */
  readonly reason: string | null;
  readonly nowMs: number;
}

const encrypted = 8;

/** All properties of the same organisation's labels go; those of others stay. */
export function changesTo(properties: Properties, labelling: Labelling): PropertyChanges {
  const { label, name, tenant, isProtected, shown, reason, nowMs } = labelling;
  const changes = new Map<string, string | null>(ownKeys(properties, tenant).map((key) => [key, null]));
  const put = (attribute: string, value: string) =>
    changes.set(`MSIP_Label_${label.id}_${attribute}`, value.slice(0, maxValue));
  put("Enabled", "true");
  put("SetDate", secondTime(nowMs));
  put("Method", "Privileged");
  put("Name", name);
  put("SiteId", tenant);
  put("ContentBits", String(contentBits(shown) | (isProtected ? encrypted : 0)));
  if (reason !== null) put("Justification", reason);
  return changes;
}

/** What brings a document back to the properties it had: those of this organisation's labels, and no others. */
export function changesBack(now: Properties, before: Properties, tenant: string): PropertyChanges {
  const changes = new Map<string, string | null>(ownKeys(now, tenant).map((key) => [key, null]));
  for (const key of ownKeys(before, tenant)) changes.set(key, before.get(key)!);
  return changes;
}

function ownKeys(properties: Properties, tenant: string): string[] {
  const idOf = (key: string) => property.exec(key)?.[1];
  const siteOf = (id: string) => properties.get(`MSIP_Label_${id}_SiteId`)?.toLowerCase();
  return [...properties.keys()].filter((key) => {
    const id = idOf(key);
    return id !== undefined && (siteOf(id) ?? tenant) === tenant;
  });
}
