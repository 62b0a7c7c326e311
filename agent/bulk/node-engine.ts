import { availableParallelism } from "node:os";
import type { Bytes } from "../../shared/bytes.js";
import type { Engine, SegmentCipher } from "../../shared/crypto/engine.js";
import { fileCipher } from "./file-cipher.js";
import { runSegment, type SegmentResult, type SegmentTask } from "./segment.js";
import { SegmentBuffers } from "./segment-buffers.js";
import { SegmentThreads } from "./segment-threads.js";

/** Segments up to this many bytes are done at once: handing them to a thread would take longer. */
const inlineBytes = 128 * 1024;

/** Content from this size on is moved between files by the threads themselves; below, one thread is as good. */
export const bulkBytes = 4 << 20;

/** The engine of the agent and its commands. */
export interface NodeEngine extends Engine {
  /** Starts the threads already, if `bytes` of content are to come and that is many. */
  expect(bytes: number): void;
}

/**
 * The bulk cipher over `node:crypto`. Large segments go to threads, and their memory goes round: a file of any size
 * passes through the same few buffers.
 * @param workerUrl - the bundled `segment-worker.js`; `null` does everything on the calling thread.
 */
export function nodeEngine(workerUrl: URL | null): NodeEngine {
  const count = Math.max(1, Math.min(4, availableParallelism()));
  const threads = workerUrl && new SegmentThreads(workerUrl, count);
  const memory = new SegmentBuffers();
  const run = async (task: SegmentTask): Promise<SegmentResult> => {
    if (threads === null || task.bytes.length <= inlineBytes) return runSegment(task);
    const result = await threads.segment(task);
    memory.moved(task.bytes, result.bytes);
    return result;
  };
  return {
    lanes: count + 2,
    memory,
    expect: (bytes) => bytes >= bulkBytes && threads?.start(),
    async segmentCipher(contentKey, salt, info): Promise<SegmentCipher> {
      const hkdf = { name: "HKDF", hash: "SHA-256", salt, info };
      const key = new Uint8Array(await crypto.subtle.deriveBits(hkdf, contentKey, 256));
      return { ...cipherOf(key, memory, run), ...(threads && { files: fileCipher(key, threads) }) };
    },
  };
}

function cipherOf(key: Bytes, memory: SegmentBuffers, run: (task: SegmentTask) => Promise<SegmentResult>) {
  /** Our own buffers are worked in; what belongs to others is copied into one. */
  const own = (bytes: Bytes): Bytes => {
    if (memory.isOwn(bytes)) return bytes;
    const copy = memory.take(bytes.length);
    copy.set(bytes);
    return copy;
  };
  const work = async (kind: SegmentTask["kind"], index: number, last: boolean, bytes: Bytes) => {
    const result = await run({ kind, key, index, last, bytes: own(bytes) });
    if (result.hash === null || kind === "check") memory.giveBack(result.bytes);
    return result;
  };
  return {
    async seal(index, last, plaintext) {
      const { bytes, hash } = await work("seal", index, last, plaintext);
      return { sealed: bytes, hash: hash! };
    },
    async open(index, last, sealed) {
      const { bytes, hash } = await work("open", index, last, sealed);
      return hash && { plaintext: bytes, hash };
    },
    check: async (index, last, sealed) => (await work("check", index, last, sealed)).hash,
  } satisfies SegmentCipher;
}
