import type { Attachment, AttachmentKind, Recipient } from "../mail/mail.js";

/** What Outlook says of a mail, in our words; nothing of it is checked there, so all of it is here. */

type Details = Partial<Record<keyof Office.AttachmentDetailsCompose, unknown>>;

const kinds: Readonly<Record<string, AttachmentKind>> = { file: "file", item: "item", cloud: "cloud" };

/** One of a kind that nobody knows yet has nothing to read, as a link. */
export const attachmentOf = ({ id, name, size, attachmentType, isInline }: Details): Attachment => ({
  id: String(id),
  name: String(name ?? ""),
  sizeBytes: Number(size) || 0,
  kind: kinds[String(attachmentType)] ?? "cloud",
  isInline: isInline === true,
});

export const attachmentsOf = (list: unknown): Attachment[] =>
  Array.isArray(list) ? list.map((one) => attachmentOf(one as Details)) : [];

export const recipientsOf = (list: unknown): Recipient[] =>
  (Array.isArray(list) ? (list as Partial<Office.EmailAddressDetails>[]) : []).map((one) => ({
    address: String(one.emailAddress ?? ""),
    name: String(one.displayName ?? ""),
    isExternal: String(one.recipientType) === "externalUser",
  }));

/** What is kept with a mail comes as an object, or as the text of one. */
export function notesOf(kept: unknown): Map<string, string> {
  const all = typeof kept === "string" ? (JSON.parse(kept || "{}") as unknown) : kept;
  if (typeof all !== "object" || all === null) return new Map();
  return new Map(Object.entries(all).map(([key, value]) => [key, String(value)]));
}

/** By name, upper and lower case alike. */
export function headerOf(headers: unknown, name: string): string | null {
  const all = typeof headers === "object" && headers !== null ? Object.entries(headers) : [];
  const found = all.find(([key]) => key.toLowerCase() === name);
  return found === undefined ? null : String(found[1]);
}
