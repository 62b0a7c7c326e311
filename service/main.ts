import { parseArgs } from "node:util";
import { codeOf, RightsError } from "../shared/errors.js";
import { backup } from "./backup.js";
import { readConfig, type ServiceConfig } from "./config.js";
import { init } from "./founding/init.js";
import { keyCommand } from "./key-commands/run.js";
import { type Service, startService } from "./start.js";
import { keptPort, prepareTrial } from "./trial.js";

/** The service as a program of its own, started by `seal service` and `seal up`. */

/** How long requests under way may take once the service is to stop, in ms. */
const stopWithinMs = 10_000;
const defaultPort = 7443;
const usage = "usage: service.cjs --config FILE | --trial FOLDER [--port N] | init --config FILE --admin ADDRESS";

/** What to run, and what the one line on standard output says besides the address. */
interface Plan {
  config: ServiceConfig;
  says: Record<string, unknown>;
}

async function planOf(args: string[]): Promise<Plan> {
  const { config, trial, port } = options(args);
  if (config !== undefined && trial === undefined && port === undefined)
    return { config: await readConfig(config), says: {} };
  if (config !== undefined || trial === undefined) throw new RightsError("usage", usage);
  const {
    label,
    people,
    config: made,
  } = await prepareTrial(trial, portOf(port) ?? (await keptPort(trial)) ?? defaultPort);
  return { config: made, says: { people, label } };
}

function options(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args, options: { config: text, trial: text, port: text } }).values;
  } catch (cause) {
    throw new RightsError("usage", usage, { cause });
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new RightsError("usage", `${text} is no port; give a number from 1 to 65535`);
  return port;
}

async function listen({ app, close }: Service, { listen: { host, port } }: ServiceConfig): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await close();
    const taken = (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
    const message = taken
      ? `port ${port} is taken by another program; choose another`
      : `cannot listen on ${host}:${port}`;
    throw new RightsError("config-invalid", message, { cause });
  }
}

/**
 * Ends when asked to, and with the process that started it, however that ended; also while it still starts. Requests
 * under way have `stopWithinMs`; then their connections are cut, and what is on its way to the disk gets there all the
 * same. Who asks twice does not wait.
 */
function stopWhenAsked(): { stops(service: Service): void } {
  let running: Service | null = null;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => running?.app.server.closeAllConnections(), stopWithinMs).unref();
    setTimeout(() => process.exit(1), 2 * stopWithinMs).unref();
    await running?.close().catch(() => {});
    process.exit(0);
  };
  const heard = new Set<string>();
  const hear = (signal: string) => {
    if (heard.has(signal)) process.exit(1); // the same: Ctrl-C is heard here, and as SIGTERM from who started this
    heard.add(signal);
    void stop();
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, hear);
  if (process.channel) process.on("disconnect", stop);
  return {
    stops: (service) => {
      running = service;
    },
  };
}

/** What `seal service` has this program do besides running. */
const commands: Record<string, (args: string[]) => Promise<void>> = { init, backup, keys: keyCommand };

async function run(args: string[]): Promise<void> {
  const command = commands[args[0] ?? ""];
  if (command) return command(args.slice(1));
  const asked = stopWhenAsked();
  const { config, says } = await planOf(args);
  const service = await startService(config);
  asked.stops(service);
  process.on("SIGHUP", () => void service.reload());
  await listen(service, config);
  process.stdout.write(`${JSON.stringify({ ready: config.publicUrl.origin, ...says })}\n`);
}

/** As `seal` itself speaks and ends: what was asked for wrongly is 2. */
const isCommand = (process.argv[2] ?? "") in commands;
const wrong: ReadonlySet<string> = new Set(["usage", ...(isCommand ? ["config-invalid", "address-malformed"] : [])]);

run(process.argv.slice(2)).catch((error: unknown) => {
  const words = error instanceof RightsError ? error.message : "the service could not start";
  console.error(`${isCommand ? "seal" : "service"}: error: ${words}`);
  if (codeOf(error) === "internal") console.error(error);
  process.exit(wrong.has(codeOf(error)) ? 2 : 1);
});
