import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileName, localPath } from "../../addin/document.js";

describe("what a document's file is called", () => {
  it.each([
    ["C:\\Users\\ada\\plan.docx", "plan.docx"],
    ["/Users/ada/Plan 2.docm", "Plan 2.docm"],
    ["https://contoso.sharepoint.com/sites/x/Grüße%20%231.docx?web=1#page", "Grüße #1.docx"],
    ["https://contoso.sharepoint.com/%E0%A4%A.docx", "%E0%A4%A.docx"],
    ["https://contoso.sharepoint.com/a/..%2F..%2Fetc%2Fpasswd", ".._.._etc_passwd.docx"],
    ["C:\\plans\\plan.exe", "plan.exe.docx"],
    ["C:\\plans\\plan.xlsx", "plan.xlsx.docx"],
    ["https://host/", "Document.docx"],
    [null, "Document.docx"],
  ])("at %j is %j", (url, name) => {
    expect(fileName({ url, program: "word" }, "Document")).toBe(name);
  });

  it("ends as the program's do", () => {
    expect(fileName({ url: "a.xlsb", program: "excel" }, "Workbook")).toBe("a.xlsb");
    expect(fileName({ url: "a", program: "powerpoint" }, "Presentation")).toBe("a.pptx");
  });

  it("is a name and no more, whatever Office says", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (url) => {
        const name = fileName({ url, program: "word" }, "Document");
        expect(name).toMatch(/\.(docx|docm|dotx|dotm)$/i);
        expect(name).not.toMatch(/[/\\:*?"<>|\n\r\t]/);
        expect(name.length).toBeLessThan(220);
      }),
    );
  });
});

describe("where a document lies on this computer", () => {
  it.each([
    ["C:\\plans\\plan.docx", "C:\\plans\\plan.docx"],
    ["/Users/ada/plan.docx", "/Users/ada/plan.docx"],
    ["file:///Users/ada/Plan%202.docx", "/Users/ada/Plan 2.docx"],
    ["file:///C:/plans/Plan%202.docx", "C:\\plans\\Plan 2.docx"],
    ["file:///%E0%A4%A", null],
    ["https://contoso.sharepoint.com/plan.docx", null],
    ["plan.docx", null],
    [null, null],
  ])("is, for %j, %j", (url, path) => {
    expect(localPath(url)).toBe(path);
  });
});
