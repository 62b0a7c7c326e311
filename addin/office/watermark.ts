import type { Mark } from "../../shared/format/marks.js";
import { watermarkNamespaces, watermarkPicture } from "../../shared/format/package/marking/watermark.js";

/** A watermark to be put into a header: there is no call for one, so a paragraph is handed over as a package in one XML file. */
export const watermarkPackage = (mark: Mark): string => packageOf(`<w:p><w:r>${watermarkPicture(mark)}</w:r></w:p>`);

const office = "http://schemas.openxmlformats.org";
const part = (name: string, type: string, xml: string): string =>
  `<pkg:part pkg:name="${name}" pkg:contentType="application/vnd.openxmlformats-${type}+xml"><pkg:xmlData>${xml}</pkg:xmlData></pkg:part>`;

function packageOf(paragraph: string): string {
  const relation = `<Relationship Id="r1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>`;
  const rels = `<Relationships xmlns="${office}/package/2006/relationships">${relation}</Relationships>`;
  const document =
    `<w:document xmlns:w="${office}/wordprocessingml/2006/main" ${watermarkNamespaces}>` +
    `<w:body>${paragraph}</w:body></w:document>`;
  return (
    '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">' +
    part("/_rels/.rels", "package.relationships", rels) +
    part("/word/document.xml", "officedocument.wordprocessingml.document.main", document) +
    "</pkg:package>"
  );
}
