/**
 * Who reads, across the page: about 8 % black, again and again, so that no part of a picture of it is without; and close to it
 * in white, which is not seen on paper, for what is dark.
 */

const angle = -Math.PI / 6;
const dark = "rgb(0 0 0 / 0.08)";
const light = "rgb(255 255 255 / 0.12)";

/** @param scale - pixels of the canvas to one of the page. */
export function drawWatermark(canvas: HTMLCanvasElement, lines: readonly string[], scale: number): void {
  const context = canvas.getContext("2d")!;
  const size = 18 * scale;
  context.save();
  context.font = `600 ${size}px system-ui, sans-serif`;
  const width = Math.max(...lines.map((line) => context.measureText(line).width)) + 4 * size;
  const height = (lines.length + 4) * size * 1.4;
  const reach = Math.hypot(canvas.width, canvas.height);
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate(angle);
  for (let y = -reach; y < reach; y += height)
    for (let x = -reach; x < reach; x += width)
      for (const [at, line] of lines.entries()) {
        const baseline = y + at * size * 1.4;
        context.fillStyle = light;
        context.fillText(line, x + size / 18, baseline + size / 18);
        context.fillStyle = dark;
        context.fillText(line, x, baseline);
      }
  context.restore();
}
