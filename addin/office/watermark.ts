import { escapeXml } from "../../shared/license/xml.js";
import type { Mark } from "../document.js";

/**
 * A watermark as Word keeps it: a line of WordArt behind the text, in the middle of each page, in a paragraph of the
 * header. There is no call for one; a paragraph is handed over as a package in one XML file (ISO/IEC 29500-4, VML).
 */
export function watermarkPackage({ text, color, fontSize, layout }: Mark): string {
  const width = Math.min(500, Math.max(120, text.length * fontSize * 0.6)); // points; a page has about 450 between margins
  const style = [
    "position:absolute;margin-left:0;margin-top:0",
    `width:${Math.round(width)}pt;height:${Math.round(fontSize * 1.2)}pt`,
    ...(layout === "diagonal" ? ["rotation:315"] : []),
    "z-index:-251658752",
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin",
    "mso-position-vertical:center;mso-position-vertical-relative:margin",
  ].join(";");
  const shape =
    `<v:shape id="SealwrightWatermark" type="#_x0000_t136" style="${style}" fillcolor="${color}" stroked="f">` +
    `<v:fill opacity=".5"/><v:textpath on="t" fitshape="t" style="font-family:'Calibri';font-size:1pt" string="${escapeXml(text)}"/></v:shape>`;
  return packageOf(`<w:p><w:r><w:pict>${shapeType}${shape}</w:pict></w:r></w:p>`);
}

/** WordArt in one straight line. */
const shapeType =
  '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">' +
  '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>' +
  '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>' +
  '<v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>' +
  "</v:shapetype>";

const office = "http://schemas.openxmlformats.org";
const part = (name: string, type: string, xml: string): string =>
  `<pkg:part pkg:name="${name}" pkg:contentType="application/vnd.openxmlformats-${type}+xml"><pkg:xmlData>${xml}</pkg:xmlData></pkg:part>`;

function packageOf(paragraph: string): string {
  const relation = `<Relationship Id="r1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>`;
  const rels = `<Relationships xmlns="${office}/package/2006/relationships">${relation}</Relationships>`;
  const document =
    `<w:document xmlns:w="${office}/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" ` +
    `xmlns:o="urn:schemas-microsoft-com:office:office"><w:body>${paragraph}</w:body></w:document>`;
  return (
    '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">' +
    part("/_rels/.rels", "package.relationships", rels) +
    part("/word/document.xml", "officedocument.wordprocessingml.document.main", document) +
    "</pkg:package>"
  );
}
