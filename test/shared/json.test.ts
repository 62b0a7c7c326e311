import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, utf8 } from "../../shared/bytes.js";
import { parseJson } from "../../shared/json.js";
import { outcome } from "../vectors.js";

const codeOf = (bytes: Uint8Array<ArrayBuffer>) => outcome((async () => parseJson(bytes, "policy-malformed"))());

describe("I-JSON", () => {
  it.each([
    ['{"a":1,"b":2}'],
    ['{"a":{"a":1},"b":{"a":1}}'],
    ['[{"a":1},{"a":1}]'],
    ['{"a":["a","a"],"b":"a"}'],
    ['{"a":"b","b":"a"}'],
    ['{"":1," ":2}'],
    ['{"a\\u0062":1,"b":2}'],
    ['{"__proto__":1,"constructor":2}'],
    ['"\\ud83d\\ude00 😀"'],
    ['{"a":"{\\"a\\":1,\\"a\\":2}"}'],
    [' \t\r\n{ "a" : [ ] } '],
    ["null"],
  ])("%s", async (text) => {
    expect(await codeOf(utf8(text))).toBe("success");
    expect(parseJson(utf8(text), "internal")).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"a":1,"a":1}'],
    ['{"a":1,"b":{"c":[{"d":1,"d":2}]}}'],
    ['{"a":{"b":1},"a":2}'],
    ['{"a":[1,{}],"a":2}'],
    ['{"a":1,"\\u0061":2}'],
    ['{"é":1,"\\u00e9":2}'],
    ['{"__proto__":1,"__proto__":2}'],
    ['{"\\"":1,"\\u0022":2}'],
    ['"\\ud800"'],
    ['"\\ude00\\ud83d"'],
    ['{"\\udc00":1}'],
    ["{'a':1}"],
    ['{"a":1,}'],
    ["[1,]"],
    ["01"],
    ["NaN"],
    ['{"a":1} {"a":1}'],
    ['// x\n{"a":1}'],
    ["\ufeff{}"],
    ["\u00a0{}"],
    [""],
  ])("not %j", async (text) => expect(await codeOf(utf8(text))).toBe("policy-malformed"));

  it("nor bytes that are no UTF-8", async () => {
    for (const bytes of [[0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x82]])
      expect(await codeOf(concat(utf8('"'), Uint8Array.from(bytes), utf8('"')))).toBe("policy-malformed");
  });
});

describe("any value", () => {
  const sound = fc.jsonValue({ maxDepth: 6 }).filter((value) => !/\\ud[89a-f]/i.test(JSON.stringify(value)));
  it("comes back as it was, however it is spaced", () => {
    fc.assert(
      fc.property(sound, fc.constantFrom(0, 1, 3), (value, spaces) => {
        const text = JSON.stringify(value, null, spaces);
        expect(parseJson(utf8(text), "internal")).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it("with a member doubled is refused", async () => {
    const member = fc.tuple(fc.string(), sound);
    await fc.assert(
      fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 5 }), fc.nat(), async (members, at) => {
        const [name, value] = members[at % members.length]!;
        const written = [...members, [name, value] as const].map((one) =>
          one.map((part) => JSON.stringify(part)).join(":"),
        );
        expect(await codeOf(utf8(`{${written.join(",")}}`))).toBe("policy-malformed");
      }),
    );
  });
});
