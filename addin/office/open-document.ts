import type { Form, OpenDocument, Program } from "../document.js";
import { excelParts } from "./excel.js";
import { bytesOf } from "./file-bytes.js";
import { powerPointParts } from "./powerpoint.js";
import { wordParts } from "./word.js";

const parts = { word: wordParts, excel: excelParts, powerpoint: powerPointParts };

const programs: Readonly<Record<string, Program>> = { Word: "word", Excel: "excel", PowerPoint: "powerpoint" };

/** The document beside this pane; `null` outside of Office, and in a program of it that has no documents like these. */
export function openDocument(host: string | null): OpenDocument | null {
  const program = programs[host ?? ""];
  if (program === undefined) return null;
  const { url } = Office.context.document;
  return { program, url: url || null, forms: forms(), bytes: bytesOf, ...parts[program]() };
}

/** Excel on the web gives pages only; other places know of neither set and give both or nothing. */
function forms(): readonly Form[] {
  const { requirements } = Office.context;
  const given: readonly (readonly [Form, string])[] = [
    ["package", "CompressedFile"],
    ["pdf", "PdfFile"],
  ];
  return given.filter(([, set]) => requirements.isSetSupported(set, "1.1")).map(([form]) => form);
}
