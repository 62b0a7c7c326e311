/** What a label shows on the pages of a document, in one language. */

export type MarkKind = "header" | "footer" | "watermark";

/** Nothing for a label without marking. */
export type Marks = Partial<Readonly<Record<MarkKind, Mark>>>;

export interface Mark {
  readonly text: string;
  /** `#rrggbb` */
  readonly color: string;
  /** In points. */
  readonly fontSize: number;
  readonly alignment: "left" | "center" | "right";
  /** Of a watermark. */
  readonly layout: "diagonal" | "horizontal";
}

export const markKinds: readonly MarkKind[] = ["header", "footer", "watermark"];
const bits: Readonly<Record<MarkKind, number>> = { header: 1, footer: 2, watermark: 4 };

/** What a label did to a document, as documents note it. */
export const contentBits = (shown: readonly MarkKind[]): number => shown.reduce((sum, kind) => sum | bits[kind], 0);
