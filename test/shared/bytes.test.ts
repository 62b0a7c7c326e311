import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, fromBase64, toBase64, utf16le } from "../../shared/bytes.js";

const text = (base64: string): Bytes | "refused" => {
  try {
    return fromBase64(base64, "license-malformed");
  } catch {
    return "refused";
  }
};

/** Node's own reader takes every spelling there is: ours takes those that it writes. */
function expected(base64: string): Bytes | "refused" {
  const bytes = Buffer.from(base64, "base64");
  return bytes.toString("base64") === base64 ? new Uint8Array(bytes) : "refused";
}

describe("base64", () => {
  it("is written as Node writes it, and read back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (given) => {
        const bytes = new Uint8Array(given);
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(text(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it("has one spelling for each value, whatever the text", () => {
    const near = fc.string({ unit: fc.constantFrom(..."ABQgw19+/=-_ \n\u0100é"), maxLength: 9 });
    fc.assert(
      fc.property(near, (base64) => {
        expect(text(base64)).toEqual(expected(base64));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(["AB==", "AAB=", "AA", "AA=A", "=AAA", "A===", "====", "AAAA=", "AA\n==", " AAA", "AA-_", "ŁAAA", "AAA\0"])(
    "%j is refused",
    (base64) => expect(text(base64)).toBe("refused"),
  );
});

it("UTF-16 with the low byte first is what Node writes, ASCII or not", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (any) => {
      expect(utf16le(any)).toEqual(new Uint8Array(Buffer.from(any, "utf16le")));
    }),
  );
});
