import { drawPage } from "./draw-page.js";
import type { Pages } from "./pages.js";

/** CSS pixels. */
const width = 120;

/** The mark is smaller than on a page, as everything here is, yet large enough to be seen in a picture of it. */
const shownWidth = 2 * width;

export interface ThumbnailsOptions {
  readonly pages: Pages;
  readonly mark: readonly string[];
  /** Of the panel, for people who do not see it. */
  readonly label: string;
  /** Of the content. */
  readonly name: string;
  /** A page was picked, counted from 0. */
  readonly picked: (index: number) => void;
  /** A page turned out to be of another size than was thought. */
  readonly resized: () => void;
  readonly closed: () => void;
}

/** Small pictures of all pages, beside them or, on a phone, in front. Only those that can be seen are drawn and kept. */
export class Thumbnails {
  readonly element = document.createElement("nav");
  readonly #options: ThumbnailsOptions;
  readonly #buttons: readonly HTMLButtonElement[];
  readonly #wanted = new Set<number>();
  #isDrawing = false;
  #current = 0;

  constructor(options: ThumbnailsOptions) {
    this.#options = options;
    const { pages, label } = options;
    this.element.className = "thumbnails";
    this.element.setAttribute("aria-label", label);
    this.#buttons = Array.from({ length: pages.count }, (_one, index) => this.#button(index));
    this.element.append(...this.#buttons);
    this.element.addEventListener("keydown", (event) => this.#hear(event));
    const observer = new IntersectionObserver((seen) => this.#look(seen), { root: this.element, rootMargin: "25%" });
    for (const button of this.#buttons) observer.observe(button);
  }

  /** @param index - the page in front. */
  mark(index: number): void {
    const [before, now] = [this.#buttons[this.#current]!, this.#buttons[index]!];
    this.#current = index;
    before.tabIndex = -1;
    before.removeAttribute("aria-current");
    now.tabIndex = 0;
    now.setAttribute("aria-current", "page");
    if (!this.element.contains(document.activeElement)) now.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  focus(): void {
    this.#buttons[this.#current]!.focus();
  }

  #button(index: number): HTMLButtonElement {
    const { pages, name, picked } = this.#options;
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.setAttribute("aria-label", `${name} ${index + 1}/${pages.count}`);
    const number = document.createElement("span");
    number.textContent = String(index + 1);
    button.append(number);
    button.addEventListener("click", () => picked(index));
    this.#shape(button, index);
    return button;
  }

  #shape(button: HTMLButtonElement, index: number): void {
    const size = this.#options.pages.sizeOf(index);
    button.style.setProperty("--shape", String(Math.max(0.2, Math.min(5, size.width / size.height))));
  }

  #hear(event: KeyboardEvent): void {
    const last = this.#buttons.length - 1;
    const at = this.#buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: last }[
      event.key
    ];
    if (event.key === "Escape") this.#options.closed();
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.#buttons[Math.max(0, Math.min(last, to))]!.focus();
  }

  #look(seen: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) {
      const index = this.#buttons.indexOf(target as HTMLButtonElement);
      if (isIntersecting) this.#wanted.add(index);
      else this.#forget(index);
    }
    if (!this.#isDrawing) void this.#drawWanted();
  }

  #forget(index: number): void {
    this.#wanted.delete(index);
    const canvas = this.#buttons[index]!.querySelector("canvas");
    if (canvas === null) return;
    canvas.width = 0;
    canvas.remove();
  }

  /** One after the other, so that the pages themselves come first. */
  async #drawWanted(): Promise<void> {
    this.#isDrawing = true;
    for (let [next] = this.#wanted; next !== undefined; [next] = this.#wanted) {
      await this.#draw(next).catch(() => undefined); // one that cannot be drawn keeps its number
      this.#wanted.delete(next);
    }
    this.#isDrawing = false;
  }

  async #draw(index: number): Promise<void> {
    const { pages, mark, resized } = this.#options;
    if (await pages.prepare?.(index)) resized();
    const button = this.#buttons[index]!;
    this.#shape(button, index);
    const canvas = document.createElement("canvas");
    const size = pages.sizeOf(index);
    await drawPage(pages, mark, canvas, index, (width / size.width) * devicePixelRatio, shownWidth);
    if (!this.#wanted.has(index)) return; // it went out of sight meanwhile
    button.querySelector("canvas")?.remove();
    button.prepend(canvas);
  }
}
