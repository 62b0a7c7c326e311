import type { Outcome, Step } from "./protect-document.js";
import type { Trouble } from "./trouble.js";

/** Where a person is on the way from a document to a protected one. */
export type State =
  | { readonly at: "starting" }
  | { readonly at: "signed-out" }
  | { readonly at: "signing-in" }
  | { readonly at: "choosing" }
  | { readonly at: "working"; readonly step: Step; readonly share: number }
  | Done
  | { readonly at: "trouble"; readonly trouble: Trouble };

export interface Done {
  readonly at: "done";
  readonly outcome: Outcome;
  readonly undo: Undo;
  readonly isSaved: boolean;
  /** Whether the document's own file, where it was to be protected, is by now. */
  readonly isMade: boolean;
}

/** How far taking it back is; or why that failed. */
export type Undo = { readonly at: "offered" | "doing" } | Undone | { readonly at: "failed"; readonly trouble: Trouble };

export interface Undone {
  readonly at: "done";
  /** When the last of those who have opened the copy can still open it; `null` where nobody has. */
  readonly lastUse: string | null;
}
