import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { type ByteSource, type Bytes, type Count, countedSource, streamOf } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import {
  type Carrier,
  carriedLabels,
  carrierOf,
  labelled,
  type Relabelled,
  unlabelled,
} from "../../shared/format/carrier.js";
import type { CarriedLabel } from "../../shared/format/label-properties.js";
import type { FileOps } from "./file-ops.js";
import { type InsideLabel, labelToWrite, type Writer } from "./inside-label.js";
import type { Journal } from "./journal.js";
import { nodeFiles } from "./node-files.js";
import { replaceFile } from "./replace-file.js";
import { openSource, type SourceFile } from "./source-file.js";

/** A clear file that can carry a label inside, and those it carries. */
export interface CarrierFile {
  readonly path: string;
  readonly source: SourceFile;
  readonly carrier: Carrier;
  readonly labels: readonly CarriedLabel[];
}

/**
 * Runs `use` on a clear file that carries labels, or could, and closes it whatever happens.
 * @returns `null` for a file that cannot. It is not asked whether it is protected.
 * @throws RightsError those of `openSource`, `office-malformed`, `office-unsupported`.
 */
export async function withCarrier<T>(
  path: string,
  use: (file: CarrierFile) => Promise<T>,
  ops = nodeFiles,
): Promise<T | null> {
  const source = await openSource(path, { ops });
  try {
    const carrier = await carrierOf(source.name, source.bytes);
    if (carrier === null) return null;
    return await use({ path, source, carrier, labels: await carriedLabels(carrier, source.bytes) });
  } finally {
    await source.close();
  }
}

export interface Labelling {
  /** `null`: the organisation's label goes. */
  readonly inside: InsideLabel | null;
  /** Another folder for the result, which keeps the file; `null`: in its place. */
  readonly out: string | null;
  readonly keep: boolean;
  /** Hears of each byte twice: as it is read, and as the result is read back. */
  readonly count: Count;
}

/**
 * Gives a clear file a label, in its place: as safely as it would be protected, and everything else in it as it was.
 * @returns where it is, and what of the label's marking had no place. @throws RightsError those of `labelled` and `replaceFile`; the file is then as it was.
 */
export async function labelFile(
  { path, source, carrier }: CarrierFile,
  { inside, out, keep, count }: Labelling,
  by: Writer & { journal: Journal; ops?: FileOps },
): Promise<Pick<Relabelled, "notShown"> & { path: string }> {
  const read = countedSource(source.bytes, count);
  const made =
    inside === null
      ? await unlabelled(carrier, read, by.tenant)
      : await labelled(carrier, read, labelToWrite(inside, by));
  const written = createHash("sha256");
  const result = await replaceFile({
    source,
    target: join(out ?? dirname(path), basename(path)),
    keep: keep || out !== null,
    journal: by.journal,
    ...(by.ops === undefined ? {} : { ops: by.ops }),
    write: () => hashing(made.pieces(), (piece) => written.update(piece)),
    verify: async (onDisk) => verifySame(countedSource(onDisk, count), made.size, written.digest()),
  });
  return { path: result, notShown: made.notShown };
}

async function* hashing(pieces: AsyncIterable<Bytes>, hear: (piece: Bytes) => void): AsyncGenerator<Bytes> {
  for await (const piece of pieces) {
    hear(piece);
    yield piece;
  }
}

async function verifySame(onDisk: ByteSource, size: number, digest: Uint8Array): Promise<void> {
  const read = createHash("sha256");
  for await (const piece of streamOf(onDisk)) read.update(piece);
  if (onDisk.size !== size || !read.digest().equals(digest))
    throw new RightsError("file-unwritable", "what was written could not be read back; the file is as it was");
}
