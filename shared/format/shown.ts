/** How content is shown in a page; everything else is handed over or stays closed. */
export type ContentKind = "text" | "image" | "tiff" | "pdf";

const kinds: Readonly<Record<string, ContentKind>> = {
  ".txt": "text",
  ".xml": "text",
  ".jpg": "image",
  ".jpeg": "image",
  ".jpe": "image",
  ".jfif": "image",
  ".png": "image",
  ".gif": "image",
  ".bmp": "image",
  ".tif": "tiff",
  ".tiff": "tiff",
  ".pdf": "pdf",
};

/** How a file is shown, by the extension its license names; `null` for what the viewer does not show. */
export const contentKind = (extension: string): ContentKind | null => kinds[extension.toLowerCase()] ?? null;
