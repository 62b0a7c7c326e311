import type { ComponentChildren } from "preact";
import type { AccessRequest } from "../../shared/protocol/access-api.js";
import { localeFor } from "../messages.js";
import { offered, type RequestsMessages } from "./messages.js";
import type { RequestsDesk } from "./requests-desk.js";

interface RequestsProps {
  readonly desk: RequestsDesk;
  readonly say: RequestsMessages;
}

export function RequestsApp({ desk, say }: RequestsProps) {
  const { state } = desk;
  if (state.at === "closed")
    return (
      <Card title={say.title}>
        {state.trouble === null ? <p>{say.what}</p> : <TroubleBox text={say.troubles[state.trouble]} />}
        <button type="button" class="primary" onClick={() => void desk.signIn()}>
          {say.signIn}
        </button>
      </Card>
    );
  if (state.at === "busy")
    return (
      <Card title={state.doing === "asking" ? say.asking : say.signingIn}>
        {state.doing === "asking" ? <progress aria-label={say.asking} /> : <p>{say.signingInWhere}</p>}
        <button type="button" onClick={() => desk.cancel()}>
          {say.cancel}
        </button>
      </Card>
    );
  return <RequestList desk={desk} say={say} requests={state.requests} />;
}

function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="card">
      <h1 key={title} tabIndex={-1} ref={focus}>
        {title}
      </h1>
      {children}
    </main>
  );
}

const focus = (element: HTMLElement | null) => element?.focus({ preventScroll: true });

const TroubleBox = ({ text }: { text: string }) => (
  <p role="alert" class="trouble">
    {text}
  </p>
);

function RequestList({ desk, say, requests }: RequestsProps & { requests: readonly AccessRequest[] }) {
  const isShown = ({ id, state }: AccessRequest) => state === "waiting" || desk.answered.has(id);
  const shown = requests.filter(isShown);
  return (
    <Card title={shown.length === 0 ? say.none : say.title}>
      {shown.length === 0 ? <p>{say.noneNext}</p> : null}
      <ul class="requests">
        {shown.map((request) => (
          <li key={request.id}>
            <Request desk={desk} say={say} request={request} />
          </li>
        ))}
      </ul>
      <p class="help">
        {say.reader} {desk.account?.name} ({desk.account?.address}) ·{" "}
        <button type="button" class="link" onClick={() => void desk.signIn(true)}>
          {say.otherAccount}
        </button>{" "}
        ·{" "}
        <button type="button" class="link" onClick={() => void desk.signOut()}>
          {say.signOut}
        </button>
      </p>
    </Card>
  );
}

function Request({ desk, say, request }: RequestsProps & { request: AccessRequest }) {
  const { name, address, reason, asked, state, document: file } = request;
  const shownFile = file ?? say.aFile;
  const when = new Date(asked).toLocaleString(localeFor(document.documentElement.lang), {
    dateStyle: "long",
    timeStyle: "short",
  });
  return (
    <article>
      <h2>{say.wants(name, shownFile)}</h2>
      {address === name ? null : <p class="who">{address}</p>}
      <blockquote>{reason}</blockquote>
      <p class="when">{say.asked(when)}</p>
      {state === "waiting" ? (
        <Answer desk={desk} say={say} request={request} />
      ) : (
        <p role="status" class="asked" tabIndex={-1} ref={focus}>
          {state === "granted" ? say.granted(name, shownFile) : say.refused(name)}
        </p>
      )}
    </article>
  );
}

function Answer({ desk, say, request: { id, name } }: RequestsProps & { request: AccessRequest }) {
  const { isSending, trouble } = desk.answering.get(id) ?? { isSending: false, trouble: null };
  const grant = (event: SubmitEvent) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget as HTMLFormElement).getAll("right").map(String);
    void desk.grant(id, ["VIEW", ...chosen]);
  };
  return (
    <form onSubmit={grant}>
      <fieldset>
        <legend>{say.also}</legend>
        {offered.map((right) => (
          <label key={right}>
            <input type="checkbox" name="right" value={right} /> {say.rights[right]}
          </label>
        ))}
      </fieldset>
      {trouble === null ? null : <TroubleBox text={say.troubles[trouble]} />}
      <button type="submit" class="primary" aria-disabled={isSending}>
        {isSending ? say.sending : say.letIn(name)}
      </button>
      <button type="button" aria-disabled={isSending} onClick={() => void desk.refuse(id)}>
        {say.refuse}
      </button>
    </form>
  );
}
