import { labelPath, textIn } from "../../shared/label.js";
import { Footer } from "../footer.js";
import { PairingScreen } from "../pairing-screen.js";
import { SigningIn } from "../signing-in.js";
import { TroubleScreen } from "../trouble-screen.js";
import { AttachmentList } from "./attachment-list.js";
import { ComposeForm, type MailProps } from "./compose-form.js";

/** The pane beside a mail that is being written: what is true of it first, then what can be done, then who is signed in. */
export function ComposeApp(all: MailProps) {
  return (
    <>
      <MailState {...all} />
      <main>
        <Screen {...all} />
      </main>
      <Footer pane={all.compose} say={all.say} />
    </>
  );
}

function MailState({ compose, mail }: MailProps) {
  const { current, policy, parts } = compose;
  const name = current && policy ? labelPath(policy.labels, current, parts.language).replace("/", " · ") : mail.noLabel;
  return (
    <header style={{ "--label": current?.color ?? "transparent" }} class={current === null ? "plain" : ""}>
      <h1>{name}</h1>
      <p>{current === null ? mail.noLabelHelp : textIn(current.tooltip, parts.language)}</p>
    </header>
  );
}

function Screen(all: MailProps) {
  const { compose, say, mail } = all;
  const { state } = compose;
  const { pairing } = compose.agent;
  if (pairing !== null && state.at === "choosing")
    return <PairingScreen pane={compose} say={say} pairing={pairing} program={mail.outlook} />;
  switch (state.at) {
    case "starting":
      return <p role="status">{mail.starting}</p>;
    case "signed-out":
      return <SignedOut {...all} />;
    case "signing-in":
      return <SigningIn cancel={() => compose.cancel()} say={say} />;
    case "choosing":
    case "working":
      return <ComposeForm {...all} />;
    case "sent":
      return (
        <p role="status" class="card">
          {mail.sent}
        </p>
      );
    case "trouble":
      return <TroubleScreen pane={compose} say={say} trouble={state.trouble} unchanged={mail.unchanged} />;
  }
}

function SignedOut({ compose, say, mail }: MailProps) {
  return (
    <>
      <AttachmentList compose={compose} mail={mail} />
      <section class="card">
        <p>{mail.signInWhy}</p>
        <button type="button" class="primary" onClick={() => void compose.signIn()}>
          {compose.isToFinish && compose.parts.mail.canSend ? mail.signInAndFinish : say.signIn}
        </button>
      </section>
    </>
  );
}
