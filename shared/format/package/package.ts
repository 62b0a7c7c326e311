import type { ByteSource } from "../../bytes.js";
import { readPart } from "../zip/content.js";
import { readZip, type ZipFile } from "../zip/read.js";
import { type NewZip, rewriteZip } from "../zip/write.js";
import { zipMalformed } from "../zip/zip.js";
import { decodePart, encodePart } from "./markup.js";

/** Of a part that is read whole. */
const maxPartBytes = 64 << 20;

/** An Office document of the newer kind: parts in a ZIP file, of which some are to be changed. */
export class OfficePackage {
  readonly zip: ZipFile;
  readonly #before = new Map<string, string>();
  /** By their names in lower case; `null`: no such part any more. */
  readonly #now = new Map<string, { name: string; text: string | null }>();

  private constructor(zip: ZipFile) {
    this.zip = zip;
  }

  /** @throws RightsError `office-malformed`, `office-unsupported`. */
  static async open(source: ByteSource): Promise<OfficePackage> {
    const zip = await readZip(source);
    if (zip.entry("[Content_Types].xml") === null || zip.entry("_rels/.rels") === null)
      throw zipMalformed("it is a ZIP file, but no Office document");
    return new OfficePackage(zip);
  }

  has(name: string): boolean {
    const now = this.#now.get(name.toLowerCase());
    return now === undefined ? this.zip.entry(name) !== null : now.text !== null;
  }

  /** A part as it is by now; `null` where there is none. */
  async text(name: string): Promise<string | null> {
    const key = name.toLowerCase();
    const now = this.#now.get(key);
    if (now !== undefined) return now.text;
    const before = this.#before.get(key);
    if (before !== undefined) return before;
    const entry = this.zip.entry(name);
    if (entry === null) return null;
    const text = decodePart(await readPart(this.zip, entry, maxPartBytes));
    this.#before.set(key, text);
    return text;
  }

  /** @param text - `null`: the part goes. */
  set(name: string, text: string | null): void {
    this.#now.set(name.toLowerCase(), { name, text });
  }

  /** `docMetadata/LabelInfo.xml`, or with a number where that is taken. */
  freeName(wanted: string): string {
    const dot = wanted.lastIndexOf(".");
    for (let n = 0; ; n++) {
      const name = n === 0 ? wanted : `${wanted.slice(0, dot)}${n}${wanted.slice(dot)}`;
      if (!this.has(name)) return name;
    }
  }

  /** Whether anything is another than before. */
  get isChanged(): boolean {
    return this.#changes().size > 0;
  }

  #changes() {
    const changed = [...this.#now].filter(([key, { name, text }]) =>
      text === null ? this.zip.entry(name) !== null : this.#before.get(key) !== text,
    );
    return new Map(changed.map(([, { name, text }]) => [name, text === null ? null : encodePart(text)]));
  }

  /** The document with what was changed. */
  rewritten(): Promise<NewZip> {
    return rewriteZip(this.zip, this.#changes());
  }
}
