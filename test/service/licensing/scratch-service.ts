import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { ServiceConfig } from "../../../service/config.js";
import { type Service, type StartOptions, startService } from "../../../service/start.js";
import { prepareTrial, type TrialPerson, type TrialRole } from "../../../service/trial.js";
import { rsaWorkerUrl } from "../rsa-worker.js";
import { enrol, type TestDevice } from "./device.js";

export interface Clock {
  now: () => number;
}

export type People = Record<TrialRole, TrialPerson>;

export interface ScratchService {
  readonly config: ServiceConfig;
  readonly origin: string;
  readonly service: Service;
  readonly people: People;
  /** Set `now` to move the service, and the devices made here, in time. */
  readonly clock: Clock;
  /** What the service wrote to its log. */
  readonly log: string[];
  /** A new device of a person: signed in over the real provider and certified. */
  enrol(role: TrialRole): Promise<TestDevice>;
  close(): Promise<void>;
}

export interface ScratchOptions extends StartOptions {
  /** What the configuration says otherwise than that of a trial. */
  config?: Partial<ServiceConfig>;
}

/** A real service: HTTP on a free port, SQLite, key file, OpenID provider, and the trial's people. */
async function openScratchService({ config: otherwise, ...options }: ScratchOptions): Promise<ScratchService> {
  const clock: Clock = { now: Date.now };
  const folder = await mkdtemp(join(tmpdir(), "sealwright-"));
  const { config: usual, people: cast } = await prepareTrial(folder, await freePort());
  const config = { ...usual, ...otherwise };
  const log: string[] = [];
  const service = await startService(config, {
    rsaWorker: await rsaWorkerUrl(),
    log: { level: "info", stream: { write: (line) => void log.push(line) } },
    now: () => clock.now(),
    ...options,
  });
  await service.app.listen(config.listen);
  const people = Object.fromEntries(cast.map((person) => [person.role, person])) as People;
  const { origin } = config.publicUrl;
  const close = async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { config, origin, service, people, clock, log, close, enrol: (role) => enrol(origin, people[role], clock) };
}

/** For one test. */
export async function scratchService(options: ScratchOptions = {}): Promise<ScratchService> {
  const scratch = await openScratchService(options);
  onTestFinished(() => scratch.close());
  return scratch;
}

/** For all tests of a file, with one device of each person. */
export function sharedService(options: ScratchOptions = {}): () => ScratchService & { devices: Devices } {
  let shared: ScratchService & { devices: Devices };
  beforeAll(async () => {
    const scratch = await openScratchService(options);
    shared = { ...scratch, devices: await devicesOf(scratch) };
  });
  afterAll(() => shared?.close());
  return () => shared;
}

export type Devices = Record<"ada" | "bob" | "olga" | "ines", TestDevice>;

export const devicesOf = async ({ enrol }: ScratchService): Promise<Devices> => ({
  ada: await enrol("writer"),
  bob: await enrol("colleague"),
  olga: await enrol("outsider"),
  ines: await enrol("administrator"),
});

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
