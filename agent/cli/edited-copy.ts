import { codeOf } from "../../shared/errors.js";
import { type Label, labelPath } from "../../shared/label.js";
import { openRightsData } from "../../shared/license/publishing-license.js";
import { currentPolicy } from "../policy-cache.js";
import { openProtector } from "../protector.js";
import type { Edited } from "../session/edit-session.js";
import { WantedCopies } from "./copies.js";
import type { Editing } from "./edit.js";
import type { ReportOptions } from "./report.js";
import { openHomeJournal, type Session } from "./session.js";

/** So old may labels be. */
const labelsAgeMs = 5 * 60_000;

/** While the service is away and was never asked, no label says that a copy is wanted. */
function noneWhileAway(error: unknown): { labels: Label[] } {
  if (codeOf(error) !== "service-unreachable") throw error;
  return { labels: [] };
}

/**
 * The copies of a document that was edited, made again: the PDF copy if its label says so, a sealed page if this computer made
 * one. The PDF copy only by who protected it: whoever makes one is its publisher, and has every right to it.
 */
export async function copiesOfEdited(
  { base, published, saves }: Edited,
  { granted }: Editing,
  session: Session,
  { json = false }: ReportOptions,
): Promise<void> {
  if (saves === 0) return;
  const { account, engine, home } = session;
  const policy = await openRightsData(granted.verified.license, granted.contentKey);
  const { labels } = await currentPolicy(account, { maxAgeMs: labelsAgeMs }).catch(noneWhileAway);
  const label = labels.find(({ id }) => id === granted.verified.license.label) ?? null;
  const labelName = label && labelPath(labels, label);
  const isTheirs = policy.issuer === account.info.subject;
  const copies = new WantedCopies({ json, ...(isTheirs ? {} : { ppdf: false }) });
  copies.add({ path: base.path, published }, base.container, { policy, label, labelName, name: labelName ?? "" });
  await copies.make(session, await openProtector(account, engine, await openHomeJournal(home)));
}
