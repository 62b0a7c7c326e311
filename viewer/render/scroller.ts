import { drawPage } from "./draw-page.js";
import type { PageSize, Pages } from "./pages.js";
import { type View, type Zoom, zoomed } from "./view.js";

const gap = 16;

/** Pages below each other. Only what can be seen, and a page more to both sides, is drawn and kept. */
export class Scroller implements View {
  readonly #pages: Pages;
  readonly #mark: readonly string[];
  readonly #name: string;
  readonly #view: HTMLElement;
  readonly #ground = document.createElement("div");
  readonly #drawn = new Map<number, HTMLCanvasElement>();
  #zoom = 1;
  #tops: number[] = [];
  #lastWidth = 0;

  constructor(view: HTMLElement, pages: Pages, about: { mark: readonly string[]; name: string }) {
    this.#view = view;
    this.#pages = pages;
    this.#mark = about.mark;
    this.#name = about.name;
    this.#ground.className = "ground";
    view.append(this.#ground);
    view.addEventListener("scroll", () => void this.#show(), { passive: true });
    new ResizeObserver(() => this.#layOut()).observe(view);
    this.#layOut();
  }

  /** Once the pages in view can be seen. */
  shown = (): Promise<void> => this.#show();

  zoom(by: Zoom): void {
    this.#zoom = zoomed(this.#zoom, by);
    this.#layOut(true);
  }

  /** Content changed, or another width: everything at its place again, and what was in the middle stays there. */
  #layOut(always = false): void {
    const width = this.#view.clientWidth;
    if (width === 0 || (!always && width === this.#lastWidth)) return;
    this.#lastWidth = width;
    const before = this.#ground.offsetHeight;
    const middle = before === 0 ? 0 : (this.#view.scrollTop + this.#view.clientHeight / 2) / before;
    this.#pages.fit?.(width);
    for (const canvas of this.#drawn.values()) canvas.remove();
    this.#drawn.clear();
    this.#place();
    if (middle > 0) this.#view.scrollTop = middle * this.#ground.offsetHeight - this.#view.clientHeight / 2;
    void this.#show();
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
  #sizeOf(index: number): PageSize {
    const { width, height } = this.#pages.sizeOf(index);
    const factor = Math.min(1, (this.#view.clientWidth - 2 * gap) / width) * this.#zoom;
    return { width: width * factor, height: height * factor };
  }

  async #show(): Promise<void> {
    const { scrollTop, clientHeight } = this.#view;
    const isNear = (index: number) => {
      const top = this.#tops[index]!;
      return top < scrollTop + 2 * clientHeight && top + this.#sizeOf(index).height > scrollTop - clientHeight;
    };
    for (const [index, canvas] of this.#drawn)
      if (!isNear(index)) {
        canvas.remove();
        this.#drawn.delete(index);
      }
    const near = this.#tops.map((_top, index) => index).filter((index) => isNear(index) && !this.#drawn.has(index));
    for (const index of near) this.#drawn.set(index, this.#canvasFor(index));
    for (const index of near) await this.#draw(index);
  }

  #canvasFor(index: number): HTMLCanvasElement {
    const { width, height } = this.#sizeOf(index);
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${this.#name} ${index + 1}/${this.#pages.count}`);
    Object.assign(canvas.style, {
      top: `${this.#tops[index]}px`,
      left: `${Math.max(gap, (this.#ground.offsetWidth - width) / 2)}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    this.#ground.append(canvas);
    return canvas;
  }

  async #draw(index: number): Promise<void> {
    const canvas = this.#drawn.get(index);
    if (canvas === undefined) return; // scrolled past meanwhile
    const { width } = this.#sizeOf(index);
    await drawPage(
      this.#pages,
      this.#mark,
      canvas,
      index,
      (width / this.#pages.sizeOf(index).width) * devicePixelRatio,
    );
  }
}
