import { utf8 } from "../../bytes.js";
import { RightsError } from "../../errors.js";

/** What writer and readers of a sealed page agree on (docs/formats/sealed-page.md). */

/** A page begins with this; its version follows. */
export const pageMark = utf8('<!doctype html><html lang="en" data-sealed-page="');
export const pageVersion = "1";

/** Where the protected file begins: the opening of a block that is no script. It stands in a page once. */
export const blockMark = '<script type="application/vnd.sealwright.sealed-page"';
export const pageEnd = "</script></body></html>";

/** Base64 in lines, as mails have it: so that any place in the file is found by counting. */
export const lineChars = 76;
export const lineBytes = 57;

/** At the service that a page names: its viewer, and what takes the file of a page. Part of the format, as pages stay. */
export const viewerPath = "/view";
export const handOverPath = "/view/sealed";
/** What the window at `handOverPath` says to the page that opened it. */
export const readyMessage = "sealwright-ready-1";

/** Bounds in bytes. */
export const sealedPageLimits = {
  /** Of the protected file: its page, attached to a mail, stays under the 25 MB that mail services carry. */
  file: 12 * 1024 * 1024,
  /** In front of the protected file. */
  head: 64 * 1024,
  /** Behind it: the end of the page, and what a program may add to the end of a text. */
  end: 64,
};

export const malformed = (message: string): RightsError => new RightsError("sealed-page-malformed", message);

/** What a page says of the protected file in it; nothing of it is proven. */
export interface SealedPage {
  /** Origin of the service whose viewer opens it. */
  readonly service: string;
  /** What the protected file's name ends in: ".ptxt", ".docx". */
  readonly suffix: string;
}

/** `plan.html` */
export const isPageName = (name: string): boolean => /.\.html?$/i.test(name);

/** The name of the protected file in a page that is called `name`: plan.html -> plan.ptxt, plan.ptxt.html -> plan.ptxt. */
export function nameInPage(name: string, { suffix }: SealedPage): string {
  const stem = isPageName(name) ? name.replace(/\.html?$/i, "") : name;
  return stem.toLowerCase().endsWith(suffix) ? stem : stem + suffix;
}

export const isSuffix = (text: string): boolean => /^\.[a-z0-9]{1,16}$/.test(text);

/** An origin in the one spelling that browsers give it; no character in it means something in HTML. */
export const isWebOrigin = (text: string): boolean =>
  /^https?:\/\/[a-z0-9.:[\]-]{1,300}$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
