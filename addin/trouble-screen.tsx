import type { PaneProps } from "./app.js";
import type { Trouble } from "./trouble.js";

/** Why nothing was done, in its own words, and what to do next. */
export function TroubleScreen({ pane, say, trouble }: PaneProps & { trouble: Trouble }) {
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
      <p>{say.unchanged}</p>
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
