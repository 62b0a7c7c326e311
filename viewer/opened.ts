import type { UseLicense } from "../shared/license/use-license.js";
import type { Consumed } from "../shared/protect.js";

/** What of an open file the screens need, whoever has its keys: this page, or a program on this computer. */
export interface Opened {
  readonly use: Pick<UseLicense, "rights" | "terms" | "untilMs">;
  readonly content: Content;
  /** When its license was given, in ms. */
  readonly givenMs: number;
}

export type Content = Pick<Consumed, "size" | "range" | "check"> & { all(): AsyncGenerator<Uint8Array<ArrayBuffer>> };
