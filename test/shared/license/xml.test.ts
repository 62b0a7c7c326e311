import fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import { ElementReader, escapeXml, parseXml, type XmlElement } from "../../../shared/license/xml.js";
import { vectorFile } from "../../vectors.js";

/** The same text through a complete XML parser. */
function parseWithSaxes(text: string): XmlElement {
  type Open = { name: string; attributes: Record<string, string>; children: Open[]; text: string };
  const open: Open[] = [{ name: "", attributes: {}, children: [], text: "" }];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: { ...(attributes as Record<string, string>) }, children: [], text: "" };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => void open.pop());
  parser.on("text", (piece) => {
    open.at(-1)!.text += piece;
  });
  parser.write(text).close();
  expect(open).toHaveLength(1);
  expect(open[0]!.children).toHaveLength(1);
  return open[0]!.children[0]!;
}

const plain = (element: XmlElement): unknown => ({
  ...element,
  attributes: { ...element.attributes },
  children: element.children.map(plain),
});

function accepted(text: string): XmlElement | null {
  try {
    return parseXml(text);
  } catch (error) {
    expect(error).toBeInstanceOf(RightsError);
    return null;
  }
}

/** What ours takes, saxes takes too and sees the same in it. @returns whether ours took it. */
function agrees(text: string): boolean {
  const ours = accepted(text);
  if (ours !== null) expect(plain(parseWithSaxes(text)), text).toEqual(plain(ours));
  return ours !== null;
}

const pieces = fc.constantFrom(
  ...'<A> </A> <A/> <B> </B> <A b="c"> <A b="c" d="e"/> <A b=\'c\'> < > / & " = &amp; &lt; &gt; &quot; &apos; &#65; ]]> <!-- --> <![CDATA[ <?x ?> <!DOCTYPE A> xmlns="" xml:a="b" a:b A b text'.split(
    " ",
  ),
  " ",
  "\n",
);
const element: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc
    .tuple(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,6}$/),
      fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z-]{0,5}$/), fc.string()), {
        selector: ([name]) => name,
        maxLength: 3,
      }),
      fc.oneof({ depthSize: "small" }, fc.string(), fc.array(tie("node"), { maxLength: 3 })),
    )
    .map(([name, attributes, inner]) => {
      const clean = (text: string) => escapeXml(text.replace(/[^\x20-\x7e]/g, "?"));
      const tag = name + attributes.map(([key, value]) => ` ${key}="${clean(value)}"`).join("");
      return `<${tag}>${typeof inner === "string" ? clean(inner) : inner.join("")}</${name}>`;
    }),
})).node;

describe("what ours accepts, a complete parser sees in the same way", () => {
  it("all documents of the worked example", () => {
    for (const file of ["slc", "rac", "clc", "ul", "pl"]) {
      const text = new TextDecoder().decode(vectorFile(`encodings/${file}.xml`));
      for (const [body] of text.matchAll(/<BODY .*?<\/BODY>/gs)) expect(agrees(body)).toBe(true);
    }
  });

  it("well-formed trees", () => {
    fc.assert(fc.property(element, agrees), { numRuns: 300 });
  });

  it("heaps of pieces", () => {
    let taken = 0;
    const heap = fc.array(pieces, { minLength: 1, maxLength: 8 }).map((parts) => `<A>${parts.join("")}</A>`);
    fc.assert(
      fc.property(heap, (text) => {
        if (agrees(text)) taken++;
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  it("trees with a piece put in, or a letter out", () => {
    const mutated = fc.tuple(element, fc.nat(), pieces, fc.boolean()).map(([text, at, piece, cut]) => {
      const where = at % text.length;
      return text.slice(0, where) + (cut ? "" : piece) + text.slice(where + (cut ? 1 : 0));
    });
    fc.assert(
      fc.property(mutated, (text) => void agrees(text)),
      { numRuns: 3000 },
    );
  });

  it.each([
    "<A>]]></A>",
    '<A b="1\n2"/>',
    "<A>\n<B/></A>",
    "<A><B/>x</A>",
    "<A/><A/>",
    "<A/>x",
    "x<A/>",
    "<A",
    "<A>",
    "</A>",
    "",
    "<A ></A>",
    "<A></A >",
    "<A></A/>",
    '<A></A b="c">',
    '<A b="c"  d="e"/>',
    "<A>&amp</A>",
    "<A>&AMP;</A>",
    "<a:b/>",
    "<1/>",
  ])("%j is refused", (text) => expect(accepted(text)).toBeNull());
});

describe("reading fields in order", () => {
  const reader = (text: string) => new ElementReader(parseXml(text), "A");
  it("leaves nothing unread", () => {
    expect(() => reader("<A>text</A>").end()).toThrow(RightsError);
    expect(() => reader("<A><B/></A>").end()).toThrow(RightsError);
    expect(reader("<A/>").end()).toBeUndefined();
  });

  it("takes no attribute it was not told of, and none away", () => {
    expect(() => reader('<A b="c"/>')).toThrow(RightsError);
    expect(() => reader("<A><B/></A>").child("B", { c: null })).toThrow(RightsError);
    expect(() => reader('<A><B c="d"/></A>').child("B", { c: "e" })).toThrow(RightsError);
    expect(reader('<A><B c="d"/></A>').child("B", { c: null }).attribute("c")).toBe("d");
  });

  it("tells a missing optional child from one with more attributes", () => {
    expect(reader("<A/>").optional("B")).toBeNull();
    expect(() => reader('<A><B c="d"/></A>').optional("B")).toThrow(RightsError);
  });
});

it("escapes what it reads back", () => {
  const ascii = fc.string().map((text) => text.replace(/[^\x20-\x7e]/g, "&"));
  fc.assert(fc.property(ascii, (text) => parseXml(`<A>${escapeXml(text)}</A>`).text === text));
  expect(utf8(escapeXml('<&">')).length).toBe(19);
});
