import { useEffect, useRef } from "preact/hooks";
import type { Pairing } from "./agent-side.js";
import type { Messages } from "./messages.js";
import type { Pane } from "./pane.js";

interface PairingProps {
  readonly pane: Pick<Pane, "agent" | "withoutAgent">;
  readonly say: Messages;
  readonly pairing: Pairing;
  /** What this is a pane of. */
  readonly program: string;
}

/** Word and the agent meet: it shows a code, and the person types it here. */
export function PairingScreen({ pane, say, pairing, program }: PairingProps) {
  const { step, trouble } = pairing;
  const words = say.agent;
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (step === "shown" || step === "by-hand") code.current?.focus();
  }, [step, trouble]);
  const isBusy = step === "showing" || step === "checking";
  const connect = (event: Event) => {
    event.preventDefault();
    if (!isBusy) void pane.agent.pair(code.current?.value ?? "");
  };
  return (
    <section class="card">
      <h2>{words.notMet(program)}</h2>
      <p>{words.notMetWhy}</p>
      <button type="button" disabled={isBusy} onClick={() => void pane.agent.showCode()}>
        {words.showCode}
      </button>
      <p role="status" class="help">
        {told(pairing, words)}
      </p>
      <form onSubmit={connect}>
        <label for="code">{words.code}</label>
        <input
          id="code"
          ref={code}
          class="code"
          type="text"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={20}
          aria-invalid={trouble !== null}
          aria-describedby={trouble === null ? undefined : "code-trouble"}
        />
        {trouble === null ? null : (
          <p role="alert" class="wrong" id="code-trouble">
            {words.troubles[trouble]}
          </p>
        )}
        <button type="submit" class="primary" disabled={isBusy}>
          {step === "checking" ? words.connecting : words.connect}
        </button>
      </form>
      <button type="button" class="link" onClick={() => pane.withoutAgent()}>
        {words.without}
      </button>
    </section>
  );
}

const told = ({ step, trouble }: Pairing, words: Messages["agent"]): string => {
  if (step === "showing") return words.showing;
  if (step === "by-hand") return words.byHand;
  return step === "shown" && trouble === null ? words.shown : "";
};
