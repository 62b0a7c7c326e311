import { useEffect, useRef } from "preact/hooks";
import { labelPath, textIn } from "../../shared/label.js";
import { AgentNote } from "../agent-note.js";
import { PairingScreen } from "../pairing-screen.js";
import type { Trouble } from "../trouble.js";
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
      <Footer {...all} />
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
      return <SigningIn {...all} />;
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
      return <TroubleNow {...all} trouble={state.trouble} />;
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

function SigningIn({ compose, say }: MailProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="card">
      <h2 tabIndex={-1} ref={heading}>
        {say.signingIn}
      </h2>
      <p>{say.signingInWhere}</p>
      <button type="button" onClick={() => compose.cancel()}>
        {say.cancel}
      </button>
    </section>
  );
}

/** Why it stopped, in its own words, and what to do next. */
function TroubleNow({ compose, say, mail, trouble }: MailProps & { readonly trouble: Trouble }) {
  const [label, act] = {
    again: [say.again, () => compose.again()] as const,
    "sign-in": [say.signIn, () => compose.signIn()] as const,
    "trust-new-key": [say.trustNewKey, () => compose.trustNewKey()] as const,
  }[trouble.way];
  return (
    <section class="card">
      <p role="alert" class="trouble">
        {say.troubles[trouble.kind]}
      </p>
      <p>{mail.unchanged}</p>
      <button type="button" class="primary" onClick={() => void act()}>
        {label}
      </button>
      <button type="button" onClick={() => compose.back()}>
        {say.back}
      </button>
      <p class="help">
        {say.forSupport}: {trouble.code}
      </p>
    </section>
  );
}

/** Who would do the work, and as whom; quiet as long as all is well. */
function Footer({ compose, say }: MailProps) {
  const { session, state, agent } = compose;
  if (session === null) return null;
  const busy = state.at === "working" || state.at === "signing-in";
  const isByAgent = agent.found.standing === "connected";
  return (
    <footer>
      <p>
        <span class={isByAgent ? "dot" : "dot alone"} aria-hidden="true" />{" "}
        {isByAgent ? say.agent.connected : say.inPage}
      </p>
      {busy || agent.pairing !== null ? null : <AgentNote pane={compose} say={say} />}
      <p title={session.person.address}>{session.person.name}</p>
      <p>
        <button type="button" class="link" disabled={busy} onClick={() => void compose.signOut()}>
          {say.signOut}
        </button>{" "}
        ·{" "}
        <button type="button" class="link" disabled={busy} onClick={() => void compose.signIn(true)}>
          {say.otherAccount}
        </button>
      </p>
    </footer>
  );
}
