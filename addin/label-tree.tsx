import { useState } from "preact/hooks";
import { type Label, textIn } from "../shared/label.js";
import type { Messages } from "./messages.js";

/** Who picks a label, and for what. */
export interface LabelPicking {
  readonly policy: { readonly labels: readonly Label[] } | null;
  /** What it has now. */
  readonly current: Label | null;
  readonly choice: { readonly label: Label | null };
  readonly parts: { readonly language: string };
  pick(label: Label): void;
}

/**
 * The labels as a tree of two levels (WAI-ARIA's tree view): arrow keys move, Right and Left open and close, Enter or a
 * space picks. A label with others below it is none to pick.
 */
export function LabelTree({ pane, say }: { readonly pane: LabelPicking; readonly say: Messages }) {
  const labels = [...(pane.policy?.labels ?? [])].sort((one, other) => one.order - other.order);
  const below = (id: string | null) => labels.filter(({ parent }) => parent === id);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(openAtFirst(pane, labels)));
  const [focused, setFocused] = useState<string | null>(null);
  const rows = below(null).flatMap((label): Row[] => {
    const children = below(label.id);
    const row = { label, level: 1, children: children.length, isOpen: open.has(label.id) } as const;
    const inner = open.has(label.id) ? children : [];
    return [row, ...inner.map((child): Row => ({ label: child, level: 2, children: 0, isOpen: false }))];
  });
  const toggle = (id: string, wanted = !open.has(id)) => {
    const next = new Set(open);
    if (wanted) next.add(id);
    else next.delete(id);
    setOpen(next);
  };
  const act = ({ label, children }: Row) => (children > 0 ? toggle(label.id) : pane.pick(label));
  const stop = rows.find(({ label }) => label.id === (focused ?? pane.choice.label?.id ?? pane.current?.id));
  const pressed = (event: KeyboardEvent, row: Row) => {
    const to = target(event.key, row, rows, toggle);
    if (event.key === "Enter" || event.key === " ") act(row);
    else if (to === null) return;
    else focusOn(to);
    event.preventDefault();
  };
  return (
    <div role="tree" aria-label={say.labels} class="labels">
      {rows.map((row) => (
        <LabelRow
          key={row.label.id}
          row={row}
          say={say}
          language={pane.parts.language}
          isPicked={pane.choice.label?.id === row.label.id}
          isCurrent={pane.current?.id === row.label.id}
          isStop={row === (stop ?? rows[0])}
          act={() => act(row)}
          pressed={(event) => pressed(event, row)}
          focused={() => setFocused(row.label.id)}
        />
      ))}
    </div>
  );
}

/** A line of the tree that can be seen. */
interface Row {
  readonly label: Label;
  readonly level: 1 | 2;
  readonly children: number;
  readonly isOpen: boolean;
}

/** Above the label of the document, and above the one that is picked. */
const openAtFirst = ({ current, choice }: LabelPicking, labels: readonly Label[]): string[] => {
  const shown = [current?.parent, choice.label?.parent].filter((id) => id != null);
  return shown.length > 0 ? shown : labels.filter(({ default: usual }) => usual).flatMap(({ parent }) => parent ?? []);
};

const rowId = (label: Label): string => `label-${label.id}`;
const focusOn = (label: Label): void => document.getElementById(rowId(label))?.focus();

/** Where a key leads: another line, the same one (something opened or closed), or nowhere. */
function target(
  key: string,
  row: Row,
  rows: readonly Row[],
  toggle: (id: string, open: boolean) => void,
): Label | null {
  const at = rows.indexOf(row);
  const { label, children, isOpen } = row;
  switch (key) {
    case "ArrowDown":
      return rows[at + 1]?.label ?? label;
    case "ArrowUp":
      return rows[at - 1]?.label ?? label;
    case "Home":
      return rows[0]!.label;
    case "End":
      return rows.at(-1)!.label;
    case "ArrowRight":
      if (children > 0 && isOpen) return rows[at + 1]!.label;
      if (children > 0) toggle(label.id, true);
      return label;
    case "ArrowLeft":
      if (isOpen) toggle(label.id, false);
      return rows.find((one) => one.label.id === label.parent)?.label ?? label;
    default:
      return null;
  }
}

interface LabelRowProps {
  readonly row: Row;
  readonly say: Messages;
  readonly language: string;
  readonly isPicked: boolean;
  readonly isCurrent: boolean;
  readonly isStop: boolean;
  act(): void;
  pressed(event: KeyboardEvent): void;
  focused(): void;
}

function LabelRow({ row, say, language, isPicked, isCurrent, isStop, act, pressed, focused }: LabelRowProps) {
  const { label, level, children, isOpen } = row;
  const name = textIn(label.names, language);
  const tooltip = textIn(label.tooltip, language);
  return (
    <div
      role="treeitem"
      id={rowId(label)}
      aria-level={level}
      aria-selected={isPicked}
      aria-expanded={children > 0 ? isOpen : undefined}
      tabIndex={isStop ? 0 : -1}
      style={{ "--label": label.color }}
      onClick={act}
      onKeyDown={pressed}
      onFocus={focused}
    >
      <span class="dot" aria-hidden="true" />
      <span class="name">
        {name}
        {isCurrent ? <span class="unseen">, {say.isCurrent}</span> : null}
      </span>
      <span class="end" aria-hidden="true">
        {isCurrent ? "✓" : ""}
        {children > 0 ? (isOpen ? " ⌃" : " ⌄") : ""}
      </span>
      {tooltip === "" ? null : <span class="help">{tooltip}</span>}
    </div>
  );
}
