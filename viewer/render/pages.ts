/** Content as pages: how many, how large, and how each is drawn. */
export interface Pages {
  readonly count: number;
  /** Of one page at its natural size, in CSS pixels. */
  sizeOf(index: number): PageSize;
  /** Draws onto a white canvas that has the page's size times `scale`. */
  draw(index: number, canvas: HTMLCanvasElement, scale: number): Promise<void>;
  /** Lays the pages out anew for a window of this width, where that makes a difference. */
  fit?(width: number): void;
}

export interface PageSize {
  readonly width: number;
  readonly height: number;
}
