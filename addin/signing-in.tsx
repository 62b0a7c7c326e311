import { useEffect, useRef } from "preact/hooks";
import type { Messages } from "./messages.js";

/** While somebody signs in in a window beside Office's. */
export function SigningIn({ cancel, say }: { cancel(): void; readonly say: Messages }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="card">
      <h2 tabIndex={-1} ref={heading}>
        {say.signingIn}
      </h2>
      <p>{say.signingInWhere}</p>
      <button type="button" onClick={cancel}>
        {say.cancel}
      </button>
    </section>
  );
}
