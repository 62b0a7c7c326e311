import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Which process does a job. Written beside the job, so that another can tell whether it still lives. */
export interface Owner {
  /** Computer and, on Linux, process namespace: where `pid` has its meaning. */
  host: string;
  pid: number;
  /** When the process started, as the system counts; empty where it does not say. Pids are used again, this is not. */
  start: string;
  /** New in every process. */
  session: string;
}

/** How long an owner elsewhere may be silent before its job counts as abandoned. Owners speak every minute. */
export const silenceLimitMs = 15 * 60_000;
export const heartbeatMs = 60_000;

/** When a process started, as the system counts; empty where it does not say, or for one that is over. */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // Field 22; the second field is the program's name in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A process killed a moment ago may still be listed until its parent asks for it (zombie): it does nothing more.
    if (fields[0] === "Z" || fields[0] === "X") return "";
    const ticks = fields[19];
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()}/${ticks}`;
  } catch {
    return "";
  }
}

function hostOf(): string {
  try {
    return `${hostname()}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

export const thisProcess: Owner = {
  host: hostOf(),
  pid: process.pid,
  start: startOf(process.pid),
  session: randomUUID(),
};

/** The jobs this process works on now; what it left behind after a failure is not among them. */
const activeJobs = new Set<string>();
export const startJob = (id: string): void => void activeJobs.add(id);
export const endJob = (id: string): void => void activeJobs.delete(id);

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/**
 * Whether nobody works on job `id` any more.
 * @param silentMs - for how long its owner gave no sign; decides only for owners on other computers.
 */
export function isAbandoned(owner: Owner, id: string, silentMs: number): boolean {
  if (owner.session === thisProcess.session) return !activeJobs.has(id);
  if (owner.host !== thisProcess.host) return silentMs > silenceLimitMs;
  if (owner.pid === process.pid || !exists(owner.pid)) return true;
  return owner.start !== "" && owner.start !== startOf(owner.pid);
}

export function isOwner(value: unknown): value is Owner {
  if (typeof value !== "object" || value === null) return false;
  const { host, pid, start, session } = value as Record<string, unknown>;
  const texts = [host, start, session].every((text) => typeof text === "string" && text.length <= 300);
  return texts && Number.isSafeInteger(pid) && (pid as number) > 0;
}
