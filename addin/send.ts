import { check, demandOf, type Leaving, type Verdict } from "./mail/check.js";
import { demandHeader, markOf, readersOf, toldNote } from "./mail/record.js";
import { refusalOf, reminderOf } from "./mail/send-messages.js";
import { attachmentOf, attachmentsOf, headerOf, notesOf, recipientsOf } from "./office/outlook-facts.js";
import { officeCall } from "./office-call.js";

/**
 * What Outlook calls while a mail is written and when it is sent: one file, for a runtime with neither a page nor modules
 * (docs/outlook.md). It reads what the pane wrote down and compares; it asks no service, and changes no attachment.
 */

/** All that sending waits for, in ms: Outlook tells people of what takes over five seconds. */
const withinMs = 2_000;
const reminderKey = "sealwright";

/** The button of the manifest whose pane finishes what is missing. */
const paneCommand = "Mail.Compose.Protect";
/** Tells the pane why it was opened. */
const finish = JSON.stringify({ finish: true });

/** What an answer is, its reader finds out: types of Office's say other things than its programs. */
type Done = (result: Office.AsyncResult<unknown>) => void;
/** A launch event, with what it is about. */
type Launched = Office.MailboxEvent & Partial<Pick<Office.AttachmentsChangedEventArgs, "attachmentDetails">>;

const itemNow = () => Office.context.mailbox.item as unknown as Office.MessageCompose;
const ask = (start: (done: Done) => void): Promise<unknown> => officeCall<unknown>(start, { withinMs });

/** @throws RightsError where Outlook does not answer: then nobody knows, and nothing leaves. */
async function leaving(item: Office.MessageCompose): Promise<Leaving> {
  const [header, notes, attachments] = await Promise.all([headerIn(item), notesIn(item), attachmentsIn(item)]);
  const facts = { header, notes, attachments };
  return { ...facts, readers: demandOf(facts) === "recipients" ? await readersIn(item) : [] };
}

/** What the service puts in front of this file: of what nobody has written down for a mail that no pane was opened for. */
declare const sealwrightNeedsLabel: boolean | undefined;
const needsLabel = typeof sealwrightNeedsLabel === "boolean" && sealwrightNeedsLabel;

/** A client without headers has none of ours either. */
async function headerIn(item: Office.MessageCompose): Promise<string | null> {
  if (!item.internetHeaders) return null;
  const found = await ask((done) => item.internetHeaders.getAsync([demandHeader], done));
  return headerOf(found, demandHeader);
}

async function notesIn(item: Office.MessageCompose): Promise<Map<string, string>> {
  if (!item.sessionData) return new Map();
  return notesOf(await ask((done) => item.sessionData.getAllAsync(done)));
}

const attachmentsIn = async (item: Office.MessageCompose) =>
  attachmentsOf(await ask((done) => item.getAttachmentsAsync(done)));

async function readersIn({ to, cc, bcc }: Office.MessageCompose): Promise<string[]> {
  const lists = await Promise.all([to, cc, bcc].map((line) => ask((done) => line.getAsync(done))));
  return readersOf(lists.flatMap(recipientsOf));
}

function onMessageSend(event: Office.MailboxEvent): void {
  const refuse = (verdict: Verdict | null) => {
    const { text, button } = refusalOf(verdict, Office.context.displayLanguage);
    const more = { cancelLabel: button, commandId: paneCommand, contextData: finish };
    event.completed({ allowEvent: false, errorMessage: text, ...more });
  };
  leaving(itemNow())
    .then((mail) => check({ ...mail, needsLabel }))
    .then(
      (verdict) => (verdict.may ? event.completed({ allowEvent: true }) : refuse(verdict)),
      () => refuse(null),
    );
}

/** What is not protected yet is said while there is time; what cannot be said is no reason to stop. */
function remind(event: Office.MailboxEvent): void {
  void leaving(itemNow())
    .then(check)
    .then(show)
    .catch(() => undefined)
    .then(() => event.completed());
}

async function show(verdict: Verdict): Promise<unknown> {
  const { notificationMessages: shown } = itemNow();
  if (verdict.may) return ask((done) => shown.removeAsync(reminderKey, done));
  const { text, button } = reminderOf(verdict, Office.context.displayLanguage);
  const action = { actionType: "showTaskPane", actionText: button, commandId: paneCommand, contextData: finish };
  const message = { type: "insightMessage", message: text, icon: "Icon.16", actions: [action] };
  return ask((done) => shown.replaceAsync(reminderKey, message, done));
}

/** Counts what comes and goes, by which one attachment is told from another that looks the same. */
function onMessageAttachmentsChanged(event: Launched): void {
  void count(event)
    .catch(forget)
    .then(() => remind(event));
}

async function count({ attachmentDetails }: Launched): Promise<void> {
  const note = toldNote(markOf(attachmentOf(attachmentDetails ?? {})));
  const { sessionData } = itemNow();
  const before = (await notesIn(itemNow())).get(note);
  await ask((done) => sessionData.setAsync(note, String(Number(before ?? 0) + 1), done));
}

/** Where nothing can be counted any more, nothing counts as looked at. */
const forget = (): Promise<unknown> => ask((done) => itemNow().sessionData.clearAsync(done)).catch(() => undefined);

Office.actions.associate("onMessageSend", onMessageSend);
Office.actions.associate("onMessageAttachmentsChanged", onMessageAttachmentsChanged);
Office.actions.associate("onMessageRecipientsChanged", remind);
Office.actions.associate("onNewMessageCompose", remind);

// in a page Office wants to be asked whether it is there; where there is none it has nothing to say to that
if (typeof Office.onReady === "function") void Office.onReady();
