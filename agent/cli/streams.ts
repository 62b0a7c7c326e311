import { once } from "node:events";
import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";

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

export async function toStandardOutput(content: AsyncIterable<Bytes>): Promise<void> {
  for await (const piece of content) if (!process.stdout.write(piece)) await once(process.stdout, "drain");
}

export async function* piecesOfInput(input: AsyncIterable<Buffer>): AsyncGenerator<Bytes> {
  for await (const piece of input) yield new Uint8Array(piece);
}
