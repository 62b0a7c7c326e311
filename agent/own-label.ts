import { codeOf } from "../shared/errors.js";
import type { CarriedLabel } from "../shared/format/label-properties.js";
import { withCarrier } from "./work/label-file.js";

/** The label that the organisation gave a clear file; `null` where there is none. */
export const ownLabel = (labels: readonly CarriedLabel[], tenant: string): CarriedLabel | null =>
  labels.find((one) => one.tenant === tenant) ?? null;

/** The same of a file by its path; `null` also for one that cannot be read: then nobody knows what it carries. */
export async function ownLabelIn(path: string, tenant: string): Promise<string | null> {
  try {
    return await withCarrier(path, async ({ labels }) => ownLabel(labels, tenant)?.label ?? null);
  } catch (error) {
    if (/^(?:office|pdf)-/.test(codeOf(error))) return null;
    throw error;
  }
}
