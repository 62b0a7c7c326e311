import { escapeMarkup } from "../package/markup.js";

/** What the dictionary of information says (ISO 32000-1, 14.3.3), as XMP says it: readers believe the one where there are both. */

const alternatives = (name: string) => (value: string) =>
  `<dc:${name}><rdf:Alt><rdf:li xml:lang="x-default">${value}</rdf:li></rdf:Alt></dc:${name}>`;
const plain = (name: string) => (value: string) => `<${name}>${value}</${name}>`;

const spellings: Record<string, (value: string) => string> = {
  Title: alternatives("title"),
  Subject: alternatives("description"),
  Author: (value) => `<dc:creator><rdf:Seq><rdf:li>${value}</rdf:li></rdf:Seq></dc:creator>`,
  Keywords: plain("pdf:Keywords"),
  Producer: plain("pdf:Producer"),
  Creator: plain("xmp:CreatorTool"),
  CreationDate: plain("xmp:CreateDate"),
  ModDate: plain("xmp:ModifyDate"),
};

const namespaces =
  'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"';
const date = /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:(Z)|([+-]\d\d)'?(\d\d)?'?)?/;

/** `D:20260102030405+01'00'` -> `2026-01-02T03:04:05+01:00`; `null` for what is no whole time. */
function isoDate(text: string): string | null {
  const [, year, month, day, hour, minute, second, utc, hours, minutes = "00"] = date.exec(text) ?? [];
  if (year === undefined) return null;
  const zone = utc ?? (hours === undefined ? "" : `${hours}:${minutes}`);
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
}

/** @param values - by their keys, as texts. */
export function describeInformation(values: ReadonlyMap<string, string>): string {
  const told = Object.entries(spellings).flatMap(([key, spell]) => {
    const value = values.get(key) ?? null;
    const text = value !== null && key.endsWith("Date") ? isoDate(value) : value;
    return text === null ? [] : [spell(escapeMarkup(text))];
  });
  return told.length === 0 ? "" : `<rdf:Description rdf:about="" ${namespaces}>${told.join("")}</rdf:Description>`;
}
