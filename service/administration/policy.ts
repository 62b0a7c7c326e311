import { isDeepStrictEqual } from "node:util";
import { shrank } from "../../shared/amendment.js";
import { type Label, labelPath, textIn } from "../../shared/label.js";
import { checkPolicy, type PolicyDocument } from "../../shared/policy-document.js";
import type {
  ImportPolicyAnswer,
  ImportPolicyRequest,
  PolicyChange,
  PolicyDocumentAnswer,
} from "../../shared/protocol/admin-api.js";
import { policyOf, type Template } from "../../shared/template.js";
import { secondTime } from "../../shared/time.js";
import type { Asker, Parts } from "../licensing/parts.js";
import type { Database } from "../store/database.js";
import { readPolicy, replacePolicy } from "../store/policies.js";
import { changeRefused, changing, looking } from "./administering.js";
import { documentsUsing } from "./documents-using.js";

/** Labels and templates as one file. Each of these: Refusal access-denied for all but administrators. */

export const exportPolicy = (parts: Parts, asker: Asker): Promise<PolicyDocumentAnswer> =>
  looking(parts, asker, "policy export", async (db, { nowMs }) => ({
    policy: await readPolicy(db),
    time: secondTime(nowMs),
  }));

/**
 * Replaces all of it, if nobody changed it since the file was made. What documents are known to use never goes: it is
 * archived instead.
 * @throws RightsError policy-malformed with the first fault; Refusal change-refused.
 */
export async function importPolicy(
  parts: Parts,
  asker: Asker,
  { policy, remove, dryRun }: ImportPolicyRequest,
): Promise<ImportPolicyAnswer> {
  const detail = `policy import: made from version ${policy.version}${remove ? ", what is not in it goes" : ""}`;
  const work = async (db: Database, { nowMs }: { nowMs: number }): Promise<ImportPolicyAnswer> => {
    checkPolicy(policy);
    const before = await readPolicy(db);
    if (policy.version !== before.version) throw olderThan(before.version, policy.version);
    const changes = await changesBetween(db, before, policy, nowMs);
    for (const change of changes) if (change.change === "removed") checkRemoval(change, remove);
    if (changes.length === 0) return { version: before.version, changes, time: secondTime(nowMs) };
    const version = before.version + 1;
    await replacePolicy(db, { ...policy, version }, policy);
    return { version, changes, time: secondTime(nowMs) };
  };
  return changing(parts, asker, detail, work, { dryRun });
}

const olderThan = (now: number, from: number) =>
  changeRefused(
    `labels and templates are at version ${now}, and this file was made from version ${from}; export them again and make your changes there`,
  );

function checkRemoval({ kind, name, documents }: PolicyChange, remove: boolean): void {
  if (documents > 0)
    throw changeRefused(
      `${documents} documents use the ${kind} "${name}"; set its status to archived instead of leaving it out`,
    );
  if (!remove)
    throw changeRefused(
      `the ${kind} "${name}" is not in this file; set its status to archived, or say that what is not in it is to go`,
    );
}

async function changesBetween(db: Database, before: PolicyDocument, after: PolicyDocument, nowMs: number) {
  const changes: PolicyChange[] = [];
  if (before.mandatory !== after.mandatory) {
    const change = `mandatory: ${after.mandatory ? "yes" : "no"}`;
    changes.push({ kind: "policy", id: null, name: "", change, shrinks: false, documents: 0 });
  }
  const templates = await documentsUsing(db, "template");
  for (const [was, is] of pairs(before.templates, after.templates))
    changes.push(...changeOf("template", was, is, ({ names }) => textIn(names), templates, shrinks(was, is, nowMs)));
  const labels = await documentsUsing(db, "label");
  const all = (label: Label) => labelPath(after.labels.includes(label) ? after.labels : before.labels, label);
  for (const [was, is] of pairs(before.labels, after.labels))
    changes.push(...changeOf("label", was, is, all, labels, false));
  return changes;
}

/** What is new and what stays, in the new order, then what is gone. */
function pairs<T extends { id: string }>(before: readonly T[], after: readonly T[]): [T | null, T | null][] {
  const known = new Map(before.map((one) => [one.id, one]));
  const kept = new Set(after.map(({ id }) => id));
  const gone = before.filter(({ id }) => !kept.has(id));
  return [
    ...after.map((one): [T | null, T] => [known.get(one.id) ?? null, one]),
    ...gone.map((one): [T, null] => [one, null]),
  ];
}

function changeOf<T extends Template | Label>(
  kind: "template" | "label",
  was: T | null,
  is: T | null,
  nameOf: (one: T) => string,
  documents: ReadonlyMap<string, number>,
  shrinks: boolean,
): PolicyChange[] {
  const change = was === null ? "added" : is === null ? "removed" : changedFields(was, is);
  if (change === "") return [];
  const one = (is ?? was)!;
  return [{ kind, id: one.id, name: nameOf(one), change, shrinks, documents: documents.get(one.id) ?? 0 }];
}

function changedFields<T extends object>(was: T, is: T): string {
  const names = new Set([...Object.keys(was), ...Object.keys(is)]) as Set<keyof T & string>;
  return [...names].filter((name) => !isDeepStrictEqual(was[name], is[name])).join(", ");
}

/** Whether somebody may do less with what was protected with it. */
const shrinks = (was: Template | null, is: Template | null, nowMs: number): boolean =>
  was !== null && (is === null || shrank(policyOf(was, nowMs), policyOf(is, nowMs)));
