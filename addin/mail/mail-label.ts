import { RightsError } from "../../shared/errors.js";
import { grantsFrom, namedTexts, parseGrant } from "../../shared/grants.js";
import { type Label, labelPath } from "../../shared/label.js";
import type { PolicyAnswer } from "../../shared/protocol/service-api.js";
import type { NamedPolicy } from "../../shared/rights.js";
import { policyOf, type TemplatePolicy } from "../../shared/template.js";
import { secondTime } from "../../shared/time.js";
import type { RoleName } from "../permissions.js";
import { type Demand, demandHeader, encodeDemand } from "./record.js";

/** What recipients may do under a label that leaves it to who sends. */
export type ReadersMay = NamedPolicy | Exclude<RoleName, "Co-owner">;
export const readersMay: readonly ReadersMay[] = ["Do Not Forward", "Encrypt-Only", "Viewer", "Reviewer", "Co-author"];

/** As the templates that come with a service: a week without asking. */
const usualOfflineDays = 7;

/** Below another label and without permissions of its own, a label leaves them to whom the mail goes to. */
export function demandOfLabel({ template, parent }: Label): Demand {
  if (template !== null) return "protected";
  return parent === null ? "none" : "recipients";
}

/**
 * Who may do what with attachments under `label`.
 * @param readers - who the mail goes to, where the label leaves it to that.
 * @throws RightsError `protect-denied` for a label that is not offered as it was; `usage` for who has no mail address.
 */
export function policyOfLabel(
  label: Label,
  { templates }: Pick<PolicyAnswer, "templates">,
  { readers, may, nowMs }: { readonly readers: readonly string[]; readonly may: ReadersMay; readonly nowMs: number },
): TemplatePolicy {
  if (demandOfLabel(label) === "recipients") return policyOfReaders(readers, may);
  const template = templates.find(({ id }) => id === label.template);
  if (template === undefined) throw new RightsError("protect-denied", "this label is not offered to you any more");
  return policyOf(template, nowMs);
}

function policyOfReaders(readers: readonly string[], may: ReadersMay): TemplatePolicy {
  const written = readers.map((who) => parseGrant(`${who}:${may}`));
  const texts = namedTexts(written);
  const terms = { grants: grantsFrom(written), until: null, offlineDays: usualOfflineDays, template: null };
  return texts === null ? terms : { ...terms, texts };
}

/** Other programs read a mail's label here (docs/outlook.md). */
export const labelHeader = "msip_labels";

export interface MailLabelling {
  readonly label: Label;
  readonly labels: readonly Label[];
  readonly tenant: string;
  readonly nowMs: number;
}

/** What a mail carries with a label: as other programs read it, and as the events of this add-in do. */
export function headersOfLabel({ label, labels, tenant, nowMs }: MailLabelling): Map<string, string> {
  const demand = demandOfLabel(label);
  const values = {
    Enabled: "true",
    SetDate: secondTime(nowMs),
    Method: "Privileged",
    Name: inHeader(labelPath(labels, label)),
    SiteId: tenant,
    ContentBits: demand === "none" ? "0" : "8",
  };
  const pairs = Object.entries(values).map(([key, value]) => `MSIP_Label_${label.id}_${key}=${value}`);
  return new Map([
    [labelHeader, pairs.join("; ")],
    [demandHeader, encodeDemand(label.id, demand)],
  ]);
}

/** A header is ASCII, and these separate its values. */
const inHeader = (name: string): string => name.replace(/[^ -~]|[;=]/g, "?").slice(0, 255);

/** The id of the label that a mail carries; `null` where it is none of `tenant`, if that is known. Read as the rest of the world writes it. */
export function labelIn(header: string | null, tenant: string | null): string | null {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim().split("=", 2));
  const values = new Map(pairs.map(([key, value]) => [key?.toLowerCase() ?? "", value?.trim().toLowerCase() ?? ""]));
  for (const key of values.keys()) {
    const id = /^msip_label_([0-9a-f-]{36})_enabled$/.exec(key)?.[1];
    const isOn = id !== undefined && values.get(key) === "true";
    if (isOn && (tenant === null || values.get(`msip_label_${id}_siteid`) === tenant)) return id;
  }
  return null;
}
