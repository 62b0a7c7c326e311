import type { ByteSource, Bytes } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import { readPart } from "../zip/content.js";
import { readZip, type ZipFile } from "../zip/read.js";
import { type NewZip, rewriteZip } from "../zip/write.js";
import { zipMalformed } from "../zip/zip.js";
import { decodePart, encodePart } from "./markup.js";

/** Of a part that is read whole. */
const maxPartBytes = 64 << 20;
/** Of all of them: a small file may say that it has very much in it. */
const maxTextBytes = 128 << 20;

/** An Office document of the newer kind: parts in a ZIP file, of which some are to be changed. */
export class OfficePackage {
  readonly zip: ZipFile;
  readonly #before = new Map<string, string>();
  #textBytes = 0;
  /** By their names in lower case; `null`: no such part any more. */
  readonly #now = new Map<string, { name: string; content: string | Bytes | null }>();

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
    return now === undefined ? this.zip.entry(name) !== null : now.content !== null;
  }

  /** A part as it is by now; `null` where there is none. @throws RightsError `office-malformed`, `office-unsupported`. */
  async text(name: string): Promise<string | null> {
    const key = name.toLowerCase();
    const now = this.#now.get(key);
    if (now !== undefined) return now.content instanceof Uint8Array ? decodePart(now.content) : now.content;
    const before = this.#before.get(key);
    if (before !== undefined) return before;
    const entry = this.zip.entry(name);
    if (entry === null) return null;
    this.#textBytes += entry.bytes;
    if (this.#textBytes > maxTextBytes)
      throw new RightsError("office-unsupported", "this document has more in it than is read here");
    const text = decodePart(await readPart(this.zip, entry, maxPartBytes));
    this.#before.set(key, text);
    return text;
  }

  /** @param content - `null`: the part goes. */
  set(name: string, content: string | Bytes | null): void {
    this.#now.set(name.toLowerCase(), { name, content });
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
    const changed = [...this.#now].filter(([key, { name, content }]) =>
      content === null ? this.zip.entry(name) !== null : this.#before.get(key) !== content,
    );
    return new Map(
      changed.map(([, { name, content }]) => [name, typeof content === "string" ? encodePart(content) : content]),
    );
  }

  /** The document with what was changed. */
  rewritten(): Promise<NewZip> {
    return rewriteZip(this.zip, this.#changes());
  }
}
