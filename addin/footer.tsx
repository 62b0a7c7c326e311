import { AgentNote, type AgentNoteProps } from "./agent-note.js";
import type { Session } from "./session.js";

/** A pane beside a document or a mail, as far as it is about who is there. */
interface FooterProps extends AgentNoteProps {
  readonly pane: AgentNoteProps["pane"] & {
    readonly session: Session | null;
    readonly state: { readonly at: string };
    signIn(anew: boolean): Promise<void>;
    signOut(): Promise<void>;
  };
}

/** Who would do the work, and as whom; quiet as long as all is well. */
export function Footer({ pane, say }: FooterProps) {
  const { session, state, agent } = pane;
  if (session === null) return null;
  const busy = state.at === "working" || state.at === "signing-in";
  const isByAgent = agent.found.standing === "connected";
  return (
    <footer>
      <p>
        <span class={isByAgent ? "dot" : "dot alone"} aria-hidden="true" />{" "}
        {isByAgent ? say.agent.connected : say.inPage}
      </p>
      {busy || agent.pairing !== null ? null : <AgentNote pane={pane} say={say} />}
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
