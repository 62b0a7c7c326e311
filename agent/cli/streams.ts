import { once } from "node:events";
import type { Bytes } from "../../shared/bytes.js";

/** Standard input and output as the core takes and gives bytes. */

export async function toStandardOutput(content: AsyncIterable<Bytes>): Promise<void> {
  for await (const piece of content) if (!process.stdout.write(piece)) await once(process.stdout, "drain");
}

export async function* piecesOfInput(input: AsyncIterable<Buffer>): AsyncGenerator<Bytes> {
  for await (const piece of input) yield new Uint8Array(piece);
}
