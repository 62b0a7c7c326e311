import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { contentKind } from "../shared/format/shown.js";
import { holds } from "../shared/rights.js";
import { ContentFrame } from "./content-frame.js";
import type { Desk } from "./desk.js";
import { KeepPasskey } from "./keep-passkey.js";
import { watchLicense } from "./license-watch.js";
import { localeFor, type Messages } from "./messages.js";
import { Actions } from "./open-actions.js";
import { refusal, refusalFrom } from "./refusal.js";
import type { Printing, Start, ToFrame } from "./render/protocol.js";
import { RightsList, summaryOf } from "./rights-panel.js";
import { type ScreenProps, SignedIn } from "./screens.js";
import type { ContentServer } from "./serve-content.js";

/** Content fills the page; above it one line with what the reader may do, and a menu. */
export function OpenScreen({ desk, say, state }: ScreenProps<"open">) {
  const { document: read, opened, isChecked } = state;
  const server = useRef<ContentServer | null>(null);
  const [isShown, setShown] = useState(false);
  const [place, setPlace] = useState({ page: 0, count: 1 });
  const [found, setFound] = useState<number | null | undefined>(undefined);
  const [printing, setPrinting] = useState<Printing>(null);
  const [hasThumbnails, setThumbnails] = useState(false);
  const send = (message: ToFrame) => server.current?.send(message);
  const start = useMemo(() => startOf(desk, state, say), [opened]);
  useEffect(() => printByKey(() => send({ type: "print" })), []);
  useEffect(() => {
    if (isShown) void proveAuthor(desk, state);
  }, [isShown, opened]);
  useEffect(
    () =>
      watchLicense(opened, state.ask, {
        changed: (now) => desk.reopen(now),
        ended: (error) => desk.refuse(refusalFrom(error)),
      }),
    [opened],
  );
  const hearing = {
    shown: () => setShown(true),
    at: (page: number, count: number) => setPlace({ page, count }),
    found: setFound,
    printing: setPrinting,
    thumbnails: setThumbnails,
    cannot: (why: "too-large" | "unsuitable" | "outdated") => desk.refuse(refusal(why, why, opened.use.terms.author)),
    failed: (error: unknown) => desk.refuse(refusalFrom(error)),
  };
  const language = document.documentElement.lang;
  return (
    <div class="open">
      <header>
        <div class="about">
          <h1>{opened.use.terms.label ?? read.name}</h1>
          <span>{summaryOf(opened.use, say, language)}</span>
        </div>
        {place.count > 1 && start.kind !== "text" ? (
          <AllPages say={say} send={send} isOpen={hasThumbnails} opened={setThumbnails} />
        ) : null}
        {place.count > 1 ? <Paging {...place} say={say} send={send} /> : null}
        <Zoom say={say} send={send} />
        <Menu label={say.rights}>
          <h2>{read.name}</h2>
          <p>
            {say.byWhom} {opened.use.terms.author.name} ({opened.use.terms.author.address})<br />
            <span role="status">{isChecked ? `✓ ${say.checked}` : say.checking}</span>
          </p>
          <RightsList use={opened.use} say={say} language={language} isChecked={isChecked} />
          {start.kind === "pdf" && start.may.extract ? <Find say={say} send={send} found={found} /> : null}
          <Actions desk={desk} say={say} state={state} send={send} pages={place.count} />
          <SignedIn desk={desk} say={say} />
        </Menu>
        <p role="status" class="printing">
          {printingIn(printing, say)}
        </p>
        <KeepPasskey desk={desk} say={say.guests} />
      </header>
      <main>
        <p role="status" class="coming">
          {isShown ? "" : say.coming}
        </p>
        <ContentFrame
          start={start}
          content={opened.content}
          hearing={hearing}
          ready={(one) => {
            server.current = one;
          }}
        />
      </main>
    </div>
  );
}

function printingIn(progress: Printing, say: Messages): string {
  if (progress === null) return "";
  return progress === "failed" ? say.printFailed : say.printing(progress.done + 1, progress.count);
}

