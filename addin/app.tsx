import { AgentNote } from "./agent-note.js";
import { Chooser } from "./chooser.js";
import { CurrentState } from "./current-state.js";
import { DoneScreen } from "./done-screen.js";
import { Footer } from "./footer.js";
import type { Messages } from "./messages.js";
import { PairingScreen } from "./pairing-screen.js";
import type { Pane } from "./pane.js";
import { SigningIn } from "./signing-in.js";
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
      return <SigningIn cancel={() => pane.cancel()} say={say} />;
    case "choosing":
    case "working":
      return <Chooser pane={pane} say={say} />;
    case "done":
      return <DoneScreen pane={pane} say={say} state={state} />;
    case "trouble":
      return <TroubleScreen pane={pane} say={say} trouble={state.trouble} unchanged={say.unchanged} />;
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
