import { fstatSync, read, write } from "node:fs";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { type Bytes, type Count, readAhead } from "../../shared/bytes.js";
import type { Plaintext } from "../../shared/crypto/content-cipher.js";
import { segmentBytes } from "../../shared/crypto/content-layout.js";
import { givingBack, type SegmentMemory } from "../../shared/crypto/engine.js";
import { RightsError } from "../../shared/errors.js";
import { bulkBytes, type NodeEngine } from "../bulk/node-engine.js";
import { type Covers, readCovers, withDocument } from "../document.js";
import { systemCode } from "../work/file-errors.js";
import { Progress } from "./progress.js";
import { endOnClosedOutput } from "./say.js";

/**
 * Standard input and output as the core takes and gives bytes. Files are read and written at the place where whoever
 * started this process had got to, which moves on with it: so `>>`, and commands that share the file, work as ever.
 */

/** Whether `-` is meant: what comes in on standard input. @throws RightsError `usage` where files are named beside it. */
export function meansInput(paths: readonly string[]): boolean {
  if (!paths.includes("-")) return false;
  if (paths.length > 1) throw new RightsError("usage", "- stands for standard input alone; name files in another call");
  return true;
}

/** Runs `use` on what a file says of itself; where `path` is `-`, on what comes in, read to its end. */
export const withCovers = async <T>(path: string, use: (covers: Covers) => Promise<T>): Promise<T> =>
  path === "-" ? use(await readCovers(piecesOfStream(process.stdin))) : withDocument(path, use);

/**
 * The same where the content goes to standard output, which it then has for itself.
 * @throws RightsError `usage` where something else is asked for beside it.
 */
export function meansStream(paths: readonly string[], options: { json?: boolean; out?: string; keep?: boolean }) {
  if (!meansInput(paths)) return false;
  if (options.json || options.keep || options.out !== undefined)
    throw new RightsError("usage", "what comes in goes to standard output with -; leave out --json, --out and --keep");
  return true;
}

/**
 * Shows on standard error how far `work` is; on a terminal for both the content itself is seen, and a line of ours would
 * stand in its middle. @param path - what it comes from. @param total - how many bytes are counted, where that is known.
 */
export async function showingProgress<T>(
  path: string,
  total: number | null,
  work: (count: Count) => Promise<T>,
): Promise<T> {
  if (process.stdout.isTTY) return work(() => undefined);
  const progress = new Progress(1);
  progress.next(path);
  if (total !== null) progress.expect(total);
  try {
    return await work(progress.count);
  } finally {
    progress.end();
  }
}

const [readAt, writeAt] = [promisify(read), promisify(write)];
const [input, output] = [0, 1];

/**
 * What comes in on standard input: of a file whole segments in memory of the engine, else pieces as they come. What goes
 * from a large file, or from a pipe, to a file is left to the engine altogether.
 */
export function contentOfInput(engine: NodeEngine, count: Count): Plaintext {
  const stat = fstatSync(input);
  if (stat.isFile()) engine.expect(stat.size);
  const pieces: Plaintext = stat.isFile() ? readAhead(piecesOfFile(engine.memory, count)) : piecesOfInput(count);
  const to = outputFile();
  const isLarge = stat.isFile() ? stat.size >= bulkBytes : stat.isFIFO() || stat.isSocket();
  if (!isLarge || to === undefined) return pieces;
  return Object.assign(pieces, { files: { from: input, to, count } });
}

/** Node's own stream is made, and begins to read, when somebody asks for a piece. */
async function* piecesOfInput(count: Count): AsyncGenerator<Bytes> {
  yield* piecesOfStream(process.stdin, count);
}

/** The number of standard output where it is a file, or a device that takes everything as one does. */
export function outputFile(): number | undefined {
  const stat = fstatSync(output);
  return stat.isFile() || (stat.isCharacterDevice() && !isatty(output)) ? output : undefined;
}

/** What a stream of Node's gives, piece by piece; `count` hears of each. */
export async function* piecesOfStream(
  stream: AsyncIterable<Buffer>,
  count: Count = () => undefined,
): AsyncGenerator<Bytes> {
  for await (const { buffer, byteOffset, length } of stream) {
    count(length);
    yield new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
  }
}

/** To the end, wherever that is by then: the file may grow or be cut meanwhile. */
async function* piecesOfFile(memory: SegmentMemory, count: Count): AsyncGenerator<Bytes> {
  for (;;) {
    const piece = memory.take(segmentBytes);
    const length = await fillFromInput(piece);
    count(length);
    if (length > 0) yield piece.subarray(0, length);
    else return memory.giveBack(piece);
  }
}

async function fillFromInput(piece: Bytes): Promise<number> {
  let filled = 0;
  try {
    while (filled < piece.length) {
      const { bytesRead } = await readAt(input, piece, filled, piece.length - filled, null);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (cause) {
    throw new RightsError("file-unreadable", "standard input cannot be read; check the file it comes from", { cause });
  }
  return filled;
}

/** @param memory - of the engine that `content` comes from. */
export async function toStandardOutput(content: AsyncIterable<Bytes>, memory: SegmentMemory): Promise<void> {
  const put = outputFile() === undefined ? putInStream : putInFile;
  try {
    for await (const piece of givingBack(content, memory)) await put(piece);
  } catch (error) {
    throw outputError(error);
  }
}

async function putInFile(piece: Bytes): Promise<void> {
  for (let done = 0; done < piece.length; )
    done += (await writeAt(output, piece, done, piece.length - done, null)).bytesWritten;
}

const putInStream = (piece: Bytes): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(piece, (error) => (error ? reject(error) : resolve()));
  });

function outputError(error: unknown): unknown {
  endOnClosedOutput(error);
  if (!["ENOSPC", "EDQUOT", "EFBIG", "EIO"].includes(systemCode(error))) return error;
  const message = "standard output takes no more, perhaps because the disk is full; what is there of it is not whole";
  return new RightsError("disk-full", message, { cause: error });
}
