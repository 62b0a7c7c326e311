import type { Mark } from "../../marks.js";
import type { OfficePackage } from "../package.js";
import { addPart } from "../relationships.js";
import { spaceOf } from "./excel-page.js";
import {
  addPictures,
  type HeaderName,
  type HeaderPictures,
  headerPictures,
  type PicturePlace,
} from "./excel-pictures.js";
import { parseSheet } from "./excel-sheet.js";
import { pictureOn, sideForPicture } from "./excel-texts.js";
import { lineMetafile, type Size } from "./metafile.js";

/**
 * Watermarks of a workbook. Excel has none; a picture in the header that is as large as the page stands behind the cells, and is
 * seen where pages are: in the page layout, in the preview and in print.
 */
export class Watermarks {
  readonly #pkg: OfficePackage;
  readonly #mark: Mark;
  /** The picture's part for each size of page. */
  readonly #images = new Map<string, string>();
  #isShown = false;

  constructor(pkg: OfficePackage, mark: Mark) {
    this.#pkg = pkg;
    this.#mark = mark;
  }

  /** Whether any sheet has one. */
  get isShown(): boolean {
    return this.#isShown;
  }

  /** @returns `null` where a sheet has no place for it. */
  async for(sheet: string): Promise<SheetWatermark | null> {
    const pictures = await headerPictures(this.#pkg, sheet);
    return pictures && new SheetWatermark(pictures, (places) => this.#draw(sheet, pictures, places));
  }

  async #draw(sheet: string, pictures: HeaderPictures, places: readonly PicturePlace[]): Promise<void> {
    const size = spaceOf(parseSheet((await this.#pkg.text(sheet))!));
    await addPictures(this.#pkg, sheet, pictures, { places, image: await this.#image(size), size });
    this.#isShown = true;
  }

  async #image(size: Size): Promise<string> {
    const key = `${size.width} ${size.height}`;
    const known = this.#images.get(key);
    if (known !== undefined) return known;
    const part = this.#pkg.freeName("xl/media/watermark.emf");
    const { text, color, fontSize, layout } = this.#mark;
    const line = { text, color: lighter(color), fontSize, isRising: layout === "diagonal" };
    await addPart(this.#pkg, part, "image/x-emf", lineMetafile(line, size));
    this.#images.set(key, part);
    return part;
  }
}

/** The watermark of one sheet: first its code goes into the headers, then it is drawn where they have it. */
export class SheetWatermark {
  readonly #pictures: HeaderPictures;
  readonly #draw: (places: readonly PicturePlace[]) => Promise<void>;
  readonly #places: PicturePlace[] = [];

  constructor(pictures: HeaderPictures, draw: (places: readonly PicturePlace[]) => Promise<void>) {
    this.#pictures = pictures;
    this.#draw = draw;
  }

  /** What is to stand behind the text of a header. */
  additionTo(header: HeaderName, text: string): string {
    const side = sideForPicture(text, (one) => !this.#pictures.isTaken({ header, side: one }));
    if (side === null) return "";
    this.#places.push({ header, side });
    return pictureOn(side);
  }

  async draw(): Promise<void> {
    if (this.#places.length > 0) await this.#draw(this.#places);
  }
}

/** Half as dark, as a watermark in Word is: cells stand over it. */
const lighter = (color: string): string =>
  `#${[1, 3, 5].map((at) => ((Number.parseInt(color.slice(at, at + 2), 16) + 256) >> 1).toString(16)).join("")}`;
