import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RightsError } from "../../shared/errors.js";
import type { RequestOf } from "../../shared/protocol/agent-api.js";
import { choosePolicy } from "../chosen-policy.js";
import { reasonFrom, tellReason } from "../tell-relabel.js";
import { insideOf } from "../work/inside-label.js";
import { protectFile } from "../work/protect-file.js";
import type { JobDesk, Work } from "./job.js";
import type { LinkParts } from "./link-parts.js";
import { isOpenInOffice } from "./office-programs.js";
import { findOpenDocument } from "./open-document.js";

const lookEveryMs = 500;

/** Protects a document where it lies, once the program that has it open has closed it: another save would undo it. */
export const protectAtPath =
  (parts: LinkParts, request: RequestOf<"protect-path">): Work =>
  async (desk) => {
    const { path, isOpen } = await findOpenDocument(request, parts.home);
    const { current } = await parts.forProtecting();
    choosePolicy(current, request.wanted, Date.now()); // what cannot be is said now, not when the document is closed
    const reason = reasonFrom(request.justification);
    if (isOpen) await untilClosed(path, desk);
    desk.is("working");
    const { current: latest, protector, account } = await parts.forProtecting();
    const choice = choosePolicy(latest, request.wanted, Date.now());
    const { policy, label } = choice;
    const inside = insideOf(choice, "Privileged");
    const how = { policy, label: label?.id ?? null, inside, generic: request.generic, count: desk.count };
    const { path: made, published, kind } = await protectFile(path, how, protector);
    parts.protected(published.license);
    await tellReason(account, published.license, label, reason);
    if (kind.container === "office" && choice.label?.pdfCopy)
      await parts.copyLater({ path: made, contentKey: published.contentKey }, published.contentId);
    const where = join(dirname(request.path), basename(made));
    return { path: where, document: published, notes: kind.note === undefined ? [] : [kind.note] };
  };

async function untilClosed(path: string, { is, signal }: JobDesk): Promise<void> {
  is("waiting");
  while (await isOpenInOffice(path)) {
    if (signal.aborted) throw new RightsError("cancelled", "this was cancelled");
    await sleep(lookEveryMs);
  }
}
