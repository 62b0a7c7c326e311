import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { ServiceConfig } from "../../../service/config.js";
import { type Service, type StartOptions, startService } from "../../../service/start.js";
import type { TrialPerson, TrialRole } from "../../../service/trial.js";
import { removeFolder } from "../../folders.js";
import { freePort } from "../../free-port.js";
import { rsaWorkerUrl } from "../rsa-worker.js";
import { enrol, type TestDevice } from "./device.js";
import { foundOrganisation, type Ground, groundOf } from "./grounds.js";

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

/** What a service begins with that is not its first. */
interface Beginning {
  clock?: Clock;
  port?: number;
  ground?: Ground | undefined;
}

interface Opened extends ScratchService {
  /** What it began with. */
  readonly ground: Ground;
}

/** A real service: HTTP on a free port, SQLite, key file, OpenID provider, and the trial's people. */
async function openScratchService(
  { config: otherwise, ...options }: ScratchOptions,
  { clock = { now: Date.now }, port, ground: known }: Beginning = {},
): Promise<Opened> {
  const { config: usual, people: cast, folder, ground } = await foundOrganisation(port ?? (await freePort()), known);
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
    await removeFolder(folder);
  };
  const enrolAs = (role: TrialRole) => enrol(origin, people[role], clock);
  return { config, origin, service, people, clock, log, ground, close, enrol: enrolAs };
}

/** Of organisations that are gone. Founding costs most of a small test; two that are there together never share one. */
const left: Ground[] = [];

/** For one test. */
export async function scratchService(options: ScratchOptions = {}): Promise<ScratchService> {
  const scratch = await openScratchService(options, { ground: left.pop() });
  onTestFinished(async () => {
    await scratch.close();
    left.push(scratch.ground);
  });
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

/** For each test of a file a service as if nothing had happened since `prepare`, which is done once, with what it gave. */
export function preparedService<T>(
  prepare: (scratch: ScratchService) => Promise<T>,
): (options?: ScratchOptions) => Promise<ScratchService & { prepared: T }> {
  const clock: Clock = { now: Date.now };
  let first: Promise<{ beginning: Beginning; prepared: T }> | undefined;
  const begin = async () => {
    const port = await lowPort();
    const scratch = await openScratchService({}, { clock, port });
    const prepared = await prepare(scratch);
    await scratch.service.close();
    const ground = await groundOf(scratch.config.dataFolder);
    await scratch.close();
    return { beginning: { clock, port, ground }, prepared };
  };
  return async (options = {}) => {
    clock.now = Date.now;
    first ??= begin();
    const { beginning, prepared } = await first;
    const scratch = await openScratchService(options, beginning);
    onTestFinished(() => scratch.close());
    return { ...scratch, prepared };
  };
}

/** Likewise, where everybody has a device. */
export function enrolledService(): (options?: ScratchOptions) => Promise<ScratchService & { devices: Devices }> {
  const next = preparedService(devicesOf);
  return async (options) => {
    const { prepared: devices, ...scratch } = await next(options);
    return { ...scratch, devices };
  };
}

export type Devices = Record<"ada" | "bob" | "olga" | "ines", TestDevice>;

export const devicesOf = async ({ enrol }: ScratchService): Promise<Devices> => ({
  ada: await enrol("writer"),
  bob: await enrol("colleague"),
  olga: await enrol("outsider"),
  ines: await enrol("administrator"),
});

/** Where no system puts what asks for any port: it stays free while nobody listens there for a moment. */
async function lowPort(): Promise<number> {
  const port = randomInt(20_000, 30_000);
  return isFree(port).then((free) => (free ? port : lowPort()));
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const outcome = once(server, "listening").then(
    () => true,
    () => false,
  );
  server.listen(port, "localhost");
  const free = await outcome;
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}
