import decoder from "utif2";
import { inflated } from "./tiff-inflate.js";
import { type TiffPicture, tag } from "./tiff-picture.js";

/** Decodes one page at a time, in a worker that is ended when it takes too long. */

/** What a page is shown with at most: phones give up on larger ones. */
const maxShownPixels = 16_000_000;

// It asks these, which a worker does not have.
Object.assign(self, { window: self, process: { env: {} } });

/** A run in a fax that says it is longer than any line would fill all memory. */
decoder.decode._addNtimes = (line, times, value) => {
  if (line.length + times > 1 << 16) throw new RangeError("a line is longer than its page is wide");
  for (let left = times; left > 0; left--) line.push(value);
};

addEventListener("message", ({ data: picture }: MessageEvent<TiffPicture>) => {
  void draw(picture).then(
    (bitmap) => postMessage(bitmap, { transfer: [bitmap] }),
    () => postMessage(null),
  );
});

async function draw(picture: TiffPicture): Promise<ImageBitmap> {
  const { values, data } = isDeflated(picture) ? await inflated(picture) : picture;
  const directory: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) if (value.length > 0) directory[`t${key}`] = value;
  decoder.decodeImage(data, directory, []);
  const [width, height] = [values[tag.width]![0]!, values[tag.height]![0]!];
  const pixels = decoder.toRGBA8(directory);
  if (!hasAlpha(values)) for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
  const part = Math.sqrt(maxShownPixels / (width * height));
  if (part >= 1) return createImageBitmap(image);
  const to = { resizeWidth: Math.floor(width * part), resizeHeight: Math.floor(height * part) };
  return createImageBitmap(image, { ...to, resizeQuality: "medium" });
}

const isDeflated = ({ values }: TiffPicture): boolean => [8, 32946].includes(values[tag.packing]![0]!);

const hasAlpha = (values: TiffPicture["values"]): boolean =>
  values[tag.meaning]![0] === 2 && values[tag.samples]![0] === 4 && [1, 2].includes(values[tag.extra]![0]!);
