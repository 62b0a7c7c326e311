import { RightsError } from "../shared/errors.js";
import { type Label, labelPath, needsReason } from "../shared/label.js";
import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import { type Choice, chooseLabel } from "./chosen-policy.js";
import { ownLabelIn } from "./own-label.js";
import type { Watch } from "./watches.js";
import { shown } from "./work/names.js";

type Chosen = Choice & { readonly label: Label };

/**
 * What a file in a watched folder gets: the folder's label. A document that carries another one which is lowered for a
 * reason only keeps that, since nobody is there to give one (docs/decisions/0052).
 * @param tenant - whose labels count.
 * @throws RightsError those of `chooseLabel`; `protect-denied` where the label kept does not say who may open.
 */
export async function chooseWatched(
  path: string,
  { label: wanted }: Pick<Watch, "label">,
  current: PolicyAnswer,
  tenant: string,
  nowMs: number,
): Promise<Chosen> {
  const choice = chooseLabel(current, { label: wanted }, nowMs);
  const kept = await keptLabel(path, choice.label, current.labels, tenant);
  if (kept === null) return choice;
  if (kept.template === null) throw unsaid(path, kept, choice, current.labels);
  return chooseLabel(current, { label: kept.id }, nowMs);
}

/** The label in the file, if it may not go for `to` without a reason. */
async function keptLabel(path: string, to: Label, labels: readonly Label[], tenant: string): Promise<Label | null> {
  const mayBeKept = labels.filter(({ id }) => needsReason(labels, id, to));
  if (mayBeKept.length === 0) return null;
  const id = await ownLabelIn(path, tenant);
  return mayBeKept.find((one) => one.id === id) ?? null;
}

function unsaid(path: string, kept: Label, { labelName }: Choice, labels: readonly Label[]): RightsError {
  const name = labelPath(labels, kept);
  return new RightsError(
    "protect-denied",
    `${shown(path)} carries the label ${name}, which does not say who may open it; say it with: seal protect --label "${name}" --grant WHO:RIGHTS, or lower it with: seal label --label "${labelName}" --justification TEXT`,
  );
}
