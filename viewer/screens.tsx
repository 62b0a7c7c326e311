import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { AskOwner } from "./ask-owner.js";
import type { Desk, State } from "./desk.js";
import type { Messages } from "./messages.js";
import { toOpen, twinNames } from "./pdf-twin.js";
import type { Refusal, Way } from "./refusal.js";

/** The screens between opening the page and seeing content: one thing to do on each. */

export interface ScreenProps<At extends State["at"]> {
  readonly desk: Desk;
  readonly say: Messages;
  readonly state: Extract<State, { at: At }>;
}

/** @param title - has the focus when the screen comes: it is what a screen reader begins with. */
export function Card({ title, note, children }: { title: string; note?: string; children: ComponentChildren }) {
  return (
    <main class="card">
      {note === undefined ? null : <p class="note">{note}</p>}
      <h1 tabIndex={-1} ref={focusOnce(title)}>
        {title}
      </h1>
      {children}
    </main>
  );
}

let focused: string | null = null;

const focusOnce = (title: string) => (heading: HTMLHeadingElement | null) => {
  if (heading === null || focused === title) return;
  focused = title;
  heading.focus({ preventScroll: true });
};

export function FilePicker({ desk, label, primary = false }: { desk: Desk; label: string; primary?: boolean }) {
  if (desk.isLocal) return null;
  const choose = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const file = toOpen(input.files ?? []);
    input.value = "";
    if (file !== null) void desk.choose(file);
  };
  return (
    <label class={primary ? "button primary picker" : "button picker"}>
      <input type="file" multiple onChange={choose} />
      <span>{label}</span>
    </label>
  );
}

export function EmptyScreen({ desk, say }: ScreenProps<"empty">) {
  return (
    <Card title={say.open}>
      <p>{say.openWhat}</p>
      <Offline say={say} />
      <FilePicker desk={desk} label={say.choose} primary />
      <p class="drop" aria-hidden="true">
        {say.dropHere}
      </p>
      <p class="help">{say.neverSent}</p>
      <SignedIn desk={desk} say={say} />
    </Card>
  );
}

/** What works without a network and what does not. */
function Offline({ say }: { say: Messages }) {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    for (const type of ["online", "offline"]) addEventListener(type, look);
    return () => {
      for (const type of ["online", "offline"]) removeEventListener(type, look);
    };
  }, []);
  return (
    <p role="status" class="offline">
      {isOnline ? "" : say.offline}
    </p>
  );
}

export function SignedIn({ desk, say }: { desk: Desk; say: Messages }) {
  if (desk.account === null) return null;
  const { name, address } = desk.account;
  return (
    <p class="help">
      {say.reader} {name === address ? name : `${name} (${address})`} ·{" "}
      <button type="button" class="link" onClick={() => void desk.signOut()}>
        {say.signOut}
      </button>
    </p>
  );
}

export function BusyScreen({ desk, say, state }: ScreenProps<"busy">) {
  const titles = { reading: say.reading, "signing-in": say.signingIn, asking: say.asking };
  return (
    <Card title={titles[state.doing]}>
      {state.doing === "signing-in" ? <p>{say.signingInWhere}</p> : <progress aria-label={titles[state.doing]} />}
      <button type="button" onClick={() => void desk.leave()}>
        {say.cancel}
      </button>
    </Card>
  );
}

export function ClosedScreen({ desk, say, state }: ScreenProps<"closed">) {
  const { organisation, guests } = state.host.place.discovery;
  return (
    <Card title={state.document.name} note={say.belongsTo(organisation)}>
      {state.document.file.container === "office" ? <CopyInstead say={say} name={state.document.name} /> : null}
      <p>{say.signInWhy}</p>
      <button type="button" class="primary" onClick={() => void desk.signIn(state)}>
        {say.signIn}
      </button>
      {guests === "code" ? (
        <button type="button" onClick={() => desk.beGuest(state)}>
          {say.guests.offer}
        </button>
      ) : null}
      <FilePicker desk={desk} label={say.openAnother} />
      {guests === "code" ? null : <p class="help">{say.guests.none[guests](organisation)}</p>}
      <p class="help">{say.neverSent}</p>
    </Card>
  );
}

/** An Office document opens in its own program; here its PDF copy does. */
export function CopyInstead({ say, name }: { say: Messages; name: string }) {
  return <p class="instead">{say.copyInstead(name, ...twinNames(name))}</p>;
}

export function ForeignScreen({ desk, say, state: { file, host, viewer } }: ScreenProps<"foreign">) {
  return (
    <Card title={file}>
      <p role="alert" class="trouble">
        {say.foreign(file, host)}
      </p>
      <p>{viewer === null ? say.foreignUnsafe : say.foreignNext(viewer.host)}</p>
      {viewer === null ? null : (
        <a class="button" href={viewer.href} rel="noreferrer">
          {say.goTo(viewer.host)}
        </a>
      )}
      <button type="button" class="primary" onClick={() => void desk.leave()}>
        {say.cancel}
      </button>
      <FilePicker desk={desk} label={say.openAnother} />
    </Card>
  );
}

export function RefusedScreen({ desk, say, state: { file, refusal } }: ScreenProps<"refused">) {
  const about = { file, me: desk.reader?.name ?? "", owner: refusal.owner?.name ?? "" };
  const isOffice = refusal.kind === "office";
  return (
    <Card title={file}>
      <p role="alert" class="trouble">
        {say.refusals[refusal.kind](about)}
      </p>
      {isOffice ? <CopyInstead say={say} name={file} /> : null}
      {refusal.ways.map((way) => (
        <WayOut key={way} way={way} desk={desk} say={say} file={file} refusal={refusal} />
      ))}
      <FilePicker desk={desk} label={isOffice ? say.chooseCopy : say.openAnother} primary={isOffice} />
      <p class="help">
        {say.details}: {refusal.code}
      </p>
    </Card>
  );
}

type WayOutProps = { way: Way; desk: Desk; say: Messages; file: string; refusal: Refusal };

function WayOut({ way, desk, say, file, refusal: { owner } }: WayOutProps) {
  if (desk.isLocal && way === "other-account") return null;
  if (way === "ask" && owner !== null && desk.canAsk)
    return <AskOwner desk={desk} say={say} file={file} owner={owner} />;
  if (way === "ask" && owner !== null)
    return (
      <a
        class="button"
        href={`mailto:${encodeURIComponent(owner.address)}?subject=${encodeURIComponent(say.askSubject(file))}`}
      >
        {say.ask(owner.name)}
      </a>
    );
  const [label, act] = {
    ask: ["", () => desk.leave()] as const,
    "other-account": [say.otherAccount, () => desk.useOtherAccount()] as const,
    "load-again": [say.loadAgain, () => location.reload()] as const,
    "try-again": [say.tryAgain, () => desk.again()] as const,
    "trust-new-key": [say.trustNewKey, () => desk.trustNewKey()] as const,
  }[way];
  return (
    <button type="button" onClick={() => void act()}>
      {label}
    </button>
  );
}
