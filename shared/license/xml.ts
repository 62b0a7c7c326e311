import { RightsError } from "../errors.js";

/** An element of a license: attributes, and either child elements or text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const maxDepth = 16;
const maxElements = 20_000;
const token = /<(\/?)([A-Za-z][A-Za-z0-9-]*)((?: [a-z][a-z-]*="[^"<>\n]*")*)(\/?)>|([^<>]+)/y;
const attribute = / ([a-z][a-z-]*)="([^"]*)"/g;
const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

export const malformed = (detail: string): RightsError =>
  new RightsError("license-malformed", `the license in this file is damaged: ${detail}`);

const unescapeXml = (text: string): string =>
  text.replace(/&[^;]{0,10};?/g, (entity) => {
    const char = entities[entity];
    if (char === undefined) throw malformed("an entity that has no place there");
    return char;
  });

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => Object.keys(entities).find((entity) => entities[entity] === char)!);

function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null);
  for (const [, name, value] of text.matchAll(attribute)) {
    if (name! in attributes) throw malformed("an attribute stands twice");
    attributes[name!] = unescapeXml(value!);
  }
  return attributes;
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

/**
 * The XML of licenses and no more of XML than that: elements, attributes in double quotes, text, four entities. No
 * comments, CDATA, processing instructions, DOCTYPE or namespaces: none of them has a token here. Text beside child
 * elements is refused, so that nothing signed goes unread.
 * @throws RightsError `license-malformed`.
 */
export function parseXml(text: string): XmlElement {
  const open: Open[] = [{ name: "", attributes: {}, children: [], text: "" }];
  let elements = 0;
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) throw malformed("it is not the XML of a license");
    const [, closing, name, attributes, empty, characters] = match;
    if (characters !== undefined) addText(open.at(-1)!, characters);
    else if (closing) close(open, name!, attributes! + empty!);
    else {
      if (++elements > maxElements || open.length > maxDepth) throw malformed("it is nested too deeply or too long");
      open.push({ name: name!, attributes: parseAttributes(attributes!), children: [], text: "" });
      if (empty) close(open, name!, "");
    }
  }
  const [root] = open;
  if (open.length !== 1 || root!.children.length !== 1 || root!.text !== "") throw malformed("it has no single root");
  return root!.children[0]!;
}

function addText(element: Open, characters: string): void {
  if (element.children.length > 0) throw malformed("text where none belongs");
  element.text += unescapeXml(characters);
}

function close(open: Open[], name: string, rest: string): void {
  const element = open.pop()!;
  if (element.name !== name || rest !== "" || open.length === 0) throw malformed("its elements do not match");
  const parent = open.at(-1)!;
  if (parent.text !== "") throw malformed("text where none belongs");
  parent.children.push(element);
}

/** Reads the children of one element in their order: each field exactly once, and nothing left over at the end. */
export class ElementReader {
  readonly #element: XmlElement;
  #next = 0;

  /** @param attributes - exactly the attributes the element must have; `null` leaves a value open. */
  constructor(element: XmlElement, name: string, attributes: Record<string, string | null> = {}) {
    checkTag(element, name, attributes);
    this.#element = element;
  }

  attribute(name: string): string {
    return this.#element.attributes[name]!;
  }

  #peek(name: string): XmlElement | null {
    const child = this.#element.children[this.#next];
    return child?.name === name ? child : null;
  }

  /** The next child, which must have this name and these attributes. */
  child(name: string, attributes: Record<string, string | null> = {}): ElementReader {
    const child = this.#peek(name);
    if (child === null) throw malformed(`${name} is missing or out of place`);
    this.#next++;
    return new ElementReader(child, name, attributes);
  }

  /** Like `child`, if the next one has this name and these attribute values; else `null`. */
  optional(name: string, attributes: Record<string, string | null> = {}): ElementReader | null {
    const child = this.#peek(name);
    if (child === null || !Object.entries(attributes).every(([key, v]) => v === null || child.attributes[key] === v))
      return null;
    return this.child(name, attributes);
  }

  /** The text of the next child. */
  text(name: string, attributes: Record<string, string | null> = {}): string {
    return this.child(name, attributes).ownText();
  }

  ownText(): string {
    if (this.#element.children.length > 0) throw malformed(`${this.#element.name} holds elements where a text belongs`);
    return this.#element.text;
  }

  end(): void {
    if (this.#next !== this.#element.children.length || this.#element.text !== "")
      throw malformed(`${this.#element.name} holds something that has no place there`);
  }
}

function checkTag(element: XmlElement, name: string, attributes: Record<string, string | null>): void {
  const wanted = Object.entries(attributes);
  const fits = wanted.every(
    ([key, value]) => key in element.attributes && (value ?? element.attributes[key]) === element.attributes[key],
  );
  if (element.name !== name || !fits || Object.keys(element.attributes).length !== wanted.length)
    throw malformed(`${name} is missing or out of place`);
}
