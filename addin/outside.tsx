import type { Messages } from "./messages.js";

/** The page opened by itself, in a browser. */
export function Outside({ say }: { say: Messages }) {
  return (
    <main class="outside">
      <h1>{say.outside}</h1>
      <p>{say.outsideNext}</p>
    </main>
  );
}
