import type { ByteSource, Bytes } from "../bytes.js";
import { headBytes, kindOf } from "./kind.js";
import { labelListOf } from "./package/label-list.js";
import {
  type CarriedLabel,
  eraseLabel,
  type LabelToWrite,
  labelOutside,
  readLabels,
  writeLabel,
} from "./package/labels.js";
import { OfficePackage } from "./package/package.js";

/** Files that can carry a label inside, while they are clear (docs/formats/office-labels.md). */
export type Carrier = "package";

/** What becomes of such a file: all its bytes, of a length known before. */
export interface Relabelled {
  readonly size: number;
  /** Front to back, once or more. */
  pieces(): AsyncGenerator<Bytes>;
  /** The labels as they are to stand outside, once the document is protected; `null` for what has no such place. */
  readonly outside: Bytes | null;
}

/** @param name - of the file. @returns `null` for what carries none. */
export async function carrierOf(name: string, source: ByteSource): Promise<Carrier | null> {
  const head = await source.read(0, Math.min(source.size, headBytes));
  return kindOf(name, head, source.size).container === "office" ? "package" : null;
}

/** The labels that a clear file carries. @throws RightsError `office-malformed`, `office-unsupported`. */
export const carriedLabels = async (_carrier: Carrier, source: ByteSource): Promise<CarriedLabel[]> =>
  readLabels(await OfficePackage.open(source));

/** The file with another label in place of the one the organisation gave before. @throws likewise. */
export async function labelled(_carrier: Carrier, source: ByteSource, label: LabelToWrite): Promise<Relabelled> {
  const pkg = await OfficePackage.open(source);
  await writeLabel(pkg, label);
  return { ...(await written(pkg)), outside: labelOutside(label, await labelListOf(pkg)) };
}

/** The file without the organisation's label. @throws likewise. */
export async function unlabelled(_carrier: Carrier, source: ByteSource, tenant: string): Promise<Relabelled> {
  const pkg = await OfficePackage.open(source);
  await eraseLabel(pkg, tenant);
  return { ...(await written(pkg)), outside: null };
}

async function written(pkg: OfficePackage): Promise<Pick<Relabelled, "size" | "pieces">> {
  const { size, pieces } = await pkg.rewritten();
  return { size, pieces };
}
