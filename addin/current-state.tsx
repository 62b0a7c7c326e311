import { labelPath, textIn } from "../shared/label.js";
import type { PaneProps } from "./app.js";

/** What is true of the document now: its label's colour, its name, and what that means. */
export function CurrentState({ pane, say }: PaneProps) {
  const { current, carried, policy, session } = pane;
  const { language } = pane.parts;
  const name = current && policy ? labelPath(policy.labels, current, language).replace("/", " · ") : carried?.name;
  const help = () => {
    if (current !== null) return textIn(current.tooltip, language);
    if (carried === null) return pane.isKnown ? say.noLabelHelp : say.cannotTell;
    return session === null ? "" : say.unknownLabel;
  };
  const none = pane.isKnown || pane.state.at === "starting" ? say.noLabel : say.labelNotTold;
  return (
    <header style={{ "--label": current?.color ?? "transparent" }} class={carried === null ? "plain" : ""}>
      <h1>{carried === null ? none : (name ?? say.labelNotTold)}</h1>
      <p>{help()}</p>
    </header>
  );
}
