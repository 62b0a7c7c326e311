import type { Right } from "../shared/rights.js";
import { holds } from "../shared/rights.js";
import type { ContentKind } from "./render/protocol.js";

const kinds: Record<string, ContentKind> = {
  ".txt": "text",
  ".xml": "text",
  ".jpg": "image",
  ".jpeg": "image",
  ".jpe": "image",
  ".jfif": "image",
  ".png": "image",
  ".gif": "image",
  ".bmp": "image",
  ".pdf": "pdf",
};

/** How a file is shown, by the extension its license names; `null` for what is not shown here. */
export const contentKind = (extension: string): ContentKind | null => kinds[extension.toLowerCase()] ?? null;

/** Whether the file may leave without protection: wrapped ones do as a whole, others with the right for it. */
export const mayLeave = (name: string, rights: readonly Right[]): boolean =>
  name.toLowerCase().endsWith(".pfile") || holds(rights, "EXPORT");
