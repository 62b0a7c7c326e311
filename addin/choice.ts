import { type Label, labelPath, needsReason } from "../shared/label.js";
import { policyOf, type TemplatePolicy } from "../shared/template.js";
import { isEmpty, noPermissions, type Permissions, type PermissionTrouble, policyFrom } from "./permissions.js";
import type { Order } from "./protect-document.js";
import type { Offered } from "./session.js";

/** What is picked and typed; nothing of it is done before the button is pressed. */
export interface Choice {
  readonly label: Label | null;
  /** `null` while nobody wants any. */
  readonly permissions: Permissions | null;
  readonly reason: string;
}

/** Why the button cannot be pressed, where that needs words. */
export type Obstacle = PermissionTrouble | { readonly kind: "reason" | "label" | "no-place" };

export const nothingChosen: Choice = { label: null, permissions: null, reason: "" };

/** Labels without permissions of their own bring a place for them, where they are below another. */
export function withLabel(choice: Choice, label: Label): Choice {
  const wantsPermissions = label.template === null && label.parent !== null;
  const permissions =
    label.template !== null ? null : (choice.permissions ?? (wantsPermissions ? noPermissions : null));
  return { ...choice, label, permissions };
}

/** Permissions of one's own, or not; a label that has its own gives way. */
export const withPermissions = (choice: Choice, permissions: Permissions | null): Choice => ({
  ...choice,
  label: permissions !== null && choice.label?.template ? null : choice.label,
  permissions,
});

/** Whether what is chosen protects, or only marks. */
export const protects = ({ label, permissions }: Choice): boolean =>
  label?.template != null || (permissions !== null && !isEmpty(permissions));

/** What a choice is made of and for. */
export interface Chosen {
  readonly choice: Choice;
  readonly policy: Offered | null;
  /** The label the document has now. */
  readonly current: Label | null;
  /** Whether a label could be written into the document at all. */
  readonly canLabel: boolean;
  readonly nowMs: number;
}

/** Whether a less sensitive label is chosen than the document has, where that must be explained. */
export function mustExplain({ choice: { label, permissions }, policy, current }: Chosen): boolean {
  const isChosen = label !== null || permissions !== null;
  return isChosen && needsReason(policy?.labels ?? [], current?.id ?? null, label);
}

/** What the button would do; an obstacle where it cannot; `null` where nothing is chosen. */
export function orderFrom(chosen: Chosen): Order | Obstacle | null {
  const { choice, policy: offered, current, canLabel } = chosen;
  const { label, permissions, reason } = choice;
  if (label === null && permissions === null) return null;
  const policy = policyChosen(chosen);
  if (policy !== null && "kind" in policy) return policy;
  if (label === null && offered?.mandatory) return { kind: "label" };
  if (policy === null && !canLabel) return { kind: "no-place" };
  const explains = mustExplain(chosen);
  if (explains && reason.trim() === "") return { kind: "reason" };
  const labelName = label && labelPath(offered?.labels ?? [], label);
  return { label, labelName, policy, reason: explains ? reason.trim() : null, before: current };
}

function policyChosen({ choice, policy, nowMs }: Chosen): TemplatePolicy | PermissionTrouble | null {
  const { label, permissions } = choice;
  const template = policy?.templates.find(({ id }) => id === label?.template);
  if (template !== undefined) return policyOf(template, nowMs);
  if (permissions === null || (label !== null && isEmpty(permissions))) return null;
  return policyFrom(permissions, nowMs);
}
