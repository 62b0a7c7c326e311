import type { MarkKind, Marks, OpenDocument } from "../document.js";
import { officeRun } from "../office-call.js";

type PowerPointParts = Pick<OpenDocument, "properties" | "setProperties" | "mark" | "save" | "canSave">;

const supports = (version: string) => Office.context.requirements.isSetSupported("PowerPointApi", version);

/** The shapes the add-in put on slides are called this. */
const shapeName = "Sealwright marking";
/** Of a slide of the usual shape, in points: marks stand along its upper and its lower edge. */
const slide = { width: 960, height: 540, edge: 28 };

/** PowerPoint lets nobody save from here. */
export const powerPointParts = (): PowerPointParts => ({
  canSave: false,
  save: async () => undefined,
  properties,
  setProperties,
  mark,
});

async function properties() {
  if (!supports("1.7")) return null;
  return officeRun(() =>
    PowerPoint.run(async (context) => {
      const all = context.presentation.properties.customProperties;
      all.load("items/key,items/value");
      await context.sync();
      return new Map(all.items.map(({ key, value }) => [key, String(value)]));
    }),
  );
}

async function setProperties(changes: ReadonlyMap<string, string | null>): Promise<boolean> {
  if (!supports("1.7")) return false;
  await officeRun(() =>
    PowerPoint.run(async (context) => {
      const all = context.presentation.properties.customProperties;
      const old = [...changes].filter(([, value]) => value === null).map(([key]) => all.getItemOrNullObject(key));
      for (const one of old) one.load("key");
      await context.sync();
      for (const one of old) if (!one.isNullObject) one.delete();
      for (const [key, value] of changes) if (value !== null) all.add(key, value);
      await context.sync();
    }),
  );
  return true;
}

/** As a line of text on every slide there is: the program has no call for headers, nor for watermarks. */
async function mark(marks: Marks): Promise<readonly MarkKind[]> {
  if (!supports("1.4")) return [];
  await officeRun(() =>
    PowerPoint.run(async (context) => {
      const { slides } = context.presentation;
      slides.load("items/shapes/items/name");
      await context.sync();
      for (const { shapes } of slides.items) {
        for (const shape of shapes.items) if (shape.name === shapeName) shape.delete();
        if (marks.header) put(shapes, marks.header, 0);
        if (marks.footer) put(shapes, marks.footer, slide.height - slide.edge);
      }
      await context.sync();
    }),
  );
  return (["header", "footer"] as const).filter((kind) => marks[kind] !== undefined);
}

function put(shapes: PowerPoint.ShapeCollection, mark: NonNullable<Marks["header"]>, top: number): void {
  const shape = shapes.addTextBox(mark.text, { left: 0, top, width: slide.width, height: slide.edge });
  shape.name = shapeName;
  const { font } = shape.textFrame.textRange;
  font.color = mark.color;
  font.size = mark.fontSize;
  const alignments = { left: "Left", center: "Center", right: "Right" } as const;
  shape.textFrame.textRange.paragraphFormat.horizontalAlignment = alignments[mark.alignment];
}
