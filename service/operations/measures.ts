import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Audit } from "../audit.js";
import type { Custody, KeyPlace } from "../custody/custody.js";
import { Counter, encodeMetrics, Gauge, Histogram } from "./metrics.js";

/** What is measured while the service works. */
export class Measures {
  readonly decisions = new Counter();
  readonly requests = new Histogram();
  readonly commits = new Histogram();
  readonly rsa = new Histogram();
  #rsaWaiting = 0;
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 20 });

  constructor() {
    this.#loopDelay.enable();
  }

  close(): void {
    this.#loopDelay.disable();
  }

  /** Counts each record once it is on disk, by what was asked and how it ended. */
  audit(audit: Audit): Audit {
    const append: Audit["append"] = async (event) => {
      await audit.append(event);
      this.decisions.add({ action: event.action, result: event.result });
    };
    return { ...audit, append };
  }

  /** How long the tenant key takes, waiting for its turn included, and how many wait. */
  custody(custody: Custody): Custody {
    const timed = async <T>(operation: "sign" | "unseal", work: () => Promise<T>): Promise<T> => {
      this.#rsaWaiting += 1;
      try {
        return await this.rsa.time({ operation }, work);
      } finally {
        this.#rsaWaiting -= 1;
      }
    };
    return {
      publicKey: custody.publicKey,
      sign: (message) => timed("sign", () => custody.sign(message)),
      unseal: (sealed) => timed("unseal", () => custody.unseal(sealed)),
      close: () => custody.close(),
    };
  }

  /** The same for every key that is opened there. */
  keyPlace(place: KeyPlace): KeyPlace {
    return {
      first: () => place.first(),
      list: () => place.list(),
      make: () => place.make(),
      open: async (kid, busy) => this.custody(await place.open(kid, busy)),
    };
  }

  /** All of it, in Prometheus' text form. */
  encode(): string {
    return encodeMetrics({
      sealwright_decisions_total: ["Decisions on record, by action and result.", this.decisions],
      sealwright_request_seconds: ["Requests, by route, method and status.", this.requests],
      sealwright_rsa_seconds: ["Operations with the tenant key, waiting included.", this.rsa],
      sealwright_rsa_waiting: ["Operations that wait for the tenant key.", new Gauge(() => this.#rsaWaiting)],
      sealwright_commit_seconds: ["Transactions of the store, with the flush of the disk.", this.commits],
      ...processNumbers(this.#loopDelay),
    });
  }
}

type Delay = ReturnType<typeof monitorEventLoopDelay>;

const processNumbers = (delay: Delay) =>
  ({
    process_cpu_seconds_total: ["CPU time.", new Gauge(cpuSeconds, "counter")],
    process_resident_memory_bytes: ["Memory.", new Gauge(() => process.memoryUsage.rss())],
    process_start_time_seconds: ["Start, since 1970.", new Gauge(() => performance.timeOrigin / 1000)],
    process_open_fds: ["Open files and connections; 0 where the system does not tell.", new Gauge(openFiles)],
    nodejs_eventloop_lag_p99_seconds: ["Delay of the event loop, since the start.", new Gauge(() => delayOf(delay))],
  }) as const;

const delayOf = (delay: Delay): number => (delay.count === 0 ? 0 : delay.percentile(99) / 1e9);

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}
