import { randomInt } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "better-sqlite3";
import { RightsError } from "../shared/errors.js";
import type { Home } from "./home.js";

/**
 * `agent` is the background process's while it runs, `home` is for whole commands, `edits` for settling what sessions left;
 * the others are taken inside, in this order, by what they are named after: `account` by
 * signing in and out and by new certificates, the rest by what needs them. So nobody waits in a circle.
 */
export type LockName = "agent" | "home" | "edits" | "account" | "tokens" | "clock" | "outbox" | "pairings";

const anotherCommand = "another seal command is working in the same home; try again when it is done";

/**
 * Runs `fn` while no other process, and nothing else in this one, holds the same lock of `home`. Not re-entrant for
 * one name.
 *
 * The lock is the operating system's own, reached through an empty SQLite database, since Node has no call for it. The
 * system takes it back when a process ends, by kill -9 too: there is no stale lock to recognise and to take over, which
 * is where locks made of a file with a process id in it go wrong. Nothing but SQLite may open these files: on POSIX
 * systems closing any other handle to them would give the lock away.
 * @throws RightsError `busy` after `waitMs` (10 s), in the words of `because`.
 */
export async function withLock<T>(
  home: Home,
  fn: () => Promise<T>,
  {
    name = "home",
    waitMs = 10_000,
    because = anotherCommand,
  }: { name?: LockName; waitMs?: number; because?: string } = {},
): Promise<T> {
  const lock = await take(join(home.locks, `${name}.lock`), Date.now() + waitMs, because);
  try {
    return await fn();
  } finally {
    lock.close();
  }
}

async function take(path: string, deadlineMs: number, because: string): Promise<Database> {
  const { default: Sqlite } = await import("better-sqlite3");
  const lock = new Sqlite(path, { timeout: 0 });
  try {
    while (!tryLock(lock)) {
      if (Date.now() >= deadlineMs) throw new RightsError("busy", because);
      await pause(randomInt(5, 40));
    }
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

function tryLock(lock: Database): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "SQLITE_BUSY") return false;
    throw error;
  }
}
