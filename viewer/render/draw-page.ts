import type { Pages } from "./pages.js";
import { drawWatermark } from "./watermark.js";

/** A canvas has at most so many pixels, and to one side: phones give up on larger ones. */
const maxPixels = 16_000_000;
const maxSide = 8192;

/**
 * One page with its mark.
 * @param wanted - pixels of the canvas to one of the page.
 * @param shownWidth - CSS pixels that the page will be wide where it is looked at: the mark is to be read there.
 */
export async function drawPage(
  pages: Pages,
  mark: readonly string[],
  canvas: HTMLCanvasElement,
  index: number,
  wanted: number,
  shownWidth: number,
): Promise<void> {
  const { width, height } = pages.sizeOf(index);
  const scale = Math.min(wanted, Math.sqrt(maxPixels / (width * height)), maxSide / width, maxSide / height);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  await pages.draw(index, canvas, scale);
  drawWatermark(canvas, mark, Math.max(scale, canvas.width / shownWidth));
}
