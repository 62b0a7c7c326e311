import { readSync, writeSync } from "node:fs";
import type { Bytes } from "../../shared/bytes.js";
import { sealedSegmentBytes, segmentBytes } from "../../shared/crypto/content-layout.js";
import { runSegment, type SegmentTask } from "./segment.js";
import { Turns } from "./turns.js";

/** All segments of one content, between open files; several threads work on it, each in stretches. */
export interface Run {
  readonly key: Bytes;
  /** What is sealed: a file or pipe, from its position on to its end. Or a part of a file, and what to do with it. */
  readonly from: number | Part;
  /** Written at its position; `null`: what comes out is not kept. */
  readonly to: number | null;
  readonly shared: SharedArrayBuffer;
}

/** Content in a file, `size` bytes of it: plain where `kind` is `seal`, else sealed segments. */
export interface Part {
  readonly file: number;
  readonly offset: number;
  readonly size: number;
  readonly kind: SegmentTask["kind"];
}

/** What one thread did before it looked for other work, such as a smaller file. */
export interface Stretch {
  readonly hashes: readonly { readonly index: number; readonly hash: Bytes }[];
  /** `over`: there is nothing more to begin. */
  readonly end: "more" | "over" | Fault;
}

/** Errors of the system lose their code on the way between threads. */
export type Fault =
  | { readonly what: "damaged" }
  | { readonly what: "shorter" }
  | { readonly what: "read" | "write"; readonly code: string; readonly message: string };

/** Some 20 ms of work. */
const stretchSegments = 16;

/** Each thread works in its own: what is read, changed and written stays in the cache of its processor. */
let buffer: Bytes | null = null;

type Segment = Pick<SegmentTask, "kind" | "index" | "last" | "bytes">;

class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.what);
    this.fault = fault;
  }
}

export function runStretch(run: Run): Stretch {
  const turns = new Turns(run.shared);
  const hashes: { index: number; hash: Bytes }[] = [];
  try {
    while (hashes.length < stretchSegments) {
      const segment = turns.reading((index) => nextSegment(run, turns, index));
      const hash = segment && finish(run, turns, segment);
      if (segment === null || hash === null) return { hashes, end: "over" };
      hashes.push({ index: segment.index, hash });
    }
    return { hashes, end: "more" };
  } catch (error) {
    if (error instanceof FaultError) return { hashes, end: error.fault };
    throw error;
  }
}

/** `null` when the run was stopped. Also what is wrong with a segment is said in its turn: those before it get out. */
function finish({ key, to }: Run, turns: Turns, segment: Segment): Bytes | null {
  const { bytes, hash } = runSegment({ ...segment, key });
  if (to !== null && !turns.isMine(segment.index)) return null;
  if (hash === null) throw new FaultError({ what: "damaged" });
  if (to !== null) {
    writeAll(to, bytes);
    turns.pass(segment.index);
  }
  return hash;
}

function nextSegment(run: Run, turns: Turns, index: number): Segment | null {
  buffer ??= new Uint8Array(sealedSegmentBytes);
  return typeof run.from === "number"
    ? nextPlain(run.from, turns, index, buffer)
    : nextOfPart(run.from, turns, index, buffer);
}

/** Reads one byte further than the segment, and leaves it to whoever is next: so it is known which is the last. */
function nextPlain(from: number, turns: Turns, index: number, into: Bytes): Segment | null {
  const { carried } = turns;
  if (index > 0 && carried === null) return null;
  let length = 0;
  if (carried !== null) into[length++] = carried;
  length += readUpTo(from, into.subarray(length, segmentBytes + 1), null, turns);
  const last = length <= segmentBytes;
  turns.carried = last ? null : into[segmentBytes]!;
  return { kind: "seal", index, last, bytes: into.subarray(0, Math.min(length, segmentBytes)) };
}

function nextOfPart({ file, offset, size, kind }: Part, turns: Turns, index: number, into: Bytes): Segment | null {
  const length = kind === "seal" ? segmentBytes : sealedSegmentBytes;
  const at = index * length;
  if (at >= size && index > 0) return null;
  const bytes = into.subarray(0, Math.min(length, size - at));
  if (readUpTo(file, bytes, offset + at, turns) < bytes.length) throw new FaultError({ what: "shorter" });
  return { kind, index, last: at + bytes.length === size, bytes };
}

/** Fills `into` as far as the file goes. @param position - `null`: where the file's is. */
function readUpTo(file: number, into: Bytes, position: number | null, turns: Turns): number {
  let filled = 0;
  while (filled < into.length) {
    const at = position === null ? null : position + filled;
    const got = system("read", () => readSync(file, into, filled, into.length - filled, at));
    if (got === 0) break;
    turns.count(got);
    filled += got;
  }
  return filled;
}

function writeAll(file: number, bytes: Bytes): void {
  for (let done = 0; done < bytes.length; )
    done += system("write", () => writeSync(file, bytes, done, bytes.length - done, null));
}

function system<T>(what: "read" | "write", call: () => T): T {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      if (error.code !== "EAGAIN") throw new FaultError({ what, code: String(error.code), message: error.message });
      Atomics.wait(nobody, 0, 0, askAgainMs);
    }
  }
}

/** Another process may have made a pipe that it shares with this one answer at once, whether there is something or not. */
const askAgainMs = 2;
const nobody = new Int32Array(new SharedArrayBuffer(4));
