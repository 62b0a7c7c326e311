import { availableParallelism } from "node:os";
import type { Engine, SegmentCipher } from "../shared/crypto/engine.js";
import { runSegment, type SegmentTask } from "./work/segment.js";
import { SegmentThreads } from "./work/segment-threads.js";

/** Segments up to this many bytes are done at once: handing them to a thread would take longer. */
const inlineBytes = 128 * 1024;

/**
 * The bulk cipher over `node:crypto`. Large segments go to threads, which start with the first of them.
 * @param workerUrl - the bundled `segment-worker.js`; `null` does everything on the calling thread.
 */
export function nodeEngine(workerUrl: URL | null): Engine {
  const count = Math.max(1, Math.min(4, availableParallelism()));
  let threads: SegmentThreads | null = null;
  const run = async (task: SegmentTask) => {
    if (workerUrl === null || task.bytes.length <= inlineBytes) return runSegment(task);
    threads ??= new SegmentThreads(workerUrl, count);
    return threads.run(task);
  };
  return {
    lanes: count + 2,
    async segmentCipher(contentKey, salt, info): Promise<SegmentCipher> {
      const hkdf = { name: "HKDF", hash: "SHA-256", salt, info };
      const key = new Uint8Array(await crypto.subtle.deriveBits(hkdf, contentKey, 256));
      return {
        async seal(index, last, plaintext) {
          const result = await run({ kind: "seal", key, index, last, bytes: plaintext });
          return { sealed: result!.bytes, hash: result!.hash };
        },
        async open(index, last, sealed) {
          const result = await run({ kind: "open", key, index, last, bytes: sealed });
          return result === null ? null : { plaintext: result.bytes, hash: result.hash };
        },
      };
    },
  };
}
