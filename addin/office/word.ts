import type { Mark, MarkKind, Marks, OpenDocument } from "../document.js";
import { officeRun } from "../office-call.js";
import { watermarkPackage } from "./watermark.js";

/** What the add-in put into a document is found again by this. */
const tag = "sealwright-marking";
const pages: readonly Word.HeaderFooterType[] = ["Primary", "FirstPage", "EvenPages"] as Word.HeaderFooterType[];

type WordParts = Pick<OpenDocument, "properties" | "setProperties" | "mark" | "save" | "canSave">;

const supports = (version: string) => Office.context.requirements.isSetSupported("WordApi", version);

export const wordParts = (): WordParts => ({
  canSave: supports("1.1"),
  save: () =>
    officeRun(() =>
      Word.run(async (context) => {
        context.document.save();
        await context.sync();
      }),
    ),
  properties,
  setProperties,
  mark,
});

async function properties() {
  if (!supports("1.3")) return null;
  return officeRun(() =>
    Word.run(async (context) => {
      const all = context.document.properties.customProperties;
      all.load("items/key,items/value");
      await context.sync();
      return new Map(all.items.map(({ key, value }) => [key, String(value)]));
    }),
  );
}

async function setProperties(changes: ReadonlyMap<string, string | null>): Promise<boolean> {
  if (!supports("1.3")) return false;
  await officeRun(() =>
    Word.run(async (context) => {
      const all = context.document.properties.customProperties;
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

/** In the headers and footers of all sections, also of first and of even pages, where a document has these. */
async function mark(marks: Marks): Promise<readonly MarkKind[]> {
  if (!supports("1.3")) return [];
  await officeRun(() =>
    Word.run(async (context) => {
      const old = context.document.contentControls.getByTag(tag);
      const { sections } = context.document;
      old.load("items");
      sections.load("items");
      await context.sync();
      for (const one of old.items) one.delete(false);
      for (const section of sections.items)
        for (const page of pages) {
          if (marks.header) put(section.getHeader(page), marks.header, "Start");
          if (marks.watermark) putWatermark(section.getHeader(page), marks.watermark);
          if (marks.footer) put(section.getFooter(page), marks.footer, "End");
        }
      await context.sync();
    }),
  );
  return (["header", "footer", "watermark"] as const).filter((kind) => marks[kind] !== undefined);
}

const alignments: Readonly<Record<Mark["alignment"], Word.Alignment>> = {
  left: "Left" as Word.Alignment.left,
  center: "Centered" as Word.Alignment.centered,
  right: "Right" as Word.Alignment.right,
};

function put(body: Word.Body, { text, color, fontSize, alignment }: Mark, where: "Start" | "End"): void {
  const paragraph = body.insertParagraph(text, where);
  paragraph.alignment = alignments[alignment];
  paragraph.font.color = color;
  paragraph.font.size = fontSize;
  own(paragraph.insertContentControl());
}

const putWatermark = (body: Word.Body, mark: Mark): void =>
  own(body.insertOoxml(watermarkPackage(mark), "Start").insertContentControl());

function own(control: Word.ContentControl): void {
  control.tag = tag;
  control.title = "Sealwright";
}
