import { readdir, readFile, readlink } from "node:fs/promises";

/** `O_WRONLY` and `O_RDWR` in the octal flags of /proc/PID/fdinfo. */
const writing = 0o3;

async function writesTo(pid: string, name: string): Promise<string | null> {
  try {
    const path = await readlink(`/proc/${pid}/fd/${name}`);
    if (!path.startsWith("/")) return null;
    const info = await readFile(`/proc/${pid}/fdinfo/${name}`, "latin1");
    const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? "0", 8);
    return (flags & writing) === 0 ? null : path;
  } catch {
    return null; // closed meanwhile, or another user's
  }
}

async function writtenBy(pid: string): Promise<(string | null)[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  return Promise.all(names.map((name) => writesTo(pid, name)));
}

/**
 * Which of `paths` some other process has open for writing. Only Linux can tell, and only of processes this user may
 * look at; elsewhere nothing is known and the set is empty.
 */
export async function openForWriting(paths: readonly string[]): Promise<Set<string>> {
  const wanted = new Set(paths);
  const found = new Set<string>();
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (pid === String(process.pid)) continue;
    for (const path of await writtenBy(pid)) if (path !== null && wanted.has(path)) found.add(path);
  }
  return found;
}
