import { useRef } from "preact/hooks";
import { holds } from "../shared/rights.js";
import { AskOwner } from "./ask-owner.js";
import { decryptToBlob, mayLeave, nameOnceClear, save } from "./hand-over.js";
import type { Messages } from "./messages.js";
import { refusalFrom } from "./refusal.js";
import { maxPrintedPages, type ToFrame } from "./render/protocol.js";
import { FilePicker, type ScreenProps } from "./screens.js";

type Send = (message: ToFrame) => void;
type ActionsProps = ScreenProps<"open"> & { send: Send; pages: number };

/** What its reader can do with an open file: only what they have the right to. */
export function Actions({ desk, say, state: { document: read, opened }, send, pages }: ActionsProps) {
  const { rights } = opened.use;
  const name = nameOnceClear(read, opened);
  const saveClear = async () => {
    try {
      save(await decryptToBlob(opened, () => undefined), name);
    } catch (error) {
      desk.refuse(refusalFrom(error));
    }
  };
  return (
    <div class="actions">
      {holds(rights, "PRINT") ? <Print say={say} send={send} pages={pages} /> : null}
      {mayLeave(read.name, rights) ? (
        <button type="button" onClick={() => void saveClear()}>
          {say.save(name)}
        </button>
      ) : null}
      {desk.canAsk && !holds(rights, "OWNER") ? (
        <AskOwner desk={desk} say={say} file={read.name} owner={opened.use.terms.author} forMore />
      ) : null}
      {desk.isLocal ? null : (
        <button type="button" onClick={() => void desk.useOtherAccount()}>
          {say.otherAccount}
        </button>
      )}
      <FilePicker desk={desk} label={say.openAnother} />
    </div>
  );
}

/** All of it, or some of its pages: of long ones a part at a time. */
function Print({ say, send, pages }: { say: Messages; send: Send; pages: number }) {
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const print = (event: Event) => {
    event.preventDefault();
    const [first, last] = [from.current, to.current].map((input) => (input === null ? 1 : Number(input.value)));
    send({ type: "print", part: { from: Math.min(first!, last!) - 1, to: Math.max(first!, last!) - 1 } });
  };
  const number = { type: "number", min: 1, max: pages, required: true } as const;
  return (
    <form class="print" onSubmit={print}>
      {pages > 1 ? (
        <p>
          <label>
            {say.printFrom} <input {...number} ref={from} defaultValue="1" />
          </label>{" "}
          <label>
            {say.printTo} <input {...number} ref={to} defaultValue={String(pages)} key={pages} />
          </label>
          {pages > maxPrintedPages ? <span class="help"> {say.printAtMost(maxPrintedPages)}</span> : null}
        </p>
      ) : null}
      <button type="submit">{say.print}</button>
    </form>
  );
}
