import { extname } from "node:path";
import { codeOf } from "../../shared/errors.js";
import type { CarriedLabel } from "../../shared/format/label-properties.js";
import { withCarrier } from "../work/label-file.js";
import type { Known } from "./describe.js";
import type { FileReport, Told } from "./report.js";
import { shown } from "./say.js";

/** A label of a clear file, for people and programs. */
interface ShownLabel {
  readonly id: string;
  readonly name: string;
  /** Of ours its name, of another the id that the file says; `null` where it says none. */
  readonly organisation: string | null;
  readonly isOurs: boolean;
}

/** The labels in a clear file; none in one that cannot be read, which is no fault of who asks. */
async function labelsIn(path: string): Promise<readonly CarriedLabel[]> {
  try {
    return (await withCarrier(path, async ({ labels }) => labels)) ?? [];
  } catch (error) {
    if (/^(?:office|pdf)-/.test(codeOf(error))) return [];
    throw error;
  }
}

function shownLabel({ label: id, tenant, name }: CarriedLabel, { account, labelName }: Known): ShownLabel {
  const isOurs = account !== null && tenant === account.info.tenant;
  if (!isOurs) return { id, name: name ?? id, organisation: tenant, isOurs };
  const known = labelName(id);
  return { id, name: known === id ? (name ?? id) : known, organisation: account.info.organisation, isOurs };
}

/** What a file says of itself that is not protected: its label, where it carries one; ours before others'. */
export async function describeClear(path: string, known: Known): Promise<Told> {
  const labels = path === "-" ? [] : (await labelsIn(path)).map((one) => shownLabel(one, known));
  labels.sort((a, b) => Number(b.isOurs) - Number(a.isOurs));
  const [first] = labels;
  const report: FileReport = {
    path,
    state: "clear",
    label: first?.name ?? null,
    organisation: first?.organisation ?? null,
  };
  if (first !== undefined) report.format = extname(path).slice(1);
  const line = [`${path}: not protected`, ...labels.map(wordsFor)].join("; ");
  const carried = labels.map(({ id, name, organisation }) => ({ id, name, organisation }));
  return { report, more: { amended: null, labels: carried }, lines: [shown(line)] };
}

function wordsFor({ name, organisation, isOurs }: ShownLabel): string {
  if (isOurs) return `labelled ${name}, ${organisation}`;
  return `labelled ${name} by another organisation${organisation === null ? "" : ` (${organisation})`}`;
}
