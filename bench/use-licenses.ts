import { execFileSync } from "node:child_process";
import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bytes } from "../shared/bytes.js";
import { type Device, makeRequests, openDevice, publishDocuments } from "./asking.js";
import { flood, paced } from "./load.js";
import { median, type Row, runs } from "./measure.js";
import type { BenchTrial } from "./trial.js";

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const inFlight = 16;
const perRun = 1500;
/** The service limits how often one device may ask. */
const deviceCount = 16;
const atLeast = 0.8;
const slowestMs = 25;

/** CPU seconds that the service process has used, all threads together, also in the system. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** RSA-2048 private operations a second of one core, as openssl counts them. */
function opensslPerSecond(): number {
  const table = execFileSync("openssl", ["speed", "-seconds", "2", "rsa2048"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Number(/rsa 2048 bits\s+\S+\s+\S+\s+([\d.]+)/.exec(table)![1]);
}

/** One proof checked, one unseal, one content key sealed to the device, one signature: what no service can leave out. */
function operationsOfOneGrant(): () => void {
  const tenant = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const proof = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  const [body, contentKey] = [randomBytes(8000), randomBytes(32)];
  const sealed = publicEncrypt({ key: tenant.publicKey, ...oaep }, contentKey);
  const proven = sign("sha256", body, proof.privateKey);
  return () => {
    verify("sha256", body, proof.publicKey, proven);
    privateDecrypt({ key: tenant.privateKey, ...oaep }, sealed);
    publicEncrypt({ key: tenant.publicKey, ...oaep }, contentKey);
    sign("sha256", body, tenant.privateKey);
  };
}

/** The same without a service around it: how far from openssl's bound even that is. */
function floor(): Rates {
  const operations = operationsOfOneGrant();
  const results: Rates = [];
  for (let run = 0; run <= runs; run++) {
    const before = process.cpuUsage();
    for (let i = 0; i < perRun; i++) operations();
    const { user, system } = process.cpuUsage(before);
    if (run > 0) results.push({ perCpu: (perRun * 1e6) / (user + system), bound: opensslPerSecond() / 2 });
  }
  return results;
}

type Rates = { perCpu: number; bound: number }[];

interface Asked {
  readonly trial: BenchTrial;
  readonly pid: number;
  readonly devices: readonly Device[];
}

const port = (trial: BenchTrial): number => Number(new URL(trial.service).port);

/** How the service does under load, by run: per second of its CPU, beside openssl's bound, and per second of time. */
async function rate({ trial, pid, devices }: Asked, licenses: readonly Bytes[]) {
  const results: { perCpu: number; bound: number; perSecond: number }[] = [];
  await flood(port(trial), await makeRequests(trial.service, devices, licenses, perRun), inFlight);
  for (let run = 0; run <= runs; run++) {
    const requests = await makeRequests(trial.service, devices, licenses, perRun);
    const [cpu, wall] = [cpuSeconds(pid), performance.now()];
    await flood(port(trial), requests, inFlight);
    const perSecond = (perRun * 1000) / (performance.now() - wall);
    const perCpu = perRun / (cpuSeconds(pid) - cpu);
    if (run > 0) results.push({ perCpu, perSecond, bound: opensslPerSecond() / 2 });
  }
  return results;
}

function rateRow(what: string, results: Rates): Row {
  const ratio = median(results.map(({ perCpu, bound }) => perCpu / bound));
  return {
    what: `use licenses per second of service CPU, ${what}`,
    ours: `${median(results.map(({ perCpu }) => perCpu)).toFixed(0)}/s`,
    peer: `${median(results.map(({ bound }) => bound)).toFixed(0)}/s (openssl speed rsa2048, two operations)`,
    ratio,
    budget: `at least ${atLeast}`,
    holds: ratio >= atLeast,
  };
}

/** One unseal and one signature for each license: of documents nobody asked for before, and of one everybody opens. */
export async function* useLicenses(trial: BenchTrial): AsyncGenerator<Row> {
  const running = JSON.parse(readFileSync(join(trial.root, "trial", "running.json"), "utf8")) as { service: number };
  const devices: Device[] = [];
  for (let i = 0; i < deviceCount; i++) devices.push(await openDevice(trial, "colleague", `device-${i}`));
  const asked = { trial, pid: running.service, devices };
  const licenses = await publishDocuments(trial, perRun);
  const different = await rate(asked, licenses);
  yield rateRow("each of another document", different);
  yield rateRow("all of one document", await rate(asked, licenses.slice(0, 1)));
  const half = median(different.map(({ perSecond }) => perSecond)) / 2;
  const latencies = await paced(port(trial), await makeRequests(trial.service, devices, licenses, perRun), half);
  const p99 = latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)]!;
  yield rateRow("their cryptography alone", floor());
  yield {
    what: `use license, 99th percentile at half load (${half.toFixed(0)}/s)`,
    ours: `${p99.toFixed(1)} ms`,
    peer: "–",
    ratio: p99 / slowestMs,
    budget: `under ${slowestMs} ms`,
    holds: p99 < slowestMs,
  };
}
