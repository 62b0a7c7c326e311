import { useState } from "preact/hooks";
import type { Kept } from "../browser/guest-passkey.js";
import type { Desk } from "./desk.js";
import type { GuestMessages } from "./messages.js";

type Step = "offered" | "keeping" | Kept | "failed";

/** Once, to a guest who came by a code: next time without one. */
export function KeepPasskey({ desk, say }: { desk: Desk; say: GuestMessages }) {
  const [step, setStep] = useState<Step>("offered");
  const [isAway, setAway] = useState(desk.keepsPasskeyOf === null);
  if (isAway) return null;
  const leave = () => {
    desk.keepsPasskeyOf = null;
    setAway(true);
  };
  const keep = async () => {
    setStep("keeping");
    const kept = await desk.keepPasskey().catch(() => "failed" as const);
    desk.keepsPasskeyOf = null;
    setStep(kept);
  };
  const isOffered = step === "offered";
  return (
    <aside class="keep" aria-label={say.keep}>
      <p role="status">{sentenceFor(step, say, desk.account?.address ?? "")}</p>
      {isOffered ? (
        <button type="button" onClick={() => void keep()}>
          {say.keep}
        </button>
      ) : null}
      {step === "keeping" ? null : (
        <button type="button" onClick={leave}>
          {isOffered ? say.notNow : say.close}
        </button>
      )}
    </aside>
  );
}

function sentenceFor(step: Step, say: GuestMessages, address: string): string {
  if (step === "offered") return say.keepPasskey(address);
  return step === "keeping" ? say.keeping : say.kept[step];
}
