import type { Compose } from "./compose.js";
import type { Attachment } from "./mail.js";
import type { MailMessages } from "./messages.js";
import type { AttachmentState } from "./order.js";

export interface ComposeProps {
  readonly compose: Compose;
  readonly mail: MailMessages;
}

/** Each attachment, and how it would leave. */
export function AttachmentList({ compose, mail }: ComposeProps) {
  const { attachments } = compose.draft;
  return (
    <section aria-labelledby="attachments">
      <h2 id="attachments">{mail.attachments}</h2>
      {attachments.length === 0 ? <p class="help">{mail.none}</p> : null}
      <ul class="files">
        {attachments.map((one) => (
          <Row key={one.id} attachment={one} compose={compose} mail={mail} />
        ))}
      </ul>
    </section>
  );
}

type RowProps = ComposeProps & { readonly attachment: Attachment };

function Row({ attachment, compose, mail }: RowProps) {
  const state = compose.draft.stateOf(attachment);
  const isWrong = state.at === "problem";
  return (
    <li class={`file ${state.at}`}>
      <span class="sign" aria-hidden="true">
        {signs[state.at]}
      </span>
      <span class="name">{attachment.name}</span>
      <span class={isWrong ? "wrong" : "help"} role={isWrong ? "alert" : undefined}>
        {wordsOf(state, mail)}
      </span>
      {compose.canSave(attachment) ? <Save attachment={attachment} compose={compose} mail={mail} /> : null}
    </li>
  );
}

function Save({ attachment, compose, mail }: RowProps) {
  const save = async () => {
    await compose.save(attachment);
    // the button is another one by now; the keyboard stays where it was
    if (document.activeElement === document.body) document.getElementById(id)?.focus();
  };
  const id = `save-${attachment.id}`;
  return (
    <button
      type="button"
      id={id}
      class="save"
      aria-label={`${mail.saveProtected}: ${attachment.name}`}
      onClick={() => void save()}
    >
      {mail.saveProtected}
    </button>
  );
}

const signs: Readonly<Record<AttachmentState["at"], string>> = {
  clear: "○",
  reading: "◔",
  protecting: "◑",
  attaching: "◕",
  protected: "●",
  "in-text": "◌",
  problem: "!",
};

function wordsOf(state: AttachmentState, mail: MailMessages): string {
  if (state.at === "problem") return mail.problems[state.problem.kind];
  if (state.at === "protecting") return mail.protecting(Math.floor(state.share * 100));
  if (state.at === "protected") return state.by === "us" ? mail.states.ours : mail.states.others;
  return mail.states[state.at];
}
