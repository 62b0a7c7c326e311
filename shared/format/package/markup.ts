import { type Bytes, utf8 } from "../../bytes.js";
import { RightsError } from "../../errors.js";
import { zipMalformed } from "../zip/zip.js";

/**
 * The XML of Office documents, read with the places where everything stands, so that a part can be changed in one place and stays
 * as it was in all others. No DOCTYPE, and so no entities but the five of XML and characters by number.
 */

export interface Attribute {
  /** As it is written, with its prefix. */
  readonly name: string;
  /** As it is written, between the quotes. */
  readonly raw: string;
  /** From the space in front of it to behind its last quote. */
  readonly start: number;
  readonly end: number;
}

/** A tag as it stands in the text. */
export interface Tag {
  readonly kind: "open" | "close" | "empty";
  readonly name: string;
  readonly namespace: string;
  readonly local: string;
  readonly attributes: readonly Attribute[];
  readonly start: number;
  readonly end: number;
  /** How many elements it stands in. */
  readonly depth: number;
}

const maxDepth = 1000;
const maxAttributes = 500;
const nameAt = /[A-Za-z_\u0080-\uffff][\w.\-\u0080-\uffff]*(?::[A-Za-z_\u0080-\uffff][\w.\-\u0080-\uffff]*)?/y;
const attributeAt = /[ \t\r\n]+([A-Za-z_\u0080-\uffff][\w.:\-\u0080-\uffff]*)[ \t\r\n]*=[ \t\r\n]*(["'])/y;
const tagEndAt = /[ \t\r\n]*(\/?)>/y;
const byNumber = /^&#(?:([0-9]{1,7})|x([0-9a-fA-F]{1,6}));$/;
const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" };
/** What XML 1.0 has no way to say. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unspeakable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

export const markupMalformed = (detail: string): RightsError =>
  zipMalformed(`a part of it is no proper XML: ${detail}`);

/** A part as text. What stands in front of it (a byte order mark) stays in the text. @throws RightsError `office-unsupported`. */
export function decodePart(bytes: Bytes): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new RightsError("office-unsupported", "a part of this document is not written in UTF-8", { cause });
  }
  const declared = /^\ufeff?<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1] ?? "utf-8";
  if (/^(?:utf-8|us-ascii)$/i.test(declared)) return text;
  throw new RightsError("office-unsupported", "a part of this document is not written in UTF-8");
}

/** The text that an attribute or element stands for. @throws RightsError `office-malformed`. */
export const unescapeMarkup = (raw: string): string =>
  raw.replace(/&[^;]{0,10};?/g, (entity) => {
    const known = entities[entity];
    if (known !== undefined) return known;
    const [, decimal, hexadecimal] = byNumber.exec(entity) ?? [];
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal ?? "", 16);
    if (!(code <= 0x10_ffff)) throw markupMalformed("an entity that has no place there");
    return String.fromCodePoint(code);
  });

