import { once } from "node:events";
import { end, programs, type Started, start } from "./child.js";
import { exits } from "./exit.js";
import { say } from "./say.js";

/** Waits until this process is told to end, or the started one ends by itself. */
export async function untilEnd(started: readonly Started[]): Promise<number> {
  const signals = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => once(process, signal));
  const ends = started.map(({ process: child }) => once(child, "exit"));
  const first = await Promise.race([
    ...signals.map((signal) => signal.then(() => exits.done)),
    ...ends.map((ended) => ended.then(() => exits.failed)),
  ]);
  await Promise.all(started.map(end));
  return first;
}

/** `seal agent`: the background process, in the foreground. */
export async function agent(): Promise<number> {
  const started = await start(programs.agent, []);
  say("the agent is running; end it with Ctrl-C");
  return untilEnd([started]);
}

/** `seal service`: the service, in the foreground. */
export async function service({ config }: { config: string }): Promise<number> {
  const started = await start(programs.service, ["--config", config]);
  say(`the service is at ${String(started.ready.ready)}; end it with Ctrl-C`);
  return untilEnd([started]);
}
