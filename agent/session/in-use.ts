import { readdir, readlink } from "node:fs/promises";

/** Whether some process has `path` open, where the system can tell (Linux); elsewhere `false`. */
export async function isOpenSomewhere(path: string): Promise<boolean> {
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) if (await holdsOpen(pid, path)) return true;
  return false;
}

async function holdsOpen(pid: string, path: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []); // another user's, or gone meanwhile
  const targets = await Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return targets.includes(path);
}
