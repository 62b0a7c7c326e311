import { once } from "node:events";
import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { Progress } from "./progress.js";

/** Standard input and output as the core takes and gives bytes. */

/**
 * Whether `-` is meant: from standard input to standard output, which the content then has for itself.
 * @throws RightsError `usage` where something else is asked for beside it.
 */
export function meansStream(paths: readonly string[], options: { json?: boolean; out?: string; keep?: boolean }) {
  if (!paths.includes("-")) return false;
  if (paths.length > 1) throw new RightsError("usage", "- stands for standard input alone; name files in another call");
  if (options.json || options.keep || options.out !== undefined)
    throw new RightsError("usage", "what comes in goes to standard output with -; leave out --json, --out and --keep");
  return true;
}

/** @param path - what it comes from; @param total - how many bytes, where that is known: both to show how far it is. */
export async function toStandardOutput(content: AsyncIterable<Bytes>, path: string, total: number | null) {
  // On a terminal the content itself is seen, and a line of ours would stand in its middle.
  const progress = process.stdout.isTTY ? null : new Progress(1);
  progress?.next(path);
  if (total !== null) progress?.expect(total);
  try {
    for await (const piece of content) {
      progress?.count(piece.length);
      if (!process.stdout.write(piece)) await once(process.stdout, "drain");
    }
  } finally {
    progress?.end();
  }
}

export async function* piecesOfInput(input: AsyncIterable<Buffer>): AsyncGenerator<Bytes> {
  for await (const piece of input) yield new Uint8Array(piece);
}
