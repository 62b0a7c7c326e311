/** The languages of the pages; the first is for everybody else. */
export const languages = ["en", "de"] as const;
export type Language = (typeof languages)[number];

/** Entries of one header that are looked at. */
const maxEntries = 32;

/** What a browser's `Accept-Language` asks for (RFC 9110 §12.5.4), among what there is. */
export function languageOf(header: string | undefined): Language {
  let best: { language: Language; weight: number } | null = null;
  for (const entry of (header ?? "").split(",", maxEntries)) {
    const [, range, q = "1"] = /^\s*([a-z]{1,8})(?:-[a-z0-9-]*)?\s*(?:;\s*q=([\d.]{1,5}))?\s*$/i.exec(entry) ?? [];
    const language = languages.find((one) => one === range?.toLowerCase());
    const weight = Number(q);
    if (language && weight > (best?.weight ?? 0)) best = { language, weight };
  }
  return best?.language ?? languages[0];
}
