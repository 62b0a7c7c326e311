import { type Bytes, utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import type { AttachedContent, Attachment, Mail } from "../mail/mail.js";
import { officeCall } from "../office-call.js";
import { base64Of, bytesOfBase64 } from "./base64.js";
import { attachmentsOf, headerOf, notesOf, recipientsOf } from "./outlook-facts.js";

/** In ms. Outlook brings content from elsewhere, and may take minutes over a slow line; the rest is at hand. */
const contentMs = 120_000;
const usualMs = 15_000;

/** What an answer is, its reader finds out: types of Office's say other things than its programs. */
type Done = (result: Office.AsyncResult<unknown>) => void;

const ask = (start: (done: Done) => void, withinMs = usualMs): Promise<unknown> =>
  officeCall<unknown>(start, { withinMs });

/** The mail that is being written beside this pane. */
export function openMail(item: Office.MessageCompose): Mail {
  const lines = [item.to, item.cc, item.bcc];
  const withSend = item as { sendAsync?: (done: Done) => void };
  let given: Given | null = null; // what is read back is that, as a rule
  return {
    attachments: async () => attachmentsOf(await ask((done) => item.getAttachmentsAsync(done))),
    async content({ id }) {
      const before = given;
      given = null;
      return contentOf(await ask((done) => item.getAttachmentContentAsync(id, done), contentMs), before);
    },
    async add(name, content) {
      const text = base64Of(content);
      given = { text, bytes: content };
      return String(await ask((done) => item.addFileAttachmentFromBase64Async(text, name, done), contentMs));
    },
    async remove(id) {
      await ask((done) => item.removeAttachmentAsync(id, done));
    },
    takeOutOfText: (attachment) => takeOutOfText(item, attachment),
    async recipients() {
      const found = [];
      for (const line of lines) found.push(...recipientsOf(await ask((done) => line.getAsync(done))));
      return found;
    },
    header: async (name) => headerOf(await ask((done) => item.internetHeaders.getAsync([name], done)), name),
    setHeaders: (values) => setHeaders(item, values),
    notes: async () => notesOf(await ask((done) => item.sessionData.getAllAsync(done))),
    async setNote(key, text) {
      if (text === null) await ask((done) => item.sessionData.removeAsync(key, done));
      else await ask((done) => item.sessionData.setAsync(key, text, done));
    },
    canSend: typeof withSend.sendAsync === "function",
    async send() {
      await ask((done) => withSend.sendAsync!(done));
    },
  };
}

/** What a mail that is read gives of its attachments; `null` while none is shown. */
export const readMail = (item: () => Office.MessageRead | null) => ({
  attachments: () => attachmentsOf(item()?.attachments),
  content: async ({ id }: Attachment) =>
    contentOf(await ask((done) => item()!.getAttachmentContentAsync(id, done), contentMs)),
});

/** Clients that do not tell have their person press the button. */
export function watchCompose(item: Office.MessageCompose, changed: () => void): void {
  const { AttachmentsChanged, RecipientsChanged } = Office.EventType;
  for (const type of [AttachmentsChanged, RecipientsChanged])
    ask((done) => item.addHandlerAsync(type, changed, done)).catch(() => undefined);
}

/** A pane that is pinned stays while other mails are shown. */
export function watchRead(changed: () => void): void {
  const { mailbox } = Office.context;
  ask((done) => mailbox.addHandlerAsync(Office.EventType.ItemChanged, changed, done)).catch(() => undefined);
}

/** Whether the pane was opened from a refusal to send, which says so. */
export async function isToFinish(item: Office.MessageCompose): Promise<boolean> {
  const said = String(await ask((done) => item.getInitializationContextAsync(done)));
  return /"finish"\s*:\s*true/.test(said);
}

/** Bytes that are known, and how they are spelled. */
interface Given {
  readonly text: string;
  readonly bytes: Bytes;
}

/**
 * What is attached, in the form in which this client gives it.
 * @param known - is not taken apart once more where it is the same. @throws RightsError `office-refused` for any other form.
 */
export function contentOf(answer: unknown, known: Given | null = null): AttachedContent {
  const { content, format } = answer as Partial<Office.AttachmentContent>;
  const text = String(content ?? "");
  switch (String(format)) {
    case "base64":
      return { kind: "bytes", bytes: text === known?.text ? known.bytes : bytesOfBase64(text), extension: null };
    case "eml":
      return { kind: "bytes", bytes: utf8(text), extension: ".eml" };
    case "iCalendar":
      return { kind: "bytes", bytes: utf8(text), extension: ".ics" };
    case "url":
      return { kind: "link" };
    default:
      throw new RightsError("office-refused", "Outlook gives an attachment in a form that is not known");
  }
}

async function setHeaders(item: Office.MessageCompose, values: ReadonlyMap<string, string | null>): Promise<void> {
  const gone = [...values].flatMap(([name, value]) => (value === null ? [name] : []));
  const set = [...values].flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  if (gone.length > 0) await ask((done) => item.internetHeaders.removeAsync(gone, done));
  if (set.length > 0) await ask((done) => item.internetHeaders.setAsync(Object.fromEntries(set), done));
}

/** Outlook lets go of a picture once the text names it no more. */
async function takeOutOfText(item: Office.MessageCompose, { id, name }: Attachment): Promise<boolean> {
  const html = String(await ask((done) => item.body.getAsync("html" as Office.CoercionType, done)));
  const listed = (await ask((done) => item.getAttachmentsAsync(done))) as Office.AttachmentDetailsCompose[];
  const contentId = listed.find((one) => one.id === id)?.contentId || name;
  const without = withoutPicture(html, contentId, name);
  if (without === html) return false;
  const options = { coercionType: "html" as Office.CoercionType };
  await ask((done) => item.body.setAsync(without, options, done));
  if (attachmentsOf(await ask((done) => item.getAttachmentsAsync(done))).some((one) => one.id === id))
    await ask((done) => item.removeAttachmentAsync(id, done));
  return true;
}

/** @param contentId - with or without what stands behind an at sign. The name goes where the picture was, as text. */
export function withoutPicture(html: string, contentId: string, name: string): string {
  const text = `[${name.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)}]`;
  const wanted = contentId.split("@")[0]!.toLowerCase();
  return html.replace(/<img\b[^>]*>/gi, (tag) => {
    const named = /\b(?:src|originalsrc)\s*=\s*["']?cid:([^"'\s>]+)/i.exec(tag)?.[1]?.toLowerCase();
    return named !== undefined && named.split("@")[0] === wanted ? text : tag;
  });
}
