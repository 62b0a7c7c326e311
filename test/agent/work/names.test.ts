import { describe, expect, it } from "vitest";
import { candidateNames, isOwnName, numberedName, shown, temporaryName } from "../../../agent/work/names.js";
import { utf8 } from "../../../shared/bytes.js";

describe("a numbered name", () => {
  it.each([
    ["a.ptxt", "a (2).ptxt"],
    ["plan.dwg.pfile", "plan (2).dwg.pfile"],
    ["plan.docx.ppdf", "plan.docx (2).ppdf"],
    ["no extension", "no extension (2)"],
    [".hidden", ".hidden (2)"],
    ["ends with.", "ends with (2)."],
  ])("of %s is %s", (name, second) => expect(numberedName(name, 2)).toBe(second));

  it.each([1, 2, 999])("fits into 255 bytes and cuts no character apart (%i)", (n) => {
    for (const name of [`${"👩‍👩‍👧".repeat(30)}.ptxt`, `${"é".repeat(300)}.dwg.pfile`, `x.${"y".repeat(300)}`]) {
      const made = numberedName(name, n);
      expect(utf8(made).length).toBeLessThanOrEqual(255);
      expect(made).toBe(new TextDecoder("utf-8", { fatal: true }).decode(utf8(made)));
      expect(made).not.toMatch(/\u200d(?: \(|\.)/);
    }
  });

  it("follows those that are wanted", () => {
    const [first, second, third] = candidateNames(["plan.ppdf", "plan.docx.ppdf"]);
    expect([first, second, third]).toEqual(["plan.ppdf", "plan.docx.ppdf", "plan.docx (2).ppdf"]);
  });
});

it("knows its own names", () => {
  expect(isOwnName(temporaryName("5f0f6a53-0000-4000-8000-000000000000"))).toBe(true);
  expect(isOwnName(".notes.seal-tmp")).toBe(false);
});

it("is shown without what would steer a terminal or turn the text around", () => {
  expect(shown("/x/a\u001b[31m\nb")).toBe("a\\u{1b}[31m\\u{a}b");
  expect(shown("exe.\u202etxt")).toBe("exe.\\u{202e}txt");
  expect(shown("/")).toBe("/");
});
