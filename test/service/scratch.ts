import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openStore, type Store } from "../../service/store/store.js";
import { removeFolder } from "../folders.js";

/** A folder for one test, gone after it. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sealwright-"));
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** A new store for one test, in a real file. */
export async function scratchStore(now?: () => number): Promise<Store & { path: string }> {
  const path = join(await scratchFolder(), "data", "sealwright.db");
  const store = await openStore({ path, create: true }, now);
  onTestFinished(() => store.close());
  return { ...store, path };
}
