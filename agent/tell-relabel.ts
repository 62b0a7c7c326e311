import type { Bytes } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { type Label, labelPath, needsReason } from "../shared/label.js";
import { maxReason } from "../shared/protocol/service-api.js";
import type { Account } from "./account.js";
import { noteClearRelabel, noteRelabel } from "./outbox.js";

/** `--justification TEXT`, one line. @throws RightsError `usage`. */
export function reasonFrom(text: string | undefined): string | null {
  if (text === undefined) return null;
  const reason = text.trim().replace(/\s+/g, " ");
  if (reason !== "" && reason.length <= maxReason) return reason;
  throw new RightsError("usage", `--justification takes a text of at most ${maxReason} characters that says why`);
}

interface Relabel {
  /** As the document carries it now; `null`: it is not protected. */
  readonly license: Bytes | null;
  readonly from: string | null;
  /** `null`: no label, as the protection comes off. */
  readonly to: Label | null;
  readonly reason: string | null;
}

/**
 * Before a document gets another label, or none: that a reason is given where the organisation asks for one, and that
 * the service will hear of it, now or when it is back.
 * @throws RightsError `usage` where it is missing.
 */
export async function tellRelabel(account: Account, labels: readonly Label[], relabel: Relabel): Promise<void> {
  const { license, from, to, reason } = relabel;
  const asked = needsReason(labels, from, to);
  if (asked && reason === null) {
    const before = labelPath(labels, labels.find(({ id }) => id === from)!);
    const what = to === null ? `takes the label ${before} off` : `is less sensitive than ${before}`;
    throw new RightsError("usage", `this ${to === null ? "" : `label `}${what}; say why with --justification TEXT`);
  }
  if (to === null && reason === null) return;
  const told = { label: to?.id ?? null, reason };
  const isNoted = license === null ? noteClearRelabel(account, { from, ...told }) : noteRelabel(account, license, told);
  if (!(await isNoted)) throw tooMuch();
}

/** The same where only the page that the document came from knows what label it had, and asked for the reason. */
export async function tellReason(account: Account, license: Bytes, to: Label | null, reason: string | null) {
  if (to !== null && reason !== null && !(await noteRelabel(account, license, { label: to.id, reason })))
    throw tooMuch();
}

const tooMuch = () => new RightsError("busy", "too much waits to be told to the service; try again when it is back");
