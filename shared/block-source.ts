import { type ByteSource, type Bytes, join } from "./bytes.js";

/** Blocks that are kept: what is read next is mostly in the one before, or behind it. */
const maxKept = 4;

/**
 * The same source, read in whole blocks of which the last few are kept: for sources where each read costs much, such as what
 * is decrypted as it is read.
 */
export function blockSource({ size, read }: ByteSource, blockBytes: number): ByteSource {
  const kept = new Map<number, Bytes>();
  const block = async (index: number): Promise<Bytes> => {
    const from = index * blockBytes;
    const bytes = kept.get(index) ?? (await read(from, Math.min(blockBytes, size - from)));
    kept.delete(index); // behind the others again
    kept.set(index, bytes);
    if (kept.size > maxKept) kept.delete(kept.keys().next().value!);
    return bytes;
  };
  return {
    size,
    async read(offset, length) {
      const parts: Bytes[] = [];
      for (let at = offset; at < offset + length; ) {
        const index = Math.floor(at / blockBytes);
        const from = at - index * blockBytes;
        const part = (await block(index)).subarray(from, from + offset + length - at);
        parts.push(part);
        at += part.length;
      }
      return parts.length === 1 ? parts[0]! : join(parts);
    },
  };
}
