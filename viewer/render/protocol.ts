import type { ContentKind } from "../../shared/format/shown.js";

/** What the viewer and the frame that shows content say to each other, over a port that only the two have. */

/** Nearer, further, or as the page is by itself. */
export type Zoom = "in" | "out" | "fit";

/** The first message, with the port beside it. Nothing in it is secret but the reader's own name. */
export interface Start {
  readonly kind: ContentKind;
  /** Bytes of the content. */
  readonly size: number;
  /** Of the file, in lower case: what the content claims to be. */
  readonly extension: string;
  /** What stands across each page. */
  readonly mark: readonly string[];
  readonly may: { readonly print: boolean; readonly extract: boolean };
  /** The program that takes PDFs apart: the frame could not load it, since all addresses are of another origin to it. */
  readonly worker?: Blob;
  /** How the small pictures of all pages are called to people who do not see them. */
  readonly thumbnails: string;
  /** How the content is called to people who do not see it. */
  readonly name: string;
}

/** At most so many bytes are asked for at once. */
export const maxReadBytes = 4 << 20;

/** Pages as they are counted from 0, the last one included. */
export interface PrintedPart {
  readonly from: number;
  readonly to: number;
}

/** Every page on its way to the printer is a picture in memory: so many at once. */
export const maxPrintedPages = 500;

/** So many pages are ready for the printer, or why none will be; `null` once it is over. */
export type Printing = { readonly done: number; readonly count: number } | "failed" | null;

export type ToFrame =
  | { readonly type: "bytes"; readonly id: number; readonly bytes: ArrayBuffer }
  | { readonly type: "zoom"; readonly by: Zoom }
  | { readonly type: "none"; readonly id: number }
  | { readonly type: "go"; readonly page: number }
  | { readonly type: "find"; readonly text: string }
  | { readonly type: "thumbnails"; readonly isOpen: boolean }
  | { readonly type: "print"; readonly part?: PrintedPart };

/** Why content is not shown: none of it is the viewer's or the service's decision. */
export type CannotShow = "too-large" | "unsuitable";

export type FromFrame =
  /** The first message: which script draws here, by its name. */
  | { readonly type: "hello"; readonly program: string }
  | { readonly type: "read"; readonly id: number; readonly offset: number; readonly length: number }
  /** A font, a table of characters or a decoder that the content does not bring along. */
  | { readonly type: "resource"; readonly id: number; readonly name: string }
  /** The page in front, counted from 0. */
  | { readonly type: "at"; readonly page: number; readonly count: number }
  | { readonly type: "found"; readonly page: number | null }
  /** Closed in the frame: a page was picked on a phone, or Escape pressed. */
  | { readonly type: "thumbnails"; readonly isOpen: boolean }
  | { readonly type: "printing"; readonly progress: Printing }
  /** Something of it can be seen. */
  | { readonly type: "shown" }
  | { readonly type: "cannot"; readonly why: CannotShow };
