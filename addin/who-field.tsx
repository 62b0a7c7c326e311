import { useEffect, useRef, useState } from "preact/hooks";
import type { FoundPerson } from "../shared/protocol/people-api.js";
import type { Messages } from "./messages.js";

interface WhoFieldProps {
  readonly id: string;
  readonly say: Messages;
  /** As typed. */
  readonly who: string;
  readonly field: { current: HTMLInputElement | null } | null;
  readonly trouble: string | null;
  put(who: string): void;
  /** Whoever may be meant; empty where nobody can say. */
  findPeople(search: string): Promise<readonly FoundPerson[]>;
}

/** Typing pauses so long before anybody is asked, in ms. */
const pauseMs = 150;

/**
 * An address, with those it may become (WAI-ARIA's combobox with a list): arrow keys choose, Enter takes, Escape closes.
 * What is typed counts as it is: somebody from elsewhere is in no list.
 */
export function WhoField({ id, say, who, field, trouble, put, findPeople }: WhoFieldProps) {
  const { found, look, close } = useFound(findPeople);
  const [at, setAt] = useState(-1);
  const [isTyping, setTyping] = useState(false);
  const shown = isTyping ? null : trouble; // half a name is no address yet
  useEffect(() => setAt(-1), [found]);
  const take = (person: FoundPerson) => {
    put(person.address);
    setTyping(false);
    close();
  };
  const pressed = (event: KeyboardEvent) => {
    const to = nextOption(event.key, at, found.length);
    if (to !== null) setAt(to);
    else if (event.key === "Enter" && found[at] !== undefined) take(found[at]);
    else if (event.key === "Escape" && found.length > 0) close();
    else return;
    event.preventDefault();
    event.stopPropagation(); // Office on the web takes Escape for its own, and moves the focus to the first label
  };
  return (
    <div class="who">
      <input
        id={id}
        ref={field}
        type="text"
        role="combobox"
        inputMode="email"
        autocomplete="off"
        spellcheck={false}
        placeholder={say.whoHint}
        value={who}
        aria-autocomplete="list"
        aria-expanded={found.length > 0}
        aria-controls={`${id}-found`}
        aria-activedescendant={at < 0 ? undefined : `${id}-found-${at}`}
        aria-invalid={shown !== null}
        aria-describedby={shown === null ? undefined : `${id}-trouble`}
        onInput={(event) => {
          setTyping(true);
          put(event.currentTarget.value);
          look(event.currentTarget.value);
        }}
        onKeyDown={pressed}
        onBlur={() => {
          setTyping(false);
          close();
        }}
      />
      <Found id={`${id}-found`} say={say} found={found} at={at} take={take} />
      {shown === null ? null : <Trouble id={`${id}-trouble`} words={shown} />}
    </div>
  );
}

const Trouble = ({ id, words }: { readonly id: string; readonly words: string }) => (
  <p class="wrong" id={id}>
    {words}
  </p>
);

/** Of the list as it is open: another line, or none for the field itself; `null` for keys that lead nowhere. */
function nextOption(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return at + 1 < count ? at + 1 : -1;
  if (key === "ArrowUp") return at < 0 ? count - 1 : at - 1;
  return null;
}

interface FoundProps {
  readonly id: string;
  readonly say: Messages;
  readonly found: readonly FoundPerson[];
  readonly at: number;
  take(person: FoundPerson): void;
}

function Found({ id, say, found, at, take }: FoundProps) {
  return (
    <div role="listbox" id={id} class="found" aria-label={say.people} hidden={found.length === 0}>
      {found.map((person, row) => (
        <div
          role="option"
          key={person.address}
          id={`${id}-${row}`}
          tabIndex={-1}
          aria-selected={row === at}
          onMouseDown={(event) => {
            event.preventDefault(); // the field keeps the focus
            take(person);
          }}
        >
          <span>{person.isGroup ? say.group(person.name) : person.name}</span>
          <span class="help">{person.address}</span>
        </div>
      ))}
    </div>
  );
}

const nobody: readonly FoundPerson[] = [];

const stop = (timer: ReturnType<typeof setTimeout> | null): void => (timer === null ? undefined : clearTimeout(timer));

/** What is found for what a person types, until it is closed; an answer that comes too late is nothing. */
function useFound(findPeople: WhoFieldProps["findPeople"]) {
  const [found, setFound] = useState(nobody);
  const pause = useRef<ReturnType<typeof setTimeout> | null>(null);
  const close = () => {
    stop(pause.current);
    pause.current = null;
    setFound(nobody);
  };
  const look = (typed: string) => {
    close();
    const search = typed.trim();
    if (search.length < 2 || search.startsWith("@")) return;
    const timer = setTimeout(async () => {
      const people = await findPeople(search).catch(() => nobody); // the field does without
      if (pause.current === timer) setFound(people);
    }, pauseMs);
    pause.current = timer;
  };
  useEffect(() => () => stop(pause.current), []);
  return { found, look, close };
}
