import { useState } from "preact/hooks";
import { maxAskReason } from "../shared/protocol/access-api.js";
import type { Desk } from "./desk.js";
import type { Messages } from "./messages.js";
import { type Refusal, refusalFrom } from "./refusal.js";

/** Asking whoever owns a file that stays closed, or gives too little: a button, then why, then what comes of it. */

interface AskProps {
  readonly desk: Desk;
  readonly say: Messages;
  readonly file: string;
  readonly owner: NonNullable<Refusal["owner"]>;
  /** It is open, and there is more to be asked for. */
  readonly forMore?: boolean;
}

type Step =
  | { readonly at: "offered" | "cancelled" | "sent" }
  | { readonly at: "writing"; readonly isSending: boolean; readonly failed: Refusal | null };

const writing = (isSending = false, failed: Refusal | null = null): Step => ({ at: "writing", isSending, failed });

export function AskOwner({ desk, say, file, owner, forMore = false }: AskProps) {
  const [step, take] = useState<Step>({ at: "offered" });
  const send = (reason: string) => {
    take(writing(true));
    desk.askOwner(reason).then(
      () => take({ at: "sent" }),
      (error) => take(writing(false, refusalFrom(error))),
    );
  };
  if (step.at === "sent") {
    const told = forMore ? say.askedMore(owner.name) : say.asked(owner.name);
    return <Asked told={told} label={forMore ? say.openAgain : say.tryAgain} again={() => desk.again()} />;
  }
  if (step.at === "writing") {
    const { isSending, failed } = step;
    const about = { file, me: desk.reader?.name ?? "", owner: owner.name };
    const trouble = failed && (failed.kind === "unreachable" ? say.notAsked : say.refusals[failed.kind])(about);
    const cancel = () => take({ at: "cancelled" });
    return <Why say={say} name={owner.name} isSending={isSending} trouble={trouble} send={send} cancel={cancel} />;
  }
  return (
    <button type="button" ref={step.at === "cancelled" ? focus : null} onClick={() => take(writing())}>
      {forMore ? say.askMore(owner.name) : say.ask(owner.name)}
    </button>
  );
}

const focus = (element: HTMLElement | null) => element?.focus();

interface WhyProps {
  readonly say: Messages;
  readonly name: string;
  readonly isSending: boolean;
  readonly trouble: string | null;
  send(reason: string): void;
  cancel(): void;
}

function Why({ say, name, isSending, trouble, send, cancel }: WhyProps) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason"));
    const line = reason.replace(/\s+/g, " ").trim();
    if (line !== "" && !isSending) send(line);
  };
  return (
    <form class="ask" onSubmit={submit}>
      <label for="reason">{say.askWhy(name)}</label>
      <textarea id="reason" name="reason" rows={3} maxLength={maxAskReason} required ref={focus} />
      {trouble === null ? null : (
        <p role="alert" class="trouble">
          {trouble}
        </p>
      )}
      <button type="submit" class="primary" aria-disabled={isSending}>
        {isSending ? say.sending : say.send}
      </button>
      <button type="button" onClick={cancel}>
        {say.cancel}
      </button>
    </form>
  );
}

/** Has the focus, which was in the form. */
function Asked({ told, label, again }: { told: string; label: string; again: () => Promise<void> }) {
  return (
    <>
      <p role="status" class="asked" tabIndex={-1} ref={focus}>
        {told}
      </p>
      <button type="button" onClick={() => void again()}>
        {label}
      </button>
    </>
  );
}
