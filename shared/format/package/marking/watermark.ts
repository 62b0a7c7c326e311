import type { Mark } from "../../marks.js";
import { escapeMarkup } from "../markup.js";

/**
 * A watermark as Word keeps it: a line of WordArt behind the text, in the middle of each page (ISO/IEC 29500-4, VML). It stands
 * in a paragraph of the header.
 */
export function watermarkPicture({ text, color, fontSize, layout }: Mark): string {
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
    `<v:fill opacity=".5"/><v:textpath on="t" fitshape="t" style="font-family:'Calibri';font-size:1pt" string="${escapeMarkup(text)}"/></v:shape>`;
  return `<w:pict>${shapeType}${shape}</w:pict>`;
}

/** What a part that holds one declares. */
export const watermarkNamespaces =
  'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"';

/** WordArt in one straight line. */
const shapeType =
  '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">' +
  '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>' +
  '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>' +
  '<v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>' +
  "</v:shapetype>";
