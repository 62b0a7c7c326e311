import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { end, programs, type Started, start } from "./child.js";
import { exits } from "./exit.js";
import { say } from "./say.js";

const ending = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Waits until this process is told to end, or the started one ends by itself. */
export async function untilEnd(started: readonly Started[], by: readonly NodeJS.Signals[] = ending): Promise<number> {
  const signals = by.map((signal) => once(process, signal));
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

/** `seal service`: the service, in the foreground. SIGHUP is for the service, unless a terminal says it is gone. */
export async function service({ config }: { config: string }): Promise<number> {
  const started = await start(programs.service, ["--config", config]);
  say(`the service is at ${String(started.ready.ready)}; end it with Ctrl-C`);
  if (process.stdin.isTTY) return untilEnd([started]);
  process.on("SIGHUP", () => started.process.kill("SIGHUP"));
  return untilEnd([started], ["SIGINT", "SIGTERM"]);
}

export const initService = (options: Options): Promise<number> => byService(["init"], options);
export const backUpService = (options: Options): Promise<number> => byService(["backup"], options);
export const listKeyFiles = (options: Options): Promise<number> => byService(["keys", "list"], options);
export const importKey = (file: string, options: Options): Promise<number> =>
  byService(["keys", "import", file], options);
export const exportKey = (id: readonly string[], options: Options): Promise<number> =>
  byService(["keys", "export", id.join(" ")], options);

type Options = Record<string, string | boolean>;

/** Done by the service's own program, with this one's standard input and output. */
async function byService(command: readonly string[], options: Options): Promise<number> {
  const [verb, ...rest] = command;
  const named =
    rest.length > 0 ? [...rest.slice(0, 1), ...argumentsOf(options), "--", ...rest.slice(1)] : argumentsOf(options);
  const child = spawn(process.execPath, [fileURLToPath(programs.service), verb!, ...named], { stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? exits.failed;
}

/** `publicUrl` back to `--public-url`. */
const argumentsOf = (options: Options): string[] =>
  Object.entries(options).flatMap(([name, value]) => {
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return typeof value === "string" ? [`${option}=${value}`] : [option];
  });
