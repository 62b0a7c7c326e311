import { streamOf } from "../../shared/bytes.js";
import { headBytes, kindOf } from "../../shared/format/kind.js";
import type { PageSize, Pages } from "./pages.js";
import type { RemoteSource } from "./remote-source.js";

const types: Record<string, string> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".jpe": "image/jpeg",
  ".jfif": "image/jpeg",
  ".png": "image/png",
  ".gif": "image/gif",
  ".bmp": "image/bmp",
};

/** Larger pictures than any camera's; what a few bytes unpack to is bounded by the browser besides. */
const maxImageBytes = 256 << 20;

/**
 * A picture, drawn once. What does not begin as its extension says (an SVG, say, which could bring a script along) is
 * not even tried. @returns `null` for what this browser cannot draw.
 */
export async function readImage(source: RemoteSource, extension: string): Promise<Pages | null> {
  const type = types[extension];
  const head = await source.read(0, Math.min(headBytes, source.size));
  if (
    type === undefined ||
    source.size > maxImageBytes ||
    kindOf(`x${extension}`, head, source.size).protection !== "native"
  )
    return null;
  const parts: Blob[] = [];
  for await (const piece of streamOf(source)) parts.push(new Blob([piece]));
  try {
    return onePage(await createImageBitmap(new Blob(parts, { type })));
  } catch {
    return null;
  }
}

function onePage(bitmap: ImageBitmap): Pages {
  const size: PageSize = { width: bitmap.width, height: bitmap.height };
  return {
    count: 1,
    sizeOf: () => size,
    async draw(_index, canvas) {
      canvas.getContext("2d")!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    },
  };
}
