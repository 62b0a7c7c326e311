import { openForWriting } from "../work/writers.js";

const firstRestMs = 200;
const longestRestMs = 2000;
/** Looking at all open files of the computer takes at most about this share of the time. */
const share = 0.1;

interface Held {
  times: number;
  untilMs: number;
}

/** Which files other programs still have open for writing; asks the system no more often than it costs little. */
export class Holders {
  readonly #held = new Map<string, Held>();
  #nextLookMs = 0;

  /** Whether the file was open when it was last looked at. */
  isHeld(path: string): boolean {
    return this.#held.has(path);
  }

  /** Whether it is too early to look at the file again. */
  isResting(path: string, nowMs: number): boolean {
    return (this.#held.get(path)?.untilMs ?? 0) > nowMs;
  }

  forget(path: string): void {
    this.#held.delete(path);
  }

  /** Those of `paths` that nobody writes to, as far as the system tells; none while it is too early to ask. */
  async free(paths: readonly string[]): Promise<string[]> {
    const beganMs = Date.now();
    if (paths.length === 0 || beganMs < this.#nextLookMs) return [];
    const open = await openForWriting(paths);
    const endedMs = Date.now();
    this.#nextLookMs = endedMs + (endedMs - beganMs) / share;
    for (const path of paths) {
      if (!open?.has(path)) this.#held.delete(path);
      else this.#hold(path, endedMs);
    }
    return paths.filter((path) => !open?.has(path));
  }

  #hold(path: string, nowMs: number): void {
    const times = (this.#held.get(path)?.times ?? 0) + 1;
    const restMs = Math.min(longestRestMs, firstRestMs * 2 ** (times - 1));
    this.#held.set(path, { times, untilMs: nowMs + restMs });
  }
}
