import type { Mark, MarkKind, Marks, OpenDocument } from "../document.js";
import { officeRun } from "../office-call.js";

type ExcelParts = Pick<OpenDocument, "properties" | "setProperties" | "mark" | "save" | "canSave">;

const supports = (version: string) => Office.context.requirements.isSetSupported("ExcelApi", version);

/** Says in which of a sheet's six places a mark of ours stands, so that it alone is taken out again. */
const placesProperty = "Sealwright_Marking";

export const excelParts = (): ExcelParts => ({
  canSave: supports("1.11"),
  save: () =>
    officeRun(() =>
      Excel.run(async (context) => {
        context.workbook.save("Save" as Excel.SaveBehavior);
        await context.sync();
      }),
    ),
  properties,
  setProperties,
  mark,
});

async function properties() {
  if (!supports("1.7")) return null;
  return officeRun(() =>
    Excel.run(async (context) => {
      const { custom } = context.workbook.properties;
      custom.load("items/key,items/value");
      await context.sync();
      return new Map(custom.items.map(({ key, value }) => [key, String(value)]));
    }),
  );
}

async function setProperties(changes: ReadonlyMap<string, string | null>): Promise<boolean> {
  if (!supports("1.7")) return false;
  await officeRun(() =>
    Excel.run(async (context) => {
      const { custom } = context.workbook.properties;
      const old = [...changes].filter(([, value]) => value === null).map(([key]) => custom.getItemOrNullObject(key));
      for (const one of old) one.load("key");
      await context.sync();
      for (const one of old) if (!one.isNullObject) one.delete();
      for (const [key, value] of changes) if (value !== null) custom.add(key, value);
      await context.sync();
    }),
  );
  return true;
}

type Place = "leftHeader" | "centerHeader" | "rightHeader" | "leftFooter" | "centerFooter" | "rightFooter";
const places: readonly Place[] = [
  "leftHeader",
  "centerHeader",
  "rightHeader",
  "leftFooter",
  "centerFooter",
  "rightFooter",
];

/** In header and footer of every sheet, as they are printed; Excel has no watermark. */
async function mark(marks: Marks): Promise<readonly MarkKind[]> {
  if (!supports("1.9")) return [];
  const wanted = new Map<Place, string>();
  if (marks.header) wanted.set(`${marks.header.alignment}Header`, coded(marks.header));
  if (marks.footer) wanted.set(`${marks.footer.alignment}Footer`, coded(marks.footer));
  const before = new Set((await properties())?.get(placesProperty)?.split(" "));
  await officeRun(() =>
    Excel.run(async (context) => {
      const { worksheets } = context.workbook;
      worksheets.load("items");
      await context.sync();
      for (const { pageLayout } of worksheets.items)
        for (const place of places)
          if (wanted.has(place) || before.has(place))
            pageLayout.headersFooters.defaultForAllPages[place] = wanted.get(place) ?? "";
      await context.sync();
    }),
  );
  await setProperties(new Map([[placesProperty, wanted.size === 0 ? null : [...wanted.keys()].join(" ")]]));
  return (["header", "footer"] as const).filter((kind) => marks[kind] !== undefined);
}

/** Size and colour as Excel writes them in headers: `&12&KFF0000`; what would be read as a code is doubled. */
const coded = ({ text, color, fontSize }: Mark): string =>
  `&${fontSize}&K${color.slice(1).toUpperCase()} ${text.replaceAll("&", "&&")}`;
