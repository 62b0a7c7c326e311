import { type Label, labelPath, needsReason } from "../shared/label.js";
import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import { type Choice, chooseLabel } from "./chosen-policy.js";
import { ownLabelIn } from "./own-label.js";
import type { Watch } from "./watches.js";

type Chosen = Choice & { readonly label: Label };

/**
 * What a file in a watched folder gets: the folder's label. A document that carries another one which is lowered for a
 * reason only keeps that, since nobody is there to give one (docs/decisions/0052); where that one does not say who may
 * open, it is whom the folder's label names.
 * @param tenant - whose labels count. @throws RightsError those of `chooseLabel`.
 */
export async function chooseWatched(
  path: string,
  { label: wanted }: Pick<Watch, "label">,
  current: PolicyAnswer,
  tenant: string,
  nowMs: number,
): Promise<Chosen> {
  const choice = chooseLabel(current, { label: wanted }, nowMs);
  const label = await keptLabel(path, choice.label, current.labels, tenant);
  if (label === null) return choice;
  if (label.template !== null) return chooseLabel(current, { label: label.id }, nowMs);
  const labelName = labelPath(current.labels, label);
  return { ...choice, label, labelName, name: labelName };
}

/** The label in the file, if it may not go for `to` without a reason. */
async function keptLabel(path: string, to: Label, labels: readonly Label[], tenant: string): Promise<Label | null> {
  const mayBeKept = labels.filter(({ id }) => needsReason(labels, id, to));
  if (mayBeKept.length === 0) return null;
  const id = await ownLabelIn(path, tenant);
  return mayBeKept.find((one) => one.id === id) ?? null;
}
