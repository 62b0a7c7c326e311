import { execFileSync } from "node:child_process";

/** Small Office documents of our own making, good enough for LibreOffice. */

/** Writes a package: the parts by their names. */
export function makePackage(path: string, parts: Record<string, string>): void {
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as package:
    for name, content in json.load(sys.stdin).items():
        package.writestr(name, content)`;
  execFileSync("/usr/bin/python3", ["-c", script, path], { input: JSON.stringify(parts) });
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const packageTypes = "http://schemas.openxmlformats.org/package/2006";
const relationshipTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const contentTypes = (part: string, type: string) =>
  `${declaration}<Types xmlns="${packageTypes}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}"/></Types>`;

const relationships = (...targets: string[]) =>
  `${declaration}<Relationships xmlns="${packageTypes}/relationships">${targets.join("")}</Relationships>`;

/** @param mode - `External` for what is not in the package. */
export const relationship = (id: string, type: string, target: string, mode = "Internal") =>
  `<Relationship Id="${id}" Type="${relationshipTypes}/${type}" Target="${target}" TargetMode="${mode}"/>`;

/**
 * The parts of a Word document with one paragraph.
 * @param more - markup behind it. @param links - relationships of the document.
 */
export function wordParts(text: string, more = "", ...links: string[]): Record<string, string> {
  const part = "word/document.xml";
  const namespaces =
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
  return {
    "[Content_Types].xml": contentTypes(part, "wordprocessingml.document.main+xml"),
    "_rels/.rels": relationships(relationship("r1", "officeDocument", part)),
    "word/_rels/document.xml.rels": relationships(...links),
    [part]: `${declaration}<w:document ${namespaces}><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p>${more}</w:body></w:document>`,
  };
}
