import type { PageSize, Pages } from "./pages.js";
import { Sheet, type SheetStyle } from "./sheet.js";
import { type View, type Zoom, zoomed } from "./view.js";

const gap = 16;

/** Where the reader is: a page, and how much of it is above the window. */
interface Anchor {
  readonly index: number;
  readonly part: number;
}

/** Pages below each other. Only what can be seen, and a page more to both sides, is drawn and kept. */
export class Scroller implements View {
  readonly #pages: Pages;
  readonly #style: SheetStyle;
  readonly #view: HTMLElement;
  readonly #ground = document.createElement("div");
  readonly #sheets = new Map<number, Sheet>();
  readonly #moved: (index: number, count: number) => void;
  #zoom = 1;
  #tops: number[] = [];
  #lastWidth = 0;

  /** @param moved - hears of the page that is in front. */
  constructor(
    view: HTMLElement,
    pages: Pages,
    style: SheetStyle,
    moved: (index: number, count: number) => void = () => undefined,
  ) {
    this.#view = view;
    this.#pages = pages;
    this.#style = style;
    this.#moved = moved;
    this.#ground.className = "ground";
    view.append(this.#ground);
    view.addEventListener("scroll", () => void this.#show(), { passive: true });
    new ResizeObserver(() => this.#layOut()).observe(view);
    this.#layOut();
  }

  /** Once the first page in view can be seen. */
  shown = (): Promise<void> => this.#draw(this.#anchor().index);

  zoom(by: Zoom): void {
    this.#zoom = zoomed(this.#zoom, by);
    this.#layOut(true);
  }

  resized(): void {
    this.#layOut(true);
  }

  go(index: number): void {
    const page = Math.max(0, Math.min(this.#pages.count - 1, index));
    this.#view.scrollTop = this.#tops[page]! - gap / 2;
  }

  /** Everything at its place, for another width, zoom, or size of a page; the reader stays where they are. */
  #layOut(always = false): void {
    const width = this.#view.clientWidth;
    if (width === 0 || (!always && width === this.#lastWidth)) return;
    this.#lastWidth = width;
    const anchor = this.#anchor();
    this.#pages.fit?.(width);
    for (const sheet of this.#sheets.values()) sheet.remove();
    this.#sheets.clear();
    this.#place();
    const index = Math.min(anchor.index, this.#pages.count - 1);
    if (anchor.index > 0 || anchor.part > 0)
      this.#view.scrollTop = this.#tops[index]! + anchor.part * this.#sizeOf(index).height;
    void this.#show();
  }

  #anchor(): Anchor {
    const { scrollTop, clientHeight } = this.#view;
    const index = Math.max(
      0,
      this.#tops.findLastIndex((top) => top <= scrollTop + clientHeight / 3),
    );
    const above = scrollTop - (this.#tops[index] ?? 0);
    return { index, part: this.#tops.length === 0 ? 0 : above / this.#sizeOf(index).height };
  }

  #place(): void {
    let top = gap;
    let widest = 0;
    this.#tops = [];
    for (let index = 0; index < this.#pages.count; index++) {
      const { width, height } = this.#sizeOf(index);
      this.#tops.push(top);
      top += height + gap;
      widest = Math.max(widest, width);
    }
    this.#ground.style.height = `${top}px`;
    this.#ground.style.width = `${Math.max(widest, this.#view.clientWidth)}px`;
  }

  /** As large as the window is wide, never larger than natural, times the zoom. */
  #factorOf(index: number): number {
    return Math.min(1, (this.#view.clientWidth - 2 * gap) / this.#pages.sizeOf(index).width) * this.#zoom;
  }

  #sizeOf(index: number): PageSize {
    const { width, height } = this.#pages.sizeOf(index);
    const factor = this.#factorOf(index);
    return { width: width * factor, height: height * factor };
  }

  #isNear(index: number): boolean {
    const { scrollTop, clientHeight } = this.#view;
    const top = this.#tops[index]!;
    return top < scrollTop + 2 * clientHeight && top + this.#sizeOf(index).height > scrollTop - clientHeight;
  }

  async #show(): Promise<void> {
    const { index: front } = this.#anchor();
    this.#moved(front, this.#pages.count);
    for (const [index, sheet] of this.#sheets)
      if (!this.#isNear(index)) {
        sheet.remove();
        this.#sheets.delete(index);
      }
    const near = [...this.#tops.keys()].filter((index) => this.#isNear(index));
    near.sort((one, other) => Math.abs(one - front) - Math.abs(other - front));
    for (const index of near) if (this.#tops.length > index && this.#isNear(index)) await this.#draw(index);
  }

  async #draw(index: number): Promise<void> {
    if (await this.#pages.prepare?.(index)) return this.#layOut(true); // it is of another size than was thought
    if (this.#sheets.has(index) || this.#tops[index] === undefined) return;
    const size = this.#sizeOf(index);
    const left = Math.max(gap, (this.#ground.offsetWidth - size.width) / 2);
    const label = `${this.#style.name} ${index + 1}/${this.#pages.count}`;
    const sheet = new Sheet(label, this.#tops[index]!, left, size);
    this.#sheets.set(index, sheet);
    this.#ground.append(sheet.element);
    await sheet.draw(this.#pages, index, this.#factorOf(index), this.#style);
  }
}
