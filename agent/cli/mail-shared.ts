import { basename, dirname, extname, join } from "node:path";
import { collect, equalBytes, streamOf } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { type Attachment, attachmentsFor, type Mailed, maxMailBytes } from "../mail/attachments.js";
import { composeMail } from "../mail/compose.js";
import { keptMailServer, type MailServer } from "../mail/mail-server.js";
import { sendMail } from "../mail/send.js";
import { ownLanguage } from "../own-language.js";
import { replaceFile } from "../work/replace-file.js";
import { exits } from "./exit.js";
import { outFolder } from "./paths.js";
import type { ReportOptions } from "./report.js";
import { print, printJson, shown } from "./say.js";
import { openHomeJournal, type Session } from "./session.js";

/** A file that was shared, as its mail tells of it. */
export interface Shared extends Mailed {
  readonly until: string | null;
}

export interface Mailing extends ReportOptions {
  readonly to: readonly string[];
  readonly message?: string;
  readonly subject?: string;
  readonly draft?: boolean;
  readonly out?: string;
  /** That says who can open the files. */
  readonly label: string | null;
}

/** Mails what was shared, or leaves a draft of it that the person sends. What is attached was proven to be protected. */
export async function mailShared(files: readonly Shared[], mailing: Mailing, session: Session): Promise<number> {
  const { account, home } = session;
  const server = mailing.draft ? null : await keptMailServer(account.secrets);
  const attachments = await attachmentsFor(files, account.info.organisation);
  const raw = await composed(files, attachments, mailing, session, server);
  if (server !== null) return tellSent(await sendMail(raw, mailing.to, server), attachments, mailing, raw.length);
  const first = files[0]!.path;
  const name = `${basename(first, extname(first))}.eml`;
  const folder = (await outFolder(mailing.out)) ?? dirname(first);
  const path = await writeDraft(raw, join(folder, name), home);
  const [to, attached] = [mailing.to, attachments.map((one) => one.name)];
  if (mailing.json) printJson({ mail: "draft", path, to, refused: [], attachments: attached, bytes: raw.length });
  else print(`${shown(path)} is the mail, not sent yet: open it, look at it, and send it`);
  return exits.done;
}

function composed(
  files: readonly Shared[],
  attachments: readonly Attachment[],
  { to, message, subject, label }: Mailing,
  { account: { info } }: Session,
  server: MailServer | null,
): Promise<Buffer> {
  const letter = {
    language: ownLanguage(),
    sender: { name: info.name, address: server?.from ?? info.address },
    to,
    subject: subject ?? null,
    message: message ?? null,
    files: files.map(({ path, until }) => ({ name: basename(path), until })),
    label,
    viewer: info.viewer,
    hasPages: attachments.some(({ holds }) => holds !== null),
  };
  return composeMail({ letter, attachments, isDraft: server === null });
}

async function writeDraft(raw: Buffer, target: string, home: Session["home"]): Promise<string> {
  const bytes = new Uint8Array(raw);
  return replaceFile({
    source: null,
    target,
    keep: true,
    journal: await openHomeJournal(home),
    async *write() {
      yield bytes;
    },
    async verify(written) {
      if (!equalBytes(await collect(streamOf(written), maxMailBytes), bytes))
        throw new RightsError("file-unwritable", "the draft could not be read back; nothing is left of it");
    },
  });
}

type Told = Awaited<ReturnType<typeof sendMail>>;

function tellSent({ accepted, refused }: Told, attached: readonly Attachment[], { json }: Mailing, bytes: number) {
  const attachments = attached.map(({ name }) => name);
  if (json) printJson({ mail: "sent", path: null, to: accepted, refused, attachments, bytes });
  else {
    print(`mailed to ${accepted.map(shown).join(", ")}: ${attachments.map(shown).join(", ")}`);
    if (refused.length > 0) print(`not taken by the mail server for ${refused.map(shown).join(", ")}`);
  }
  return refused.length > 0 ? exits.someFailed : exits.done;
}
