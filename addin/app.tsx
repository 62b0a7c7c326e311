import { useEffect, useRef } from "preact/hooks";
import { AgentNote } from "./agent-note.js";
import { Chooser } from "./chooser.js";
import { CurrentState } from "./current-state.js";
import { DoneScreen } from "./done-screen.js";
import type { Messages } from "./messages.js";
import { PairingScreen } from "./pairing-screen.js";
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
  const { pairing } = pane.agent;
  const isIdle = state.at === "signed-out" || state.at === "choosing";
  const program = say.programs[pane.parts.document.program];
  if (pairing !== null && isIdle) return <PairingScreen pane={pane} say={say} pairing={pairing} program={program} />;
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
  const isAlone = !["connected", "looking"].includes(pane.agent.found.standing);
  return (
    <section class="card">
      <AgentNote pane={pane} say={say} />
      <p>{say.signInWhy}</p>
      <button type="button" class="primary" onClick={() => void pane.signIn()}>
        {isAlone ? say.agent.signInWithout : say.signIn}
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

/** Who would do the work, and as whom; quiet as long as all is well. */
function Footer({ pane, say }: PaneProps) {
  const { session, state } = pane;
  if (session === null) return null;
  const busy = state.at === "working" || state.at === "signing-in";
  const isByAgent = pane.agent.found.standing === "connected";
  return (
    <footer>
      <p>
        <span class={isByAgent ? "dot" : "dot alone"} aria-hidden="true" />{" "}
        {isByAgent ? say.agent.connected : say.inPage}
      </p>
      {busy || pane.agent.pairing !== null ? null : <AgentNote pane={pane} say={say} />}
      <p title={session.person.address}>{session.person.name}</p>
      <p>
        {session.by === "agent" ? null : (
          <>
            <button type="button" class="link" disabled={busy} onClick={() => void pane.signOut()}>
              {say.signOut}
            </button>{" "}
            ·{" "}
          </>
        )}
        <button type="button" class="link" disabled={busy} onClick={() => void pane.signIn(true)}>
          {say.otherAccount}
        </button>
      </p>
    </footer>
  );
}
