import { useEffect, useRef } from "preact/hooks";
import type { PaneProps } from "./app.js";
import type { State } from "./pane.js";

type DoneProps = PaneProps & { readonly state: Extract<State, { at: "done" }> };

/** What is true now, and how to take it back. */
export function DoneScreen({ pane, say, state }: DoneProps) {
  const { outcome, undo, isSaved } = state;
  const { copy } = outcome;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const mustSave = copy === null && !isSaved && undo.at !== "done" && pane.parts.document.canSave;
  return (
    <section class="card">
      <h2 tabIndex={-1} ref={heading}>
        {undo.at === "done" ? say.isUndone : copy === null ? say.doneLabel : say.done}
      </h2>
      <div role="status">
        {undo.at === "done" ? (
          <Undone pane={pane} say={say} name={copy?.name ?? null} lastUse={undo.lastUse} />
        ) : (
          sentences({ pane, say, state }).map((text) => <p key={text}>{text}</p>)
        )}
      </div>
      {undo.at === "failed" ? (
        <p role="alert" class="trouble">
          {say.troubles[undo.trouble.kind]}
        </p>
      ) : null}
      {mustSave ? (
        <button type="button" class="primary" onClick={() => void pane.save()}>
          {say.save}
        </button>
      ) : null}
      {copy === null || undo.at === "done" ? null : (
        <button type="button" onClick={() => pane.deliverAgain()}>
          {say.download}
        </button>
      )}
      {undo.at === "done" ? null : (
        <button type="button" disabled={undo.at === "doing"} onClick={() => void pane.undo()}>
          {undo.at === "doing" ? say.undoing : say.undo}
        </button>
      )}
      <button type="button" onClick={() => pane.back()}>
        {say.another}
      </button>
    </section>
  );
}

type UndoneProps = PaneProps & { readonly name: string | null; readonly lastUse: string | null };

function Undone({ pane, say, name, lastUse }: UndoneProps) {
  const when = (time: string) =>
    new Date(time).toLocaleString(pane.parts.language, { dateStyle: "long", timeStyle: "short" });
  return (
    <>
      <p>{say.undone(name)}</p>
      {lastUse === null ? null : <p>{say.openedBefore(when(lastUse))}</p>}
    </>
  );
}

/** Names that are said; of more it is said how many. */
const shownNames = 3;

function sentences({ pane, say, state: { outcome, isSaved } }: DoneProps): string[] {
  const { copy, pagesOnly, isLabelled, label, notShown } = outcome;
  const readers = outcome.readers.filter((who) => who !== pane.session?.person.address);
  const { program } = pane.parts.document;
  return [
    ...(copy === null ? [] : [say.saved(copy.name), pagesOnly ? say.pagesOnly : say.stillClear]),
    ...(readers.length === 0
      ? []
      : [say.whoCanOpen(readers.slice(0, shownNames), Math.max(0, readers.length - shownNames))]),
    ...(copy === null && isLabelled ? [isSaved ? say.isSaved : say.saveToKeep] : []),
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
