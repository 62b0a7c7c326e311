import { useEffect, useRef } from "preact/hooks";
import type { PaneProps } from "./app.js";
import { fileName } from "./document.js";
import type { Done } from "./state.js";

type DoneProps = PaneProps & { readonly state: Done };

/** What is true now, and how to take it back. */
export function DoneScreen({ pane, say, state }: DoneProps) {
  const { outcome, undo, isMade } = state;
  const { copy } = outcome;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const isUndone = undo.at === "done";
  return (
    <section class="card">
      <h2 tabIndex={-1} ref={heading}>
        {title({ pane, say, state })}
      </h2>
      <div role="status">
        {isUndone ? (
          <Undone pane={pane} say={say} state={state} lastUse={undo.lastUse} />
        ) : (
          sentences({ pane, say, state }).map((text) => <p key={text}>{text}</p>)
        )}
      </div>
      {undo.at === "failed" ? (
        <p role="alert" class="trouble">
          {say.troubles[undo.trouble.kind]}
        </p>
      ) : null}
      {mustSave({ pane, say, state }) ? (
        <button type="button" class="primary" onClick={() => void pane.save()}>
          {say.save}
        </button>
      ) : null}
      {copy === null || isUndone ? null : (
        <button type="button" onClick={() => pane.deliverAgain()}>
          {say.download}
        </button>
      )}
      {isUndone || isMade ? null : (
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

function title({ say, state: { outcome, undo, isMade } }: DoneProps): string {
  if (undo.at === "done") return say.isUndone;
  if (outcome.file !== null && !isMade) return say.agent.waitsTitle;
  return outcome.copy === null && outcome.file === null ? say.doneLabel : say.done;
}

function mustSave({ pane, state: { outcome, undo, isSaved } }: DoneProps): boolean {
  const isOpenFile = outcome.copy === null && outcome.file === null;
  return isOpenFile && !isSaved && undo.at !== "done" && pane.parts.document.canSave;
}

type UndoneProps = DoneProps & { readonly lastUse: string | null };

function Undone({ pane, say, state: { outcome }, lastUse }: UndoneProps) {
  const when = (time: string) =>
    new Date(time).toLocaleString(pane.parts.language, { dateStyle: "long", timeStyle: "short" });
  return (
    <>
      <p>{say.undone(outcome.copy?.name ?? null)}</p>
      {outcome.isSaved ? <p>{say.agent.saveUndone}</p> : null}
      {lastUse === null ? null : <p>{say.openedBefore(when(lastUse))}</p>}
    </>
  );
}

/** Names that are said; of more it is said how many. */
const shownNames = 3;

function sentences(props: DoneProps): string[] {
  const { pane, say, state } = props;
  const { copy, file, isLabelled, label, notShown, readers: all } = state.outcome;
  const readers = all.filter((who) => who !== pane.session?.person.address);
  const program = say.programs[pane.parts.document.program];
  return [
    ...(copy === null ? [] : copySentences(props)),
    ...(file === null ? [] : fileSentences(props)),
    ...(readers.length === 0
      ? []
      : [say.whoCanOpen(readers.slice(0, shownNames), Math.max(0, readers.length - shownNames))]),
    ...(copy === null && file === null && isLabelled ? [state.isSaved ? say.isSaved : say.saveToKeep] : []),
    ...(label !== null && !isLabelled ? [say.notCarried] : []),
    ...(notShown.length === 0
      ? []
      : [
          say.notShown(
            notShown.map((kind) => say.marks[kind]),
            program,
          ),
        ]),
  ];
}

function copySentences({ pane, say, state: { outcome } }: DoneProps): string[] {
  const { copy, pagesOnly, wasRefused, by, label } = outcome;
  const { document, unsaved } = pane.parts;
  const { pages = null } = copy ?? {};
  const lacksPages = by === "agent" && !pagesOnly && pages === null && label?.pdfCopy === true;
  return [
    ...(wasRefused ? [say.agent.refused(fileName(document, unsaved), say.programs[document.program])] : []),
    say.saved(copy?.name ?? ""),
    ...(pages === null ? [] : [say.agent.pages(pages.name)]),
    ...(lacksPages ? [say.agent.noPages] : []),
    pagesOnly ? say.pagesOnly : say.stillClear,
  ];
}

function fileSentences({ pane, say, state: { outcome, isMade } }: DoneProps): string[] {
  const { document } = pane.parts;
  const name = outcome.file?.name ?? "";
  if (isMade) return [say.agent.fileMade(name)];
  return [say.agent.waits(name, say.programs[document.program]), ...(document.canSave ? [] : [say.agent.saveFirst])];
}
