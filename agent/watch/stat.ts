import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";

/** What is at `path` itself, links not followed; `null` where nothing is or may be looked at. */
export const statOf = (path: string): Promise<Stats | null> => lstat(path).catch(() => null);
