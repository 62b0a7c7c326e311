import type { Home } from "./home.js";

/** `home` is for whole commands; the others are taken inside by what they are named after, `home` always first. */
export type LockName = "home" | "tokens" | "clock" | "outbox";

/**
 * Runs `fn` while no other process, and nothing else in this one, holds the same lock of `home`. A process that dies,
 * by kill -9 too, has given its locks back. Not re-entrant: `signIn` and `signOut` take `home` themselves.
 * @throws RightsError `busy` after `waitMs` (10 s).
 */
export declare function withLock<T>(
  home: Home,
  fn: () => Promise<T>,
  options?: { name?: LockName; waitMs?: number },
): Promise<T>;