function startOf(
  { reader }: Desk,
  { document: read, opened }: ScreenProps<"open">["state"],
  { thumbnails }: Messages,
): Start {
  const { rights, terms } = opened.use;
  const when = new Date(opened.givenMs).toLocaleString(localeFor(document.documentElement.lang), {
    timeZoneName: "short",
  });
  return {
    kind: contentKind(terms.ext)!,
    size: opened.content.size,
    extension: terms.ext.toLowerCase(),
    mark: [markOf(reader), when, ...(terms.obligations ?? []).map(({ text }) => text)],
    may: { print: holds(rights, "PRINT"), extract: holds(rights, "EXTRACT") },
    thumbnails,
    name: read.name,
  };
}

/** A guest has no other name than their address. */
const markOf = (reader: Desk["reader"]): string =>
  reader?.name === reader?.address ? String(reader?.address) : `${reader?.name} <${reader?.address}>`;

/** Reads all of it once more, in the background, until the signature over the whole has been held against it. */
async function proveAuthor(desk: Desk, { opened }: ScreenProps<"open">["state"]): Promise<void> {
  const isStillOpen = () => desk.state.at === "open" && desk.state.opened === opened;
  try {
    await opened.content.check();
    if (isStillOpen()) desk.checked();
  } catch (error) {
    if (isStillOpen()) desk.refuse(refusalFrom(error));
  }
}

/** The browser's own key would print the page around the content, which stays blank. */
function printByKey(print: () => void): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    print();
  };
  addEventListener("keydown", pressed);
  return () => removeEventListener("keydown", pressed);
}

type AllPagesProps = {
  say: Messages;
  send: (message: ToFrame) => void;
  isOpen: boolean;
  opened: (isOpen: boolean) => void;
};

function AllPages({ say, send, isOpen, opened }: AllPagesProps) {
  const toggle = () => {
    opened(!isOpen);
    send({ type: "thumbnails", isOpen: !isOpen });
  };
  const { thumbnails: label } = say;
  return (
    <button type="button" class="pages" aria-pressed={isOpen} aria-label={label} title={label} onClick={toggle}>
      ▦
    </button>
  );
}

type PagingProps = { page: number; count: number; say: Messages; send: (message: ToFrame) => void };

function Paging({ page, count, say, send }: PagingProps) {
  const go = (event: Event) => {
    const wanted = Number((event.currentTarget as HTMLInputElement).value);
    if (Number.isInteger(wanted)) send({ type: "go", page: wanted - 1 });
  };
  return (
    <label class="paging">
      <span class="unseen">{say.page}</span>
      <input type="text" inputMode="numeric" size={3} value={page + 1} onChange={go} /> / {count}
    </label>
  );
}

type FindProps = { say: Messages; send: (message: ToFrame) => void; found: number | null | undefined };

/** The text of pages that are not in view is not in the page, so the browser's own search would miss it. */
function Find({ say, send, found }: FindProps) {
  const input = useRef<HTMLInputElement>(null);
  const find = (event: Event) => {
    event.preventDefault();
    send({ type: "find", text: input.current!.value });
  };
  return (
    <search>
      <form class="find" onSubmit={find}>
        <label>
          {say.find} <input type="search" ref={input} maxLength={200} required />
        </label>
        <button type="submit">{say.findNext}</button>
        <p role="status">{found === undefined ? "" : found === null ? say.notFound : say.foundOn(found + 1)}</p>
      </form>
    </search>
  );
}

function Zoom({ say, send }: { say: Messages; send: (message: ToFrame) => void }) {
  return (
    <div class="zoom">
      <button
        type="button"
        aria-label={say.zoomOut}
        title={say.zoomOut}
        onClick={() => send({ type: "zoom", by: "out" })}
      >
        −
      </button>
      <button type="button" aria-label={say.fit} title={say.fit} onClick={() => send({ type: "zoom", by: "fit" })}>
        ↔
      </button>
      <button type="button" aria-label={say.zoomIn} title={say.zoomIn} onClick={() => send({ type: "zoom", by: "in" })}>
        +
      </button>
    </div>
  );
}

/** A button with a panel below it, that Escape closes. */
function Menu({ label, children }: { label: string; children: preact.ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [isOpen]);
  return (
    <div class="menu">
      <button type="button" ref={button} aria-expanded={isOpen} aria-controls="panel" onClick={() => setOpen(!isOpen)}>
        {label}
      </button>
      <section id="panel" class="panel" aria-label={label} hidden={!isOpen}>
        {children}
      </section>
    </div>
  );
}
