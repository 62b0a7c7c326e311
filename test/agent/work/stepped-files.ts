import type { FileOps, Folder, OpenFile } from "../../../agent/work/file-ops.js";

/** Every method of `parts` with `before(step)` awaited first, `step` being for example `link a.txt b.txt`. */
function stepped<T extends object>(parts: T, label: string, before: (step: string) => unknown): T {
  const wrap =
    (name: string, method: (...args: unknown[]) => Promise<unknown>) =>
    async (...args: unknown[]) => {
      await before([label + name, ...args.filter((arg) => typeof arg === "string")].join(" "));
      return method(...args);
    };
  const entries = Object.entries(parts).map(([name, value]) => [
    name,
    typeof value === "function" ? wrap(name, value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** A file system that asks `before` ahead of each of its steps: there it can be stopped, failed, changed or killed. */
export const steppedFiles = (ops: FileOps, before: (step: string) => unknown): FileOps => ({
  openFolder: async (path, within) => {
    await before(`openFolder ${path}`);
    const folder = await ops.openFolder(path, within);
    const open = async (...args: Parameters<Folder["open"]>): Promise<OpenFile> => {
      await before(`open ${args[0]}`);
      return stepped(await folder.open(...args), "file.", before);
    };
    return { ...stepped(folder, "", before), open };
  },
});
