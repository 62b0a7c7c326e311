import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";

/** `O_WRONLY` and `O_RDWR` in the octal flags of /proc/PID/fdinfo. */
const writing = 0o3;

/** `null` where a process or a file of it is gone meanwhile, or another user's. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function isWriting(pid: string, fd: string): boolean {
  const info = orNull(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, "latin1")) ?? "";
  return (Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? "0", 8) & writing) !== 0;
}

/** The paths that the system knows the files by, links on the way resolved. */
async function realPaths(paths: readonly string[]): Promise<Map<string, string>> {
  const folders = new Map<string, string>();
  for (const folder of new Set(paths.map((path) => dirname(path))))
    folders.set(folder, await realpath(folder).catch(() => folder));
  return new Map(paths.map((path) => [join(folders.get(dirname(path)) ?? "", basename(path)), path]));
}

/**
 * Which of `paths` some other process has open for writing. Only Linux can tell, and only of processes this user may
 * look at; elsewhere nothing is known and the answer is `null`. It looks at every open file of every process: ask for
 * many paths at once, and not all the time.
 */
export async function openForWriting(paths: readonly string[]): Promise<Set<string> | null> {
  const names = process.platform === "linux" ? orNull(() => readdirSync("/proc")) : null;
  if (names === null) return null;
  const wanted = await realPaths(paths);
  const found = new Set<string>();
  for (const pid of names) {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue;
    for (const fd of orNull(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      const path = wanted.get(orNull(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? "");
      if (path !== undefined && isWriting(pid, fd)) found.add(path);
    }
    await breathe(); // a computer has hundreds of processes, and others wait for this one
  }
  return found;
}
