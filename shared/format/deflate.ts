import { type Bytes, collect, piecesOf } from "../bytes.js";

/** Deflate as the platform has it: bare in ZIP files, with a frame around it in PDFs (RFC 1950, 1951). */

/** Bytes as a stream of the platform, each piece read when it is asked for. */
function platformStream(pieces: AsyncIterable<Bytes>): ReadableStream<Bytes> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Bytes>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

/** @param packed - in small pieces: of each, a thousand times as much can come out at once. */
export const inflated = (packed: AsyncIterable<Bytes>, format: "deflate" | "deflate-raw"): AsyncGenerator<Bytes> =>
  piecesOf(platformStream(packed).pipeThrough(new DecompressionStream(format)));

export function deflated(bytes: Bytes): Promise<Bytes> {
  const one = (async function* () {
    yield bytes;
  })();
  return collect(piecesOf(platformStream(one).pipeThrough(new CompressionStream("deflate-raw"))));
}
