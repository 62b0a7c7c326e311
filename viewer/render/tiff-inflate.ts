import { type TiffPicture, tag } from "./tiff-picture.js";

/** The same page with parts as they are: the browser unpacks them, and never more than a part can have. */
export async function inflated(picture: TiffPicture): Promise<TiffPicture> {
  const { values, data, partBytes } = picture;
  const isTiled = values[tag.tiles] !== undefined;
  const [offsetsIn, lengthsIn] = isTiled ? [tag.tiles, tag.tileBytes] : [tag.strips, tag.stripBytes];
  const parts: Uint8Array[] = [];
  for (const [at, offset] of values[offsetsIn]!.entries())
    parts.push(await inflate(new Uint8Array(data, offset, values[lengthsIn]![at]!), partBytes));
  const joined = new Uint8Array(8 + parts.reduce((sum, { length }) => sum + length, 0));
  joined.set(new Uint8Array(data, 0, 8));
  const offsets: number[] = [];
  let end = 8;
  for (const part of parts) {
    joined.set(part, end);
    offsets.push(end);
    end += part.length;
  }
  const lengths = parts.map(({ length }) => length);
  const unpacked = { ...values, [tag.packing]: [1], [offsetsIn]: offsets, [lengthsIn]: lengths };
  return { values: unpacked, data: joined.buffer, partBytes };
}

async function inflate(packed: Uint8Array<ArrayBuffer>, atMost: number): Promise<Uint8Array> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  const clear = new Uint8Array(atMost);
  let end = 0;
  while (end < atMost) {
    const { done, value } = await reader.read();
    if (done) break;
    const piece = value.subarray(0, atMost - end);
    clear.set(piece, end);
    end += piece.length;
  }
  await reader.cancel();
  return clear.subarray(0, end);
}
