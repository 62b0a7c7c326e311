import { attributeOf, childrenOf, type Element } from "../markup.js";
import type { Size } from "./metafile.js";

/** Where on a sheet's pages a picture of the header goes (ISO/IEC 29500-1, 18.3.1.62 and 18.3.1.63). */

/** In points, upright, by their numbers; what a sheet does not say is US Letter. */
const letter: Size = { width: 612, height: 792 };
const papers = new Map<string, Size>([
  ["3", { width: 792, height: 1224 }], // Tabloid
  ["5", { width: 612, height: 1008 }], // Legal
  ["8", { width: 842, height: 1191 }], // A3
  ["9", { width: 595, height: 842 }], // A4
  ["11", { width: 420, height: 595 }], // A5
  ["12", { width: 729, height: 1032 }], // B4
  ["13", { width: 516, height: 729 }], // B5
]);
const pointsPerInch = 72;
const least = 72;

/** From the top of the header to the bottom of the footer, between the margins: wherever in the header a picture stands, it fills the page. */
export function spaceOf(sheet: Element): Size {
  const setting = (element: string, name: string) => {
    const [found] = childrenOf(sheet, [sheet.namespace], element);
    return found === undefined ? null : attributeOf(found, name);
  };
  const margin = (name: string, usual: number) => {
    const inches = Number(setting("pageMargins", name) ?? usual);
    return pointsPerInch * (inches >= 0 ? inches : usual);
  };
  const { width, height } = papers.get(setting("pageSetup", "paperSize") ?? "") ?? letter;
  const [across, down] = setting("pageSetup", "orientation") === "landscape" ? [height, width] : [width, height];
  const between = (side: number, one: number, other: number) => Math.max(least, Math.round(side - one - other));
  return {
    width: between(across, margin("left", 0.7), margin("right", 0.7)),
    height: between(down, margin("header", 0.3), margin("footer", 0.3)),
  };
}
