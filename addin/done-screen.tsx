import { useEffect, useRef } from "preact/hooks";
import type { PaneProps } from "./app.js";
import type { State } from "./pane.js";

type DoneProps = PaneProps & { readonly state: Extract<State, { at: "done" }> };

/** What is true now, and how to take it back. */
export function DoneScreen({ pane, say, state }: DoneProps) {
  const { outcome, undo } = state;
  const { copy, label, isLabelled } = outcome;
  const { document } = pane.parts;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const mustSave = isLabelled && copy === null;
  return (
    <section class="card">
      <h2 tabIndex={-1} ref={heading}>
        {copy === null ? say.doneLabel : say.done}
      </h2>
      <div role="status">
        {undo === "done" ? (
          <p>{say.undone(copy?.name ?? null)}</p>
        ) : (
          sentences({ pane, say, state }).map((text) => <p key={text}>{text}</p>)
        )}
      </div>
      {typeof undo === "object" ? (
        <p role="alert" class="trouble">
          {say.troubles[undo.kind]}
        </p>
      ) : null}
      {mustSave && document.canSave && undo !== "done" ? (
        <button type="button" class="primary" onClick={() => void pane.save()}>
          {say.save}
        </button>
      ) : null}
      {copy === null || undo === "done" ? null : (
        <button type="button" onClick={() => pane.deliverAgain()}>
          {say.download}
        </button>
      )}
      {undo === "done" || (copy === null && label !== null && !isLabelled) ? null : (
        <button type="button" disabled={undo === "doing"} onClick={() => void pane.undo()}>
          {undo === "doing" ? say.undoing : say.undo}
        </button>
      )}
      <button type="button" onClick={() => pane.back()}>
        {say.another}
      </button>
    </section>
  );
}

function sentences({ pane, say, state: { outcome } }: DoneProps): string[] {
  const { copy, pagesOnly, isLabelled, label, notShown } = outcome;
  const { program } = pane.parts.document;
  return [
    ...(copy === null ? [] : [say.saved(copy.name), pagesOnly ? say.pagesOnly : say.stillClear]),
    ...(copy === null && isLabelled ? [say.saveToKeep] : []),
    ...(label !== null && !isLabelled ? [say.notCarried] : []),
    ...(notShown.length === 0
      ? []
      : [
          say.notShown(
            notShown.map((kind) => say.marks[kind]),
            say.programs[program],
          ),
        ]),
  ];
}
