import { drawPage } from "./draw-page.js";
import type { Pages } from "./pages.js";

/** Pixels on paper to one on the screen. */
const scale = 2;

/** Every page as a picture with its mark, then the browser's own dialog. */
export async function printPages(pages: Pages, mark: readonly string[]): Promise<void> {
  const sheets = document.createElement("div");
  sheets.className = "sheets";
  const urls: string[] = [];
  for (let index = 0; index < pages.count; index++) {
    const canvas = document.createElement("canvas");
    await pages.prepare?.(index);
    await drawPage(pages, mark, canvas, index, scale);
    const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    const image = new Image();
    urls.push(URL.createObjectURL(picture!));
    image.src = urls.at(-1)!;
    await image.decode();
    sheets.append(image);
  }
  document.body.append(sheets);
  window.print();
  sheets.remove();
  for (const url of urls) URL.revokeObjectURL(url);
}
