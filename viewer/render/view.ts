import type { Zoom } from "./protocol.js";

export type { Zoom };

/** Something that shows content in the frame. */
export interface View {
  /** Once something of it can be seen. */
  shown(): Promise<void>;
  zoom(by: Zoom): void;
  /** A page was read elsewhere, and is of another size than was thought. */
  resized?(): void;
  /** To a page, counted from 0. */
  go?(index: number): void;
}

const step = 1.25;
const [least, most] = [0.25, 8];

export const zoomed = (zoom: number, by: Zoom): number =>
  by === "fit" ? 1 : Math.min(most, Math.max(least, zoom * (by === "in" ? step : 1 / step)));
