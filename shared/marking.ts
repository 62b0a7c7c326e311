import { type Mark, type MarkKind, type Marks, markKinds } from "./format/marks.js";
import { type Marking, textIn } from "./label.js";

const usual: Readonly<Record<MarkKind, { color: string; fontSize: number }>> = {
  header: { color: "#000000", fontSize: 10 },
  footer: { color: "#000000", fontSize: 10 },
  watermark: { color: "#808080", fontSize: 40 },
};

/** What a label wants to be seen of it. @param language - of the document's readers. */
export function marksOf(marking: Marking | undefined, language: string): Marks {
  const marks: Partial<Record<MarkKind, Mark>> = {};
  for (const kind of markKinds) {
    const wanted = marking?.[kind];
    if (wanted === undefined) continue;
    const alignment = "alignment" in wanted ? (wanted.alignment ?? "center") : "center";
    const layout = "layout" in wanted ? (wanted.layout ?? "diagonal") : "diagonal";
    const { color = usual[kind].color, fontSize = usual[kind].fontSize } = wanted;
    const text = textIn(wanted.text, language).replace(/\s+/g, " ").trim();
    marks[kind] = { text, color, fontSize, alignment, layout };
  }
  return marks;
}
