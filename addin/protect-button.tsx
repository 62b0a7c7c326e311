import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { textIn } from "../shared/label.js";
import type { PaneProps } from "./app.js";

/** The one thing to do; while it is being done, how far it is takes its place. */
export function ProtectButton({ pane, say, what }: PaneProps & { what: ComponentChildren }) {
  const { state, order, choice } = pane;
  if (state.at === "working") return <Progress pane={pane} say={say} step={state.step} share={state.share} />;
  const { forms } = pane.parts.document;
  const isReachable = forms.length > 0 || pane.place !== null;
  const can = order !== null && !("kind" in order) && (order.policy === null || isReachable);
  const canCopy = can && order.policy !== null && pane.place !== null && forms.length > 0;
  const name = choice.label === null ? null : textIn(choice.label.names, pane.parts.language);
  const isLabelOnly = order !== null && !("kind" in order) && order.policy === null;
  const words = name === null ? say.protect : isLabelOnly ? say.labelAs(name) : say.protectAs(name);
  return (
    <div class="act">
      <p class="help" id="what" role="status">
        {what}
      </p>
      <button
        type="button"
        class="primary"
        aria-describedby="what"
        aria-disabled={!can}
        onClick={() => (can ? void pane.protect() : undefined)}
      >
        {words}
      </button>
      {canCopy ? (
        <button type="button" class="link" onClick={() => void pane.protect({ asCopy: true })}>
          {say.agent.copyInstead}
        </button>
      ) : null}
    </div>
  );
}

const steps = { labelling: [0, 0.05], reading: [0.05, 0.5], protecting: [0.5, 1] } as const;

type ProgressProps = PaneProps & { readonly step: keyof typeof steps; readonly share: number };

/** Read out once for each step, not for each percent. */
function Progress({ pane, say, step, share }: ProgressProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  const [from, to] = steps[step];
  const percent = Math.floor(100 * (from + (to - from) * share));
  return (
    <div class="act">
      <p class="progress">
        <span role="status">{say.steps[step]}…</span> <span aria-hidden="true">{say.percent(percent)}</span>
      </p>
      <progress max={100} value={percent} aria-label={say.steps[step]} />
      <button type="button" ref={cancel} onClick={() => pane.cancel()}>
        {say.cancel}
      </button>
    </div>
  );
}
