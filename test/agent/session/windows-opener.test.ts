import fc from "fast-check";
import { expect, it } from "vitest";
import { windowsOpener } from "../../../agent/session/windows-opener.js";

const scriptOf = (path: string): string => Buffer.from(windowsOpener(path).at(-1)!, "base64").toString("utf16le");

/** What PowerShell reads out of a text in single quotes (about_Quoting_Rules); fails where more follows. */
function readQuoted(script: string): string {
  const [, inner] = /^Start-Process -Wait -FilePath '((?:[^'‘’‚‛]|(['‘’‚‛])\2)*)'$/u.exec(script) ?? [];
  if (inner === undefined) throw new Error(`more than one text: ${script}`);
  return inner.replace(/(['‘’‚‛])\1/gu, "$1");
}

it("hands Windows a name as one text, whatever a sender put into it", () => {
  for (const name of ["plan & calc.docx", "it's.docx", "‘; calc; ’.docx", "%PATH%^&$(calc)`.docx", "报告.docx"]) {
    expect(readQuoted(scriptOf(`C:\\Users\\ada\\${name}`))).toBe(`C:\\Users\\ada\\${name}`);
    expect(windowsOpener(name).slice(0, -1).join(" ")).not.toContain("calc");
  }
});

it("does so for every name", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "'", "‘", "’", "‚", "‛", '"', "&", ";", "$", "`", " ") });
  fc.assert(fc.property(name, (path) => readQuoted(scriptOf(path)) === path));
});
