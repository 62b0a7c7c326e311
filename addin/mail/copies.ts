import { sealedPageLimits } from "../../shared/format/sealed-page/layout.js";
import { pageNames, suffixOf } from "../../shared/format/sealed-page/names.js";
import { encodeSealedPage } from "../../shared/format/sealed-page/write.js";
import type { Label } from "../../shared/label.js";
import { fileOf, sizeOf, sourceOfFile } from "../file-content.js";
import type { NamedFile, ProtectedCopy } from "../protector.js";
import type { Attachment } from "./mail.js";

/** What Outlook and mail services carry: attachments of one mail together, in bytes, and how many. */
const maxTotalBytes = 25 * 1024 * 1024;
const maxFiles = 499;

/** Whether a mail with these attachments and one more is carried. */
export function isCarried(attachments: readonly Attachment[], moreBytes: number): boolean {
  const files = attachments.filter(({ kind }) => kind !== "cloud");
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, moreBytes);
  return files.length < maxFiles && total <= maxTotalBytes;
}

/** Where pages lead, and what for. */
export interface PageOf {
  readonly service: string;
  readonly organisation: string;
}

/** A file that is made when it is wanted; it will have so many bytes at least. */
export interface Companion {
  readonly name: string;
  readonly leastBytes: number;
  make(): Promise<NamedFile>;
}

/**
 * What goes with a protected file: its copy to look at, where there is one, and the sealed page of what is looked at
 * (docs/formats/sealed-page.md), which opens in any browser, where the label wants one and it is not too much for one.
 * @param of - `null`: the service has no viewer.
 */
export function companions({ pages, ...copy }: ProtectedCopy, label: Label, of: PageOf | null): Companion[] {
  const shown = pages ?? copy;
  const found: Companion[] = [];
  if (pages !== null) found.push({ name: pages.name, leastBytes: sizeOf(pages.content), make: async () => pages });
  if (of !== null && label.sealedPage !== false && sizeOf(shown.content) <= sealedPageLimits.file) {
    const leastBytes = Math.ceil((sizeOf(shown.content) * 4) / 3); // as base64, and the page around it
    found.push({ name: pageNames(shown.name)[0]!, leastBytes, make: () => sealedPage(shown, of) });
  }
  return found;
}

async function sealedPage({ name, content }: NamedFile, of: PageOf): Promise<NamedFile> {
  const page = { ...of, suffix: suffixOf(name) };
  return { name: pageNames(name)[0]!, content: await fileOf(encodeSealedPage(sourceOfFile(content), page)) };
}
