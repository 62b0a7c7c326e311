import type { Mail } from "./mail.js";

/** The same mail, of which one thing is asked after another, whoever asks: more than three at once Outlook does not do. */
export function inTurn(mail: Mail): Mail {
  let last: Promise<unknown> = Promise.resolve();
  const turn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
  return {
    attachments: () => turn(() => mail.attachments()),
    content: (attachment) => turn(() => mail.content(attachment)),
    add: (name, content) => turn(() => mail.add(name, content)),
    remove: (id) => turn(() => mail.remove(id)),
    recipients: () => turn(() => mail.recipients()),
    header: (name) => turn(() => mail.header(name)),
    setHeaders: (values) => turn(() => mail.setHeaders(values)),
    notes: () => turn(() => mail.notes()),
    setNote: (key, text) => turn(() => mail.setNote(key, text)),
    takeOutOfText: (attachment) => turn(() => mail.takeOutOfText(attachment)),
    canSend: mail.canSend,
    send: () => turn(() => mail.send()),
  };
}
