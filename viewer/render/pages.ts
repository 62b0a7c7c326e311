/** Content as pages: how many, how large, and how each is drawn. */
export interface Pages {
  readonly count: number;
  /** Of one page at its natural size, in CSS pixels. */
  sizeOf(index: number): PageSize;
  /** Draws onto a white canvas that has the page's size times `scale`. */
  draw(index: number, canvas: HTMLCanvasElement, scale: number): Promise<void>;
  /** Lays the pages out anew for a window of this width, where that makes a difference. */
  fit?(width: number): void;
  /** Reads what a page needs to be drawn. @returns whether its size is another than `sizeOf` said before. */
  prepare?(index: number): Promise<boolean>;
  /** The page's text as elements of `layer`, each over the picture of it, at `scale`. */
  layer?(index: number, layer: HTMLElement, scale: number): Promise<void>;
  /** The next page from `index` on, around the end too, that has `text`; `null` for none. */
  find?(text: string, index: number): Promise<number | null>;
}

export interface PageSize {
  readonly width: number;
  readonly height: number;
}
