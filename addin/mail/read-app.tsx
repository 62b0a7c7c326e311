import { isProtectedName } from "../../shared/format/kind.js";
import type { UseLicense } from "../../shared/license/use-license.js";
import { holds } from "../../shared/rights.js";
import { parseSecondTime } from "../../shared/time.js";
import type { Messages } from "../messages.js";
import { singleRights } from "../permissions.js";
import type { Attachment } from "./mail.js";
import type { MailMessages } from "./messages.js";
import type { Read, ReadState } from "./read.js";

export interface ReadProps {
  readonly read: Read;
  readonly say: Messages;
  readonly mail: MailMessages;
}

/** The pane beside a mail that is read. */
export function ReadApp({ read, say, mail }: ReadProps) {
  const { attachments } = read;
  return (
    <>
      <header class="plain">
        <h1>{mail.readTitle}</h1>
        <p>{attachments.length === 0 ? mail.readNone : mail.readHelp}</p>
      </header>
      <main>
        <ul class="files">
          {attachments.map((attachment) => (
            <Row key={attachment.id} attachment={attachment} read={read} say={say} mail={mail} />
          ))}
        </ul>
      </main>
    </>
  );
}

type RowProps = ReadProps & { readonly attachment: Attachment };

function Row(all: RowProps) {
  const { attachment, read, mail } = all;
  const state = read.stateOf(attachment);
  return (
    <li class="file" aria-busy={state.at === "opening"}>
      <span class="sign" aria-hidden="true">
        {isProtectedName(attachment.name) || state.at === "open" ? "●" : "○"}
      </span>
      <span class="name">{attachment.name}</span>
      <div class="about">
        <About {...all} state={state} />
        {state.at === "unread" || state.at === "trouble" ? (
          <button
            type="button"
            aria-label={`${mail.open}: ${attachment.name}`}
            onClick={() => void read.look(attachment)}
          >
            {mail.open}
          </button>
        ) : null}
      </div>
    </li>
  );
}

function About({ attachment, read, say, mail, state }: RowProps & { readonly state: ReadState }) {
  switch (state.at) {
    case "unread":
      return null;
    case "opening":
      return <p role="status">{mail.opening}</p>;
    case "not-protected":
      return <p role="status">{mail.notProtected}</p>;
    case "trouble":
      return (
        <p role="alert" class="wrong">
          {say.troubles[state.trouble.kind]} ({state.trouble.code})
        </p>
      );
    case "refused":
      return (
        <>
          <p role="alert" class="wrong">
            {mail.refused[state.why]}
          </p>
          <Save attachment={attachment} read={read} mail={mail} />
        </>
      );
    case "open":
      return <Opened attachment={attachment} read={read} say={say} mail={mail} state={state} />;
  }
}

type OpenedProps = RowProps & { readonly state: Extract<ReadState, { at: "open" }> };

function Opened({ attachment, read, say, mail, state }: OpenedProps) {
  const { use, handed } = state;
  const told = { handed: mail.openedInViewer, "no-window": mail.noWindow, "too-large": mail.tooLargeForViewer };
  return (
    <>
      <p role="status">{mail.protectedBy(use.terms.author.name)}</p>
      <Rights use={use} say={say} mail={mail} language={read.parts.language} />
      {attachment.name.toLowerCase().endsWith(".pfile") ? <p class="help">{mail.wrapped}</p> : null}
      <button type="button" class="primary" onClick={() => void read.handOver(attachment)}>
        {mail.openInViewer}
      </button>
      {handed === null ? null : (
        <p role="status" class="help">
          {told[handed]}
        </p>
      )}
      <Save attachment={attachment} read={read} mail={mail} />
    </>
  );
}

type RightsProps = Pick<ReadProps, "say" | "mail"> & { readonly use: UseLicense; readonly language: string };

/** What its reader may do, and by what each is enforced: nobody should believe more than is true. */
function Rights({ use, say, mail, language }: RightsProps) {
  if (holds(use.rights, "OWNER")) return <p>{mail.youOwnIt}</p>;
  const more = singleRights.filter((right) => use.rights.includes(right)).map((right) => say.rights[right] ?? right);
  const { until } = use.terms;
  const when =
    until === null ? null : new Date(parseSecondTime(until, "license-malformed")).toLocaleDateString(language);
  const rows = [
    ["C", mail.youMay([mail.view])] as const,
    ...(more.length === 0 ? [] : [["V", mail.youMay(more)] as const]),
    ...(when === null ? [] : [["S", mail.until(when)] as const]),
  ];
  return (
    <ul class="rights-now">
      {rows.map(([mark, text]) => (
        <li key={mark}>
          {text} <abbr title={mail.marks[mark]}>{mark}</abbr>
        </li>
      ))}
    </ul>
  );
}

function Save({ attachment, read, mail }: Pick<RowProps, "attachment" | "read" | "mail">) {
  return (
    <>
      <button type="button" onClick={() => read.save(attachment)}>
        {mail.save}
      </button>
      <p class="help">{mail.saveHelp}</p>
    </>
  );
}
