import { useEffect, useRef } from "preact/hooks";
import { Chooser } from "./chooser.js";
import { CurrentState } from "./current-state.js";
import { DoneScreen } from "./done-screen.js";
import type { Messages } from "./messages.js";
import type { Pane } from "./pane.js";
import { TroubleScreen } from "./trouble-screen.js";

export interface PaneProps {
  readonly pane: Pane;
  readonly say: Messages;
}

/** The pane: what is true of the document first, then what can be done, then who is signed in. */
export function App({ pane, say }: PaneProps) {
  const both = { pane, say };
  return (
    <>
      <CurrentState {...both} />
      <main>
        <Screen {...both} />
      </main>
      <Footer {...both} />
    </>
  );
}

function Screen({ pane, say }: PaneProps) {
  const { state } = pane;
  switch (state.at) {
    case "starting":
      return <p role="status">{say.starting}</p>;
    case "signed-out":
      return <SignedOut pane={pane} say={say} />;
    case "signing-in":
      return <SigningIn pane={pane} say={say} />;
    case "choosing":
    case "working":
      return <Chooser pane={pane} say={say} />;
    case "done":
      return <DoneScreen pane={pane} say={say} state={state} />;
    case "trouble":
      return <TroubleScreen pane={pane} say={say} trouble={state.trouble} />;
  }
}

function SignedOut({ pane, say }: PaneProps) {
  return (
    <section class="card">
      <p>{say.signInWhy}</p>
      <button type="button" class="primary" onClick={() => void pane.signIn()}>
        {say.signIn}
      </button>
    </section>
  );
}

function SigningIn({ pane, say }: PaneProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="card">
      <h2 tabIndex={-1} ref={heading}>
        {say.signingIn}
      </h2>
      <p>{say.signingInWhere}</p>
      <button type="button" onClick={() => pane.cancel()}>
        {say.cancel}
      </button>
    </section>
  );
}

/** Who is signed in, and who would do the work; quiet as long as all is well. */
function Footer({ pane, say }: PaneProps) {
  const { session } = pane;
  if (session === null) return null;
  const busy = pane.state.at === "working" || pane.state.at === "signing-in";
  return (
    <footer>
      <p>
        <span class="dot" aria-hidden="true" /> {say.inPage}
      </p>
      <p title={session.person.address}>{session.person.name}</p>
      <p>
        <button type="button" class="link" disabled={busy} onClick={() => void pane.signOut()}>
          {say.signOut}
        </button>{" "}
        ·{" "}
        <button type="button" class="link" disabled={busy} onClick={() => void pane.signIn(true)}>
          {say.otherAccount}
        </button>
      </p>
    </footer>
  );
}
