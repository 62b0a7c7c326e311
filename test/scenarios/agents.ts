import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { environment, program, seal, until } from "./seal.js";

/** `seal agent` as somebody starts it, on a home of its own. */
export interface Agent {
  readonly process: ChildProcess;
  /** The background process itself, which `seal agent` starts. */
  readonly pid: number;
  /** As when the machine loses power: nothing can be tidied up. */
  kill(): Promise<void>;
}

/** Ready when it returns. @param uid - of the person it runs as. */
export async function startAgent(home: string, uid?: number, env?: Record<string, string>): Promise<Agent> {
  const child = spawn(process.execPath, [program, "agent"], {
    env: { ...environment({ home, ...(env && { env }) }), ...(uid === undefined ? {} : { HOME: home }) },
    cwd: "/",
    detached: true, // a process group of its own, to be killed as a whole
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece: Buffer) => {
      said += piece;
    });
  const ended = once(child, "exit");
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid!, "SIGKILL");
    await ended;
  };
  await until("the agent", () => {
    if (child.exitCode !== null) throw new Error(`seal agent ended with ${child.exitCode}: ${said}`);
    return said.includes("the agent is running");
  });
  return { process: child, pid: await childOf(child.pid!), kill };
}

async function childOf(pid: number): Promise<number> {
  const listed = spawn("ps", ["-o", "pid=", "--ppid", String(pid)]);
  const [said] = (await once(listed.stdout, "data")) as [Buffer];
  return Number(said.toString().trim().split("\n")[0]);
}

export interface FolderStatus {
  path: string;
  state: string;
  left: number;
}

/** What the agent says of its folders, by path. */
export async function foldersOf(home: string): Promise<Map<string, FolderStatus>> {
  const { text } = await seal(["watch", "status", "--json"], { home });
  const lines = text.split("\n").filter(Boolean);
  const folders = lines.map((line) => JSON.parse(line)).filter((line) => "left" in line) as FolderStatus[];
  return new Map(folders.map((one) => [one.path, one]));
}
