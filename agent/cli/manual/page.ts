import type { Exit } from "../exit.js";

/** What help says of a command beyond its options. */
export interface Page {
  /** What one line cannot say: paragraphs, wrapped to the terminal. */
  about?: readonly string[];
  /** Two or three, each with what it does. */
  examples: readonly (readonly [what: string, line: string])[];
  /** How it can end besides done, failed and wrong usage, where somebody would ask. */
  exits?: readonly Exit[];
}

/** By the command's words: `watch add`. */
export type Pages = Readonly<Record<string, Page>>;
