import type { Messages } from "./messages.js";
import type { Pane } from "./pane.js";
import type { Trouble } from "./trouble.js";

interface TroubleProps {
  readonly pane: Pick<Pane, "again" | "signIn" | "trustNewKey" | "withoutAgent" | "back">;
  readonly say: Messages;
  readonly trouble: Trouble;
  /** What is as it was, in words. */
  readonly unchanged: string;
}

/** Why nothing was done, in its own words, and what to do next. */
export function TroubleScreen({ pane, say, trouble, unchanged }: TroubleProps) {
  const [label, act] = {
    again: [say.again, () => pane.again()] as const,
    "sign-in": [say.signIn, () => pane.signIn()] as const,
    "trust-new-key": [say.trustNewKey, () => pane.trustNewKey()] as const,
  }[trouble.way];
  return (
    <section class="card">
      <p role="alert" class="trouble">
        {say.troubles[trouble.kind]}
      </p>
      <p>{unchanged}</p>
      <button type="button" class="primary" onClick={() => void act()}>
        {label}
      </button>
      {trouble.isAgents ? (
        <button type="button" onClick={() => pane.withoutAgent()}>
          {say.agent.without}
        </button>
      ) : null}
      <button type="button" onClick={() => pane.back()}>
        {say.back}
      </button>
      <p class="help">
        {say.forSupport}: {trouble.code}
      </p>
    </section>
  );
}
