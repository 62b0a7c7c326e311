import { appendEdits, attributeOf, type Edit, type Element, type Tag } from "../markup.js";

/** What the marks of all three programs take of markup. */

/** More than any page has. */
export const maxElements = 1_000_000;

/** The value of an attribute whatever its prefix; `null` where there is none. */
export function valueOfAny(tag: Pick<Tag, "attributes">, local: string): string | null {
  const found = tag.attributes.find(({ name }) => name.slice(name.indexOf(":") + 1) === local && !/^xmlns/.test(name));
  return found === undefined ? null : attributeOf(tag, found.name);
}

export const isTrue = (value: string | null): boolean => value !== null && /^(?:1|true|on)$/.test(value);

/** Puts `addition` in front of everything in an element. */
export const prependEdits = (element: Element, addition: string): Edit[] =>
  element.isEmpty
    ? appendEdits(element, addition)
    : [{ start: element.innerStart, end: element.innerStart, text: addition }];

/** All elements in one, itself included. */
export function* withinElement(element: Element): Generator<Element> {
  yield element;
  for (const child of element.children) yield* withinElement(child);
}
