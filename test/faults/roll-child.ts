import fs from "node:fs/promises";
import { readConfig } from "../../service/config.js";
import { startService } from "../../service/start.js";

/** The service as it is, but for one thing: ahead of the given step of a key roll it kills itself, as `kill -9` does. */
const [configFile, dieAt] = process.argv.slice(2);
let steps = 0;
let isRolling = false;

async function step(name: string): Promise<void> {
  if (!isRolling || ++steps !== Number(dieAt)) return;
  process.stderr.write(`dies ahead of ${name}\n`);
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => {});
}

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Each call of these methods is two steps: before it begins, and when all it did is done. */
function instrument(label: string, parts: object, ...names: string[]): void {
  const methods = parts as Methods;
  for (const name of names) {
    const original = methods[name]!.bind(parts);
    methods[name] = async (...args) => {
      await step(`${label}.${name}`);
      const result = await original(...args);
      await step(`the end of ${label}.${name}`);
      return result;
    };
  }
}

async function serve(): Promise<void> {
  const config = await readConfig(configFile!);
  const { app, parts } = await startService(config);
  const make = parts.keyPlace.make.bind(parts.keyPlace);
  parts.keyPlace.make = () => {
    isRolling = true;
    return make();
  };
  instrument("keys", parts.keyPlace, "make", "open");
  instrument("file", fs, "writeFile", "link", "rm", "open");
  instrument("audit", parts.audit, "append");
  instrument("tenant keys", parts.store.tenantKeys, "activate");
  instrument("settings", parts.store.settings, "set");
  instrument("tenant", parts.tenant, "follow");
  await app.listen(config.listen);
  process.stdout.write(`${JSON.stringify({ ready: config.publicUrl.origin })}\n`);
}

void serve();
