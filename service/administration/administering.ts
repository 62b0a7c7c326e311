import type { AuditAction } from "../../shared/protocol/audit-api.js";
import type { AuditEvent } from "../audit.js";
import type { Person } from "../directory/directory.js";
import { auditingRefusals, eventOf, notePerson } from "../licensing/audited.js";
import { personOf } from "../licensing/caller-account.js";
import { spend } from "../licensing/limits.js";
import type { Asker, Parts } from "../licensing/parts.js";
import { Refusal } from "../licensing/refusal.js";
import type { Database, Work } from "../store/database.js";
import type { Store } from "../store/store.js";

/** An administrator at work. */
export interface Administering {
  readonly person: Person;
  /** To be appended before anything leaves or changes. */
  readonly event: AuditEvent;
  readonly nowMs: number;
}

/**
 * Lets administrators go on, as the directory knows them at this moment and not as it was remembered.
 * @param detail - what is about to be done, for the audit.
 * @throws Refusal account-mismatch, access-denied for everybody else, rate-limited.
 */
export function administering<T>(
  parts: Parts,
  asker: Asker,
  detail: string,
  work: (by: Administering) => Promise<T>,
  action: AuditAction = "administer",
): Promise<T> {
  const event: AuditEvent = { ...eventOf(action, asker), detail };
  return auditingRefusals(parts, asker, event, async () => {
    const person = await personOf(parts.presentDirectory, asker);
    notePerson(event, person);
    if (!person.administrator) throw new Refusal("access-denied", "only administrators can do this");
    spend(parts.limits.administration, asker);
    return work({ person, event, nowMs: parts.now() });
  });
}

/** What is only to be looked at; the look is on record. */
export const looking = <T>(
  parts: Parts,
  asker: Asker,
  detail: string,
  look: (db: Database, by: Administering) => Promise<T>,
): Promise<T> =>
  administering(parts, asker, detail, async (by) => {
    const found = await look(parts.store.read, by);
    await parts.audit.append(by.event);
    return found;
  });

export interface ChangingOptions {
  /** It ends after the trying out. */
  dryRun?: boolean;
  /** Its class in the audit. */
  action?: AuditAction;
}

/**
 * A change of the organisation, all or nothing: tried out first, then on record, then made. `work` runs twice and says
 * itself what it must refuse.
 */
export const changing = <T>(
  parts: Parts,
  asker: Asker,
  detail: string,
  work: (db: Database, by: Administering) => Promise<T>,
  { dryRun = false, action = "administer" }: ChangingOptions = {},
): Promise<T> =>
  administering(
    parts,
    asker,
    dryRun ? `${detail} (dry run)` : detail,
    async (by) => {
      const tried = await tryOut(parts.store, (tx) => work(tx, by));
      await parts.audit.append(by.event);
      if (dryRun) return tried;
      const done = await parts.store.write((tx) => work(tx, by));
      parts.directory.forget();
      return done;
    },
    action,
  );

/** What is thrown to have a transaction undone. */
class Undone {
  constructor(readonly value: unknown) {}
}

/** What `work` would return, or throw; nothing of it is kept. */
async function tryOut<T>(store: Store, work: Work<T>): Promise<T> {
  try {
    return await store.write<never>(async (tx) => {
      throw new Undone(await work(tx));
    });
  } catch (error) {
    if (error instanceof Undone) return error.value as T;
    throw error;
  }
}

/** A "no" to an administrator: the organisation's state forbids it. */
export const changeRefused = (message: string): Refusal => new Refusal("change-refused", message);
