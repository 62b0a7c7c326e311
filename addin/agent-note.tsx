import type { Messages } from "./messages.js";
import type { Standing } from "./nearby-agent.js";
import type { Pane } from "./pane.js";

export interface AgentNoteProps {
  readonly pane: Pick<Pane, "agent" | "lookAgain">;
  readonly say: Messages;
}

/** Why the agent does not protect here, in its own words, and what to do next; nothing as long as all is well. */
export function AgentNote({ pane, say }: AgentNoteProps) {
  const { standing, who } = pane.agent.found;
  if (standing === "connected") return null;
  if (standing === "looking") return <p class="help">{say.agent.looking}</p>;
  const whose = standing === "other-service" ? who?.service : who?.name;
  const [words, act] = nextStep(standing, { pane, say });
  return (
    <div class="note">
      <p>{say.agent.standings[standing](whose ?? "")}</p>
      <button type="button" class="link next" onClick={act}>
        {words}
      </button>
    </div>
  );
}

function nextStep(standing: Standing, { pane, say }: AgentNoteProps): readonly [string, () => void] {
  const { pair, pairAnew, allow, lookAgain } = say.agent;
  if (standing === "not-paired") return [pair, () => void pane.agent.begin()];
  if (standing === "untrusted") return [pairAnew, () => void pane.agent.begin()];
  return [standing === "browser-asks" ? allow : lookAgain, () => void pane.lookAgain()];
}
