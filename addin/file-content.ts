import { blobSource } from "../browser/blob-source.js";
import { type ByteSource, type Bytes, join, sourceOf } from "../shared/bytes.js";

/** What a file holds: in memory, or where the browser keeps it, which takes longer to read and may be much more. */
export type FileContent = Bytes | Blob;

export const sizeOf = (content: FileContent): number => (content instanceof Blob ? content.size : content.length);

/** To be read piece by piece. */
export const sourceOfFile = (content: FileContent): ByteSource =>
  content instanceof Blob ? blobSource(content) : sourceOf(content);

/** Of no type that a browser would show, or name, by itself. */
const kept = (parts: (Blob | Bytes)[]): Blob => new Blob(parts, { type: "application/octet-stream" });

export const blobOf = (content: FileContent): Blob => (content instanceof Blob ? content : kept([content]));

/** All of it in memory. */
export const bytesOf = async (content: FileContent): Promise<Bytes> =>
  content instanceof Blob ? new Uint8Array(await content.arrayBuffer()) : content;

/** A stream as a file, in memory as long as it is no more than `maxBytes`. */
export async function fileOf(stream: AsyncIterable<Bytes>, maxBytes = 16 * 1024 * 1024): Promise<FileContent> {
  const parts: Blob[] = [];
  let pieces: Bytes[] = [];
  let size = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    size += piece.length;
    if (size <= maxBytes) continue;
    parts.push(new Blob(pieces));
    pieces = [];
  }
  return parts.length === 0 ? join(pieces) : kept([...parts, ...pieces]);
}
