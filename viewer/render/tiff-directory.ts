import type { ByteSource, Bytes } from "../../shared/bytes.js";
import type { CannotShow } from "./protocol.js";

/**
 * The directories of a TIFF (TIFF 6.0, sections 2 to 15), walked before anything is decoded: each length, count and offset in
 * them is its author's word.
 */

/** More pages than a scanner's stack. */
const maxPages = 1000;
const maxEntries = 256;
/** An A4 page at 600 dots per inch has 35 million. */
const maxPixels = 40_000_000;
const maxSide = 32_767;
const maxValueBytes = 1 << 20;

/** Why a TIFF is not shown. */
export class CannotDraw extends Error {
  readonly why: CannotShow;

  constructor(why: CannotShow, message: string) {
    super(message);
    this.why = why;
  }
}

export const unsuitable = (message: string): CannotDraw => new CannotDraw("unsuitable", message);
const tooLarge = (message: string): CannotDraw => new CannotDraw("too-large", message);

/** One entry: where its values are, not yet read. */
interface Entry {
  readonly width: number;
  readonly count: number;
  readonly inline: DataView;
}

/** Bytes to a value: BYTE, SHORT, LONG. No other types matter for what is drawn here. */
const widths: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 };

export const tags = { subfile: 254, width: 256, height: 257 } as const;

/** One page: its size, and what else its directory says. */
export class TiffPage {
  readonly width: number;
  readonly height: number;
  readonly #source: ByteSource;
  readonly #isLittle: boolean;
  readonly #entries: ReadonlyMap<number, Entry>;

  constructor(source: ByteSource, isLittle: boolean, entries: ReadonlyMap<number, Entry>) {
    this.#source = source;
    this.#isLittle = isLittle;
    this.#entries = entries;
    this.width = this.#first(tags.width);
    this.height = this.#first(tags.height);
    if (this.width < 1 || this.height < 1) throw unsuitable("a page has no size");
    if (Math.max(this.width, this.height) > maxSide || this.width * this.height > maxPixels)
      throw tooLarge("a page has more pixels than are drawn here");
  }

  get isLittle(): boolean {
    return this.#isLittle;
  }

  /** Whether it is a smaller picture or the mask of another page. */
  get isBeside(): boolean {
    return this.#entries.has(tags.subfile) && (this.#first(tags.subfile) & 5) !== 0;
  }

  /** @returns `otherwise` where the page does not say. @throws CannotDraw for values outside of the file, or too many. */
  async values(tag: number, otherwise: readonly number[] = []): Promise<readonly number[]> {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return otherwise;
    const { width, count, inline } = entry;
    if (count * width > maxValueBytes) throw tooLarge("a page says more of itself than is read here");
    if (count * width <= 4) return numbersIn(inline, entry, this.#isLittle);
    const bytes = await readInside(this.#source, inline.getUint32(0, this.#isLittle), count * width);
    return numbersIn(viewOf(bytes), entry, this.#isLittle);
  }

  /** Bytes at a place the page names. @throws CannotDraw outside of the file. */
  bytes = (offset: number, length: number): Promise<Bytes> => readInside(this.#source, offset, length);

  #first(tag: number): number {
    const entry = this.#entries.get(tag);
    if (entry === undefined || entry.count !== 1) throw unsuitable("a page does not say its size");
    return numbersIn(entry.inline, entry, this.#isLittle)[0]!;
  }
}

/** @returns the pages, one at least. @throws CannotDraw for loops, too many pages, and whatever is outside of the file. */
export async function readPages(source: ByteSource): Promise<readonly TiffPage[]> {
  const head = viewOf(await readInside(source, 0, 8));
  const isLittle = head.getUint16(0) === 0x4949;
  if (head.getUint16(2, isLittle) !== 42) throw unsuitable("this is no TIFF as it is read here");
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  for (let at = head.getUint32(4, isLittle); at !== 0; ) {
    if (seen.has(at)) throw unsuitable("its pages lead in a circle");
    if (seen.add(at).size > maxPages) throw tooLarge("it has more pages than are shown here");
    const { entries, next } = await readDirectory(source, at, isLittle);
    const page = new TiffPage(source, isLittle, entries);
    if (!page.isBeside) pages.push(page);
    at = next;
  }
  if (pages.length === 0) throw unsuitable("it has no page");
  return pages;
}

async function readDirectory(source: ByteSource, at: number, isLittle: boolean) {
  const count = viewOf(await readInside(source, at, 2)).getUint16(0, isLittle);
  if (count > maxEntries) throw unsuitable("a page says more of itself than is read here");
  const view = viewOf(await readInside(source, at + 2, 12 * count + 4));
  const entries = new Map<number, Entry>();
  for (let start = 0; start < 12 * count; start += 12) {
    const width = widths[view.getUint16(start + 2, isLittle)];
    const inline = new DataView(view.buffer, view.byteOffset + start + 8, 4);
    if (width !== undefined)
      entries.set(view.getUint16(start, isLittle), { width, count: view.getUint32(start + 4, isLittle), inline });
  }
  return { entries, next: view.getUint32(12 * count, isLittle) };
}

async function readInside(source: ByteSource, offset: number, length: number): Promise<Bytes> {
  if (offset + length > source.size) throw unsuitable("it leads outside of itself");
  return source.read(offset, length);
}

const viewOf = ({ buffer, byteOffset, byteLength }: Bytes): DataView => new DataView(buffer, byteOffset, byteLength);

function numbersIn(view: DataView, { width, count }: Entry, isLittle: boolean): number[] {
  const read = { 1: "getUint8", 2: "getUint16", 4: "getUint32" }[width] as "getUint16";
  return Array.from({ length: count }, (_one, at) => view[read](at * width, isLittle));
}
