import { closing, type Edit, escapeMarkup, type Tag, tagsOf } from "../markup.js";
import { isTrue, valueOfAny } from "./elements.js";

/** Which headers and footers the sections of a Word document have (ISO/IEC 29500-1, 17.6 and 17.10). */

export type Place = "header" | "footer";
/** first: of the first page of a section. even: of pages with even numbers. */
export type Page = "default" | "first" | "even";

interface Reference {
  readonly place: Place;
  readonly page: Page;
  /** Of the relationship that leads to it. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

export interface Section {
  readonly tag: Tag;
  /** Behind its last tag. */
  readonly end: number;
  readonly references: readonly Reference[];
  /** Whether its first page has a header of its own. */
  readonly hasTitlePage: boolean;
  /** What else stands in it, in elements. */
  readonly others: number;
}

const wordNamespaces = [
  "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
  "http://purl.oclc.org/ooxml/wordprocessingml/main",
];
export const isWord = ({ namespace }: Pick<Tag, "namespace">): boolean => wordNamespaces.includes(namespace);

/** The sections in their order, and where a last one is to be put that the document does without. */
export function sectionsOf(text: string): { sections: Section[]; bodyEnd: number | null; namespace: string } {
  const sections: Section[] = [];
  let [bodyEnd, namespace]: [number | null, string] = [null, ""];
  let open: Building | null = null;
  for (const tag of tagsOf(text)) {
    if (tag.depth === 0 && tag.kind !== "close") namespace = tag.namespace;
    if (tag.kind === "close" && tag.local === "body" && tag.depth === 1) bodyEnd = tag.start;
    if (open === null) {
      if (tag.local !== "sectPr" || !isWord(tag) || tag.kind === "close") continue;
      open = new Building(tag);
      if (tag.kind === "open") continue;
    } else open.take(tag);
    if (tag.depth !== open.tag.depth) continue;
    sections.push(open.finished(tag.end));
    open = null;
  }
  return { sections, bodyEnd, namespace };
}

/** A section while its tags go by; what stands in what stands in it, as of changes that were made to it, counts for nothing. */
class Building {
  readonly tag: Tag;
  readonly #references: Reference[] = [];
  #hasTitlePage = false;
  #others = 0;

  constructor(tag: Tag) {
    this.tag = tag;
  }

  take(tag: Tag): void {
    if (tag.depth !== this.tag.depth + 1 || tag.kind === "close") return;
    const place = { headerReference: "header", footerReference: "footer" }[tag.local] as Place | undefined;
    if (place === undefined) this.#others++;
    else
      this.#references.push({
        place,
        page: pageOf(tag),
        id: valueOfAny(tag, "id") ?? "",
        start: tag.start,
        end: tag.end,
      });
    if (tag.local === "titlePg") this.#hasTitlePage = isTrue(valueOfAny(tag, "val") ?? "1");
  }

  finished(end: number): Section {
    const { tag } = this;
    return { tag, end, references: this.#references, hasTitlePage: this.#hasTitlePage, others: this.#others };
  }
}

function pageOf(tag: Tag): Page {
  const type = valueOfAny(tag, "type");
  return type === "first" || type === "even" ? type : "default";
}

/** A section that was made here is spelled so: it goes with the last thing that was put into it. */
const ownSection = /^<w:sectPr xmlns:w="[^"]*" >.*<\/w:sectPr>$/s;

const relationships: Readonly<Record<string, string>> = {
  [wordNamespaces[0]!]: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
  [wordNamespaces[1]!]: "http://purl.oclc.org/ooxml/officeDocument/relationships",
};
/** What types of relationships begin with, in a document of that namespace. */
export const relationshipsIn = (namespace: string): string =>
  relationships[namespace] ?? relationships[wordNamespaces[0]!]!;

export const encodeReference = (namespace: string, place: Place, page: Page, id: string): string =>
  `<w:${place}Reference xmlns:w="${namespace}" xmlns:r="${relationshipsIn(namespace)}" w:type="${page}" r:id="${escapeMarkup(id)}"/>`;

/** Puts references in front of all else in a section. */
export function referenceEdit({ tag }: Section, references: string): Edit {
  if (tag.kind === "open") return { start: tag.end, end: tag.end, text: references };
  return { start: tag.end - 2, end: tag.end, text: `>${references}${closing(tag.name)}` };
}

/** A section at the end of a document that had none. */
export const sectionEdit = (bodyEnd: number, namespace: string, references: string): Edit => ({
  start: bodyEnd,
  end: bodyEnd,
  text: `<w:sectPr xmlns:w="${namespace}" >${references}</w:sectPr>`,
});

/** Takes references out again, and what was made for them. @param goes - by their ids. */
export function withoutReferences(text: string, sections: readonly Section[], goes: ReadonlySet<string>): Edit[] {
  return sections.flatMap((section) => {
    const { tag, end, references, others } = section;
    const gone = references.filter(({ id }) => goes.has(id));
    const isEmptied = gone.length > 0 && gone.length === references.length && others === 0;
    const inner = text.slice(tag.start, end);
    if (isEmptied && ownSection.test(inner)) return [{ start: tag.start, end, text: "" }];
    if (isEmptied && inner.endsWith(closing(tag.name))) return [{ start: tag.end - 1, end, text: "/>" }];
    return gone.map((one) => ({ start: one.start, end: one.end, text: "" }));
  });
}