/** Also for attributes in double quotes. What XML cannot say is left out. */
export const escapeMarkup = (text: string): string =>
  text
    .replace(unspeakable, "")
    .replace(/[&<>"]/g, (char) => Object.keys(entities).find((entity) => entities[entity] === char)!)
    .replace(/[\t\r\n]/g, (char) => `&#${char.charCodeAt(0)};`);

const others = [
  ["<!--", "-->"],
  ["<?", "?>"],
  ["<![CDATA[", "]]>"],
] as const;

/** Behind what is no element: comments, instructions, character data. `null` where an element begins. */
function behindOther(text: string, start: number): number | null {
  const next = text.charAt(start + 1);
  if (next !== "!" && next !== "?") return null;
  for (const [from, to] of others) {
    if (!text.startsWith(from, start)) continue;
    const end = text.indexOf(to, start + from.length);
    if (end < 0) throw markupMalformed("something in it has no end");
    return end + to.length;
  }
  throw markupMalformed("it has a DOCTYPE, which no document needs");
}

function attributesAt(text: string, start: number): { attributes: Attribute[]; end: number } {
  const attributes: Attribute[] = [];
  let at = start;
  for (;;) {
    attributeAt.lastIndex = at;
    const match = attributeAt.exec(text);
    if (match === null) return { attributes, end: at };
    const [, name, quote] = match as unknown as [string, string, string];
    const end = text.indexOf(quote, attributeAt.lastIndex);
    if (end < 0) throw markupMalformed("a value has no end");
    const raw = text.slice(attributeAt.lastIndex, end);
    if (raw.includes("<") || attributes.length >= maxAttributes || attributes.some((one) => one.name === name))
      throw markupMalformed("an attribute stands twice, or is none");
    attributes.push({ name, raw, start: at, end: end + 1 });
    at = end + 1;
  }
}

const declares = ({ name }: Attribute): boolean => name === "xmlns" || name.startsWith("xmlns:");

const outermost = new Map([["xml", "http://www.w3.org/XML/1998/namespace"]]);

/** What prefixes mean, from the outermost element on. */
class Scopes {
  readonly #scopes: Map<string, string>[] = [];

  enter(attributes: readonly Attribute[]): void {
    const outer = this.#scopes.at(-1) ?? outermost;
    if (!attributes.some(declares)) return void this.#scopes.push(outer);
    const inner = new Map(outer);
    for (const { name, raw } of attributes.filter(declares))
      inner.set(name === "xmlns" ? "" : name.slice(6), unescapeMarkup(raw));
    this.#scopes.push(inner);
  }

  leave(): void {
    this.#scopes.pop();
  }

  resolve(prefix: string): string {
    const namespace = this.#scopes.at(-1)?.get(prefix);
    if (namespace === undefined && prefix !== "") throw markupMalformed("a prefix means nothing");
    return namespace ?? "";
  }
}

/**
 * The tags of a part in their order; what is written about one element closes before its parent does, and there is one
 * outermost element. @throws RightsError `office-malformed`.
 */
export function* tagsOf(text: string): Generator<Tag> {
  const open: string[] = [];
  const scopes = new Scopes();
  let roots = 0;
  for (let at = text.indexOf("<"); at >= 0; ) {
    const other = behindOther(text, at);
    if (other === null) {
      const tag = tagAt(text, at, open, scopes);
      if (tag.depth === 0 && tag.kind !== "close" && ++roots > 1) throw markupMalformed("it has two roots");
      yield tag;
      at = text.indexOf("<", tag.end);
    } else at = text.indexOf("<", other);
  }
  if (open.length > 0 || roots === 0) throw markupMalformed("it ends too early");
}

function tagAt(text: string, start: number, open: string[], scopes: Scopes): Tag {
  const isClose = text.charAt(start + 1) === "/";
  nameAt.lastIndex = start + (isClose ? 2 : 1);
  const name = nameAt.exec(text)?.[0];
  if (name === undefined) throw markupMalformed("a tag has no name");
  const { attributes, end: attributesEnd } = attributesAt(text, nameAt.lastIndex);
  tagEndAt.lastIndex = attributesEnd;
  const ending = tagEndAt.exec(text);
  if (ending === null) throw markupMalformed("a tag has no end");
  const isEmpty = ending[1] === "/";
  const end = tagEndAt.lastIndex;
  if (isClose) {
    if (open.pop() !== name || isEmpty || attributes.length > 0) throw markupMalformed("its elements do not match");
  } else scopes.enter(attributes);
  const colon = name.indexOf(":");
  const namespace = scopes.resolve(name.slice(0, Math.max(0, colon)));
  const depth = open.length;
  if (isClose || isEmpty) scopes.leave();
  else if (open.push(name) > maxDepth) throw markupMalformed("it is nested too deeply");
  const kind = isClose ? "close" : isEmpty ? "empty" : "open";
  return { kind, name, namespace, local: name.slice(colon + 1), attributes, start, end, depth };
}

/** The value of an attribute without a prefix, or as `name` writes it; `null` where there is none. */
export function attributeOf({ attributes }: Pick<Tag, "attributes">, name: string): string | null {
  const raw = attributes.find((one) => one.name === name)?.raw;
  return raw === undefined ? null : unescapeMarkup(raw);
}

/** An element with the places where it stands. */
export interface Element {
  readonly name: string;
  readonly local: string;
  readonly namespace: string;
  readonly attributes: readonly Attribute[];
  readonly children: readonly Element[];
  readonly start: number;
  /** Behind its first tag, and in front of its last; where it is one tag, both are behind it. */
  readonly innerStart: number;
  readonly innerEnd: number;
  readonly end: number;
  readonly isEmpty: boolean;
}

/** @param maxElements - more are refused. @throws RightsError `office-malformed`. */
export function parseMarkup(text: string, maxElements = 100_000): Element {
  type Building = { -readonly [K in keyof Element]: Element[K] } & { children: Element[] };
  const open: Building[] = [];
  let root: Building | null = null;
  let count = 0;
  for (const { kind, start, end, name, local, namespace, attributes } of tagsOf(text)) {
    if (kind === "close") {
      const closed = open.pop()!;
      [closed.innerEnd, closed.end] = [start, end];
      continue;
    }
    if (++count > maxElements) throw markupMalformed("it is longer than any");
    const isEmpty = kind === "empty";
    const inner = { innerStart: end, innerEnd: end };
    const element: Building = { name, local, namespace, attributes, children: [], start, ...inner, end, isEmpty };
    open.at(-1)?.children.push(element);
    root ??= element;
    if (!isEmpty) open.push(element);
  }
  return root!;
}

/** The text of an element that holds nothing but text. */
export function textOf(text: string, { innerStart, innerEnd, children }: Element): string {
  if (children.length > 0) return "";
  const pieces = text.slice(innerStart, innerEnd).split(/(<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>)/s);
  return pieces
    .map((piece) => {
      if (piece.startsWith("<![CDATA[")) return piece.slice(9, -3);
      return piece.startsWith("<") ? "" : unescapeMarkup(piece);
    })
    .join("");
}

export const childrenOf = (element: Element, namespaces: readonly string[], local: string): Element[] =>
  element.children.filter((child) => child.local === local && namespaces.includes(child.namespace));

/** What is to stand between two places of a text instead of what is there. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** All at once; their places do not overlap. Those at one place keep their order. */
export function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return parts.join("") + text.slice(at);
}

/** How an element that was one tag is closed once something stands in it: by this, it is known to have been one. */
export const closing = (name: string): string => `</${name} >`;

/** Puts `addition` behind everything in an element. */
export const appendEdits = (element: Element, addition: string): Edit[] =>
  element.isEmpty
    ? [{ start: element.end - 2, end: element.end, text: `>${addition}${closing(element.name)}` }]
    : [{ start: element.innerEnd, end: element.innerEnd, text: addition }];

/** Whether an element was one tag before something was put into it. */
export const wasOneTag = (text: string, { name, innerEnd, end, isEmpty }: Element): boolean =>
  !isEmpty && text.slice(innerEnd, end) === closing(name);

/** The inverse of `appendEdits`: what was one tag before, and has nothing in it any more, becomes one again. */
export function collapsed(text: string): string {
  const root = parseMarkup(text);
  if (!wasOneTag(text, root) || root.innerStart !== root.innerEnd) return text;
  return edited(text, [{ start: root.innerStart - 1, end: root.end, text: "/>" }]);
}

/** The prefix that an element is written with, and its colon: for others beside or in it. */
export const prefixOf = ({ name }: Pick<Element, "name">): string => name.slice(0, name.indexOf(":") + 1);

export const encodePart = (text: string): Bytes => utf8(text);
