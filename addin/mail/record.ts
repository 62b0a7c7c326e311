import type { Attachment, Recipient } from "./mail.js";

/**
 * What was done for a mail, kept with it while it is written: the pane writes it, the events only compare. In here and in
 * check.ts nothing is imported but types, since the events run where there is neither a page nor a module.
 */
export interface MailRecord {
  readonly v: 1;
  /** The id of the label. */
  readonly label: string;
  readonly demand: Demand;
  /** Who can read what is attached, where that is who it is sent to; else `null`. */
  readonly readers: readonly string[] | null;
  /** What they may do with it: a named policy or a role; absent in the records of earlier versions. */
  readonly may?: string | null;
  readonly attachments: readonly KeptAttachment[];
}

/** What a label wants of attachments: nothing; that they are protected; that they are, for the recipients alone. */
export type Demand = "none" | "protected" | "recipients";

/** An attachment that may leave as it is. */
export interface KeptAttachment {
  /** What Outlook said of it, in short. */
  readonly mark: string;
  /** SHA-256 of its content, base64url. */
  readonly digest: string;
  /** Of what it was made from here: the clear content; for what goes with a protected file, that file. */
  readonly of: string | null;
  readonly is: KeptKind;
  /** How often Outlook may have told of it: more, and it is another one that looks the same. */
  readonly told: number;
}

/**
 * own: protected, and its sender says who reads it. copy: goes with one of those, and has its readers. others: protected by somebody else, as which it is passed on. picture:
 * one in the text that its sender leaves readable, as the text is.
 */
export type KeptKind = "own" | "copy" | "others" | "picture";

/** Names of what is kept with a mail. */
export const recordNote = "sealwright.record";
/** How often Outlook told that an attachment came or went. */
export const toldNote = (mark: string): string => `sealwright.told.${mark}`;

/** The header by which a mail says what its label wants, wherever it is opened: drafts travel between devices. */
export const demandHeader = "x-sealwright-label";

export const encodeDemand = (label: string, demand: Demand): string => `${label}; attachments=${demand}`;

/** `null` for a header that is not ours. */
export function parseDemand(text: string): Pick<MailRecord, "label" | "demand"> | null {
  const [, label, demand] = /^\s*([0-9a-f-]{36});\s*attachments=(none|protected|recipients)\s*$/.exec(text) ?? [];
  return label === undefined ? null : { label, demand: demand as Demand };
}

/** @returns `null` for what is none, so that everything is looked at again. */
export function parseRecord(text: string | null | undefined): MailRecord | null {
  try {
    const record = JSON.parse(text ?? "null") as MailRecord | null;
    return record !== null && record.v === 1 && Array.isArray(record.attachments) ? record : null;
  } catch {
    return null;
  }
}

/**
 * By what one attachment is told from another without reading it. Two hashes of 32 bits (FNV-1a, from different starts):
 * what is kept must be short, and where the events run there is no cryptography.
 */
export function markOf({ id, name, sizeBytes, kind, isInline }: Attachment): string {
  const text = [id, name, sizeBytes, kind, isInline].join("\n");
  return [0x811c9dc5, 0x01000193].map((start) => hash(text, start)).join("");
}

function hash(text: string, start: number): string {
  let value = start;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value >>> 0).toString(16);
}

/** The same for the same people in whatever order and fields; upper and lower case alike. */
export const readersOf = (recipients: readonly Recipient[]): string[] =>
  recipients
    .map(({ address, name }) => (address || name).trim().toLowerCase())
    .filter((one, at, all) => all.indexOf(one) === at)
    .sort();
