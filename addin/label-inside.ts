import { type ByteSource, type Bytes, streamOf } from "../shared/bytes.js";
import { codeOf } from "../shared/errors.js";
import { labelled } from "../shared/format/carrier.js";
import type { LabelToWrite } from "../shared/format/label-properties.js";
import { labelOutside } from "../shared/format/package/labels.js";

/** A document about to be protected: what is sealed, and its label as others read it without a license. */
export interface LabelledContent {
  readonly size: number;
  pieces(): AsyncGenerator<Bytes>;
  readonly outside: Bytes | null;
}

/**
 * The document with its label inside, whether or not Office let the pane write it there: programs change what they save.
 * A package that cannot be read keeps what it holds, and has its label outside only.
 */
export async function withLabel(source: ByteSource, label: LabelToWrite | null): Promise<LabelledContent> {
  const asItIs = { size: source.size, pieces: () => streamOf(source) };
  if (label === null) return { ...asItIs, outside: null };
  try {
    return await labelled("package", source, label);
  } catch (error) {
    if (!codeOf(error).startsWith("office-")) throw error;
    return { ...asItIs, outside: labelOutside(label) };
  }
}
