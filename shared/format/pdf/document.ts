import type { ByteSource, Bytes } from "../../bytes.js";
import { type Place, readSections, type Section } from "./cross-references.js";
import { type PdfObject, readObject, readRaw } from "./objects.js";
import { asText, pdfMalformed, pdfUnsupported } from "./pdf.js";
import { decodeStream } from "./streams.js";
import { countIn, type Dictionary, lookUp, parseValue, type Reference, skipSpace, type Value } from "./values.js";

/** How much of its end a PDF is looked for its last words in, as readers do. */
const tailBytes = 2048;

const isNull = (value: Value | null): boolean => value === null || (value.kind === "word" && value.text === "null");

/** A PDF as it is by its tables; nothing in it is guessed where they are wrong. */
export class PdfDocument {
  readonly source: ByteSource;
  /** Where the newest of its tables begins. */
  readonly newest: number;
  /** The newest first. */
  readonly sections: readonly Section[];

  private constructor(source: ByteSource, newest: number, sections: readonly Section[]) {
    this.source = source;
    this.newest = newest;
    this.sections = sections;
  }

  /** @throws RightsError `pdf-malformed`, `pdf-unsupported` for what is encrypted or begins with something else. */
  static async open(source: ByteSource): Promise<PdfDocument> {
    const head = asText(await source.read(0, Math.min(source.size, 8)));
    if (!head.startsWith("%PDF-")) throw pdfUnsupported("begins with something that is none");
    const from = Math.max(0, source.size - tailBytes);
    const tail = asText(await source.read(from, source.size - from));
    const last = /^startxref\s+(\d{1,15})\s+%%EOF/.exec(tail.slice(tail.lastIndexOf("startxref")));
    if (last === null) throw pdfMalformed("it has no end");
    const newest = Number(last[1]);
    const document = new PdfDocument(source, newest, await readSections(source, newest));
    if (document.sections.some(({ trailer }) => !isNull(lookUp(trailer, "Encrypt"))))
      throw pdfUnsupported("is encrypted; take that off with the program it comes from");
    return document;
  }

  get trailer(): Dictionary {
    return this.sections[0]!.trailer;
  }

  /** A number that no object has, whatever the tables say there are. */
  get nextNumber(): number {
    return Math.max(1, ...this.sections.map(({ trailer, next }) => Math.max(next, countIn(trailer, "Size") ?? 0)));
  }

  /** The object as it is by now; `null` where there is none. */
  async object({ object: number }: Pick<Reference, "object">): Promise<PdfObject | null> {
    const place = await this.#placeOf(number);
    if (place.in === "nowhere") return null;
    if (place.in === "stream") return this.#packed(number, place);
    return { ...(await readObject(this.source, place.offset, number)), generation: place.generation };
  }

  /** What a value stands for: itself, or the object it leads to. */
  async resolve(value: Value | null): Promise<Value | null> {
    for (let at = value, steps = 0; ; steps++) {
      if (at?.kind !== "reference") return isNull(at) ? null : at;
      if (steps > 8) throw pdfMalformed("its objects lead in a circle");
      at = (await this.object(at))?.value ?? null;
    }
  }

  async dictionary(value: Value | null): Promise<Dictionary | null> {
    const resolved = await this.resolve(value);
    return resolved?.kind === "dictionary" ? resolved : null;
  }

  /** What the stream of an object holds. */
  async content(object: PdfObject): Promise<Bytes> {
    const { value } = object;
    if (value.kind !== "dictionary") throw pdfMalformed("an object that should be a stream is none");
    const length = await this.resolve(lookUp(value, "Length"));
    if (length?.kind !== "number" || !Number.isSafeInteger(length.value) || length.value < 0)
      throw pdfMalformed("a stream does not say how long it is");
    return decodeStream(value, await readRaw(this.source, object, length.value));
  }

  /** What old programs are told is free can be in the section behind, which is not for them. */
  async #placeOf(number: number): Promise<Place> {
    for (const section of this.sections) {
      const place = await section.find(number);
      const isHidden = place?.in === "nowhere" && lookUp(section.trailer, "XRefStm") !== null;
      if (place !== null && !isHidden) return place;
    }
    return { in: "nowhere" };
  }

  async #packed(number: number, { stream, index }: { stream: number; index: number }): Promise<PdfObject> {
    const place = await this.#placeOf(stream);
    if (place.in !== "file") throw pdfMalformed("a stream of objects is not in the file");
    const object = await readObject(this.source, place.offset, stream);
    if (object.value.kind !== "dictionary") throw pdfMalformed("a stream of objects is none");
    const [first, count] = [countIn(object.value, "First") ?? 0, countIn(object.value, "N") ?? 0];
    const text = asText(await this.content(object));
    const numbers = text
      .slice(0, first)
      .trim()
      .split(/[\0\t\n\f\r ]+/);
    if (index >= count || Number(numbers[2 * index]) !== number)
      throw pdfMalformed("an object is not where its table says");
    const from = first + Number(numbers[2 * index + 1]);
    const own = text.slice(skipSpace(text, from));
    return { number, generation: 0, text: own, value: parseValue(own, 0), streamAt: null };
  }
}
