import { rm } from "node:fs/promises";

/** A folder goes with all that is in it, also while a process that was ended just now still writes there. */
export const removeFolder = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
