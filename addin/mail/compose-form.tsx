import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { textIn } from "../../shared/label.js";
import { LabelTree } from "../label-tree.js";
import type { Messages } from "../messages.js";
import { AttachmentList, type ComposeProps } from "./attachment-list.js";
import type { Compose } from "./compose.js";
import { type ReadersMay, readersMay } from "./mail-label.js";

export type MailProps = ComposeProps & { readonly say: Messages };

/** Labels, what recipients may, what is attached, and the button that does it. */
export function ComposeForm({ compose, say, mail }: MailProps) {
  const { policy, state, demand, outcome } = compose;
  if (policy === null) return null;
  if (!policy.mayPublish) return <p class="card">{say.mayNotProtect}</p>;
  const isWorking = state.at === "working";
  return (
    <>
      <AttachmentList compose={compose} mail={mail} />
      <fieldset class="choice" disabled={isWorking}>
        {policy.labels.length === 0 ? <p class="help">{say.noLabels}</p> : <LabelTree pane={compose} say={say} />}
        {demand === "recipients" ? <ReadersChoice compose={compose} mail={mail} /> : null}
        <Meetings compose={compose} mail={mail} />
        {demand !== "none" && compose.draft.hasPictures ? <Pictures compose={compose} mail={mail} /> : null}
        {compose.mustExplain ? <Reason compose={compose} say={say} mail={mail} /> : null}
      </fieldset>
      {outcome !== null && outcome.alone.length > 0 ? <p class="help">{mail.alone(outcome.alone)}</p> : null}
      <Act compose={compose} say={say} mail={mail} />
    </>
  );
}

function ReadersChoice({ compose, mail }: ComposeProps) {
  return (
    <>
      <label for="may">{mail.readersCan}</label>
      <select
        id="may"
        value={compose.choice.may}
        onChange={(event) => compose.setMay(event.currentTarget.value as ReadersMay)}
      >
        {readersMay.map((may) => (
          <option key={may} value={may}>
            {mail.may[may]}
          </option>
        ))}
      </select>
    </>
  );
}

/** Those for whom opening is not a matter of course. */
function Meetings({ compose, mail }: ComposeProps) {
  const { meetings } = compose;
  if (meetings.length === 0) return null;
  return (
    <ul class="meetings">
      {meetings.map(({ who, what }) => (
        <li key={who}>{mail.meetings[what](who)}</li>
      ))}
    </ul>
  );
}

function Pictures({ compose, mail }: ComposeProps) {
  return (
    <p class="pictures">
      <label class="tick">
        <input
          type="checkbox"
          checked={compose.choice.leavesPictures}
          aria-describedby="pictures-help"
          onChange={(event) => compose.leavePictures(event.currentTarget.checked)}
        />{" "}
        {mail.leavePictures}
      </label>
      <span class="help" id="pictures-help">
        {mail.leavePicturesHelp}
      </span>
    </p>
  );
}

function Reason({ compose, say }: MailProps) {
  return (
    <div class="reason">
      <label for="reason">{say.reason}</label>
      <textarea
        id="reason"
        rows={2}
        maxLength={255}
        aria-describedby="reason-help"
        value={compose.choice.reason}
        onInput={(event) => compose.setReason(event.currentTarget.value)}
      />
      <p class="help" id="reason-help">
        {say.reasonToAudit}
      </p>
    </div>
  );
}

/** The one thing to do, and above it what it will do, or what is true now. */
function Act({ compose, say, mail }: MailProps) {
  if (compose.state.at === "working") return <Working compose={compose} say={say} mail={mail} />;
  if (isDone(compose)) return <Done compose={compose} mail={mail} />;
  const { choice, obstacle, isToFinish } = compose;
  const can = choice.label !== null && obstacle === null;
  return (
    <div class="act">
      <p class="help" id="what" role="status">
        {whatHappens({ compose, say, mail })}
      </p>
      <button
        type="button"
        class="primary"
        aria-describedby="what"
        aria-disabled={!can}
        onClick={() => (can ? void compose.protect(isToFinish) : undefined)}
      >
        {buttonWords({ compose, say, mail })}
      </button>
    </div>
  );
}

/** Nothing is left to do but to send it, which is Outlook's button unless the pane was opened to do that too. */
function isDone({ outcome, choice, current, draft, demand, isToFinish, parts }: Compose): boolean {
  if (!outcome?.isReady || choice.label === null || choice.label.id !== current?.id) return false;
  return (draft.open.length === 0 || demand === "none") && !(isToFinish && parts.mail.canSend);
}

function Done({ compose, mail }: ComposeProps) {
  const words = useRef<HTMLParagraphElement>(null);
  useKeptFocus(words);
  return (
    <div class="act">
      <p class="done" id="what" role="status" tabIndex={-1} ref={words}>
        {readyWords({ compose, mail })}
      </p>
    </div>
  );
}

function readyWords({ compose, mail }: ComposeProps): string {
  if (!compose.isToFinish) return mail.ready;
  return compose.demand === "none" ? mail.labelledSend : mail.readySend;
}

/** What was pressed is gone with its screen: who works in this pane goes on here, and who writes in the mail is left alone. */
function useKeptFocus(on: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.hasFocus() && document.activeElement === document.body) on.current?.focus();
  }, [on]);
}

function buttonWords({ compose, say, mail }: MailProps): string {
  const { label } = compose.choice;
  if (label === null) return say.protect;
  if (compose.isToFinish && compose.parts.mail.canSend)
    return compose.demand === "none" ? mail.labelAndSend : mail.andSend;
  const name = textIn(label.names, compose.parts.language);
  return compose.demand === "none" ? mail.labelAs(name) : mail.protectAs(name);
}

function whatHappens({ compose, say, mail }: MailProps): string {
  const { choice, obstacle, outcome, demand } = compose;
  const { open, hasOwn } = compose.draft;
  if (choice.label === null) return say.chooseFirst;
  if (obstacle !== null) return mail.obstacles[obstacle];
  if (outcome !== null && choice.label.id === compose.current?.id) {
    if (!outcome.isReady) return mail.notReady(Math.max(1, open.length));
    if (open.length === 0 || demand === "none") return mail.ready;
  }
  if (demand === "none") return mail.willLabel;
  if (open.length > 0) return mail.willProtect(open.length);
  if (compose.changesReaders) return mail.willRegrant;
  return hasOwn ? mail.willProtectAnew : mail.nothingToProtect;
}

/** Read out once, not for each attachment. */
function Working({ compose, say, mail }: MailProps) {
  const { attachments, open } = compose.draft;
  const cancel = useRef<HTMLButtonElement>(null);
  useKeptFocus(cancel);
  return (
    <div class="act">
      <p class="progress">
        <span role="status">{mail.working}…</span>
      </p>
      <progress
        max={Math.max(1, attachments.length)}
        value={attachments.length - open.length}
        aria-label={mail.working}
      />
      <button type="button" ref={cancel} onClick={() => compose.cancel()}>
        {say.cancel}
      </button>
    </div>
  );
}
