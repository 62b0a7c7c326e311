/** Numbers for whoever watches over the service, in Prometheus' text form. Labels are of closed sets, never of people. */

type Labels = Readonly<Record<string, string>>;

/** What a histogram tells apart, in seconds. */
const boundsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const seriesOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, "_")}"`)
    .join(",");

const sample = (name: string, series: string, value: number): string =>
  `${name}${series === "" ? "" : `{${series}}`} ${value}`;

export class Counter {
  readonly #values = new Map<string, number>();

  add(labels: Labels): void {
    const series = seriesOf(labels);
    this.#values.set(series, (this.#values.get(series) ?? 0) + 1);
  }

  *samples(name: string): Generator<string> {
    for (const [series, value] of this.#values) yield sample(name, series, value);
  }
}

interface Distribution {
  /** One for each bound, not yet summed up. */
  readonly counts: number[];
  count: number;
  sum: number;
}

export class Histogram {
  readonly #series = new Map<string, Distribution>();

  observe(labels: Labels, seconds: number): void {
    const series = seriesOf(labels);
    const known = this.#series.get(series) ?? { counts: boundsSeconds.map(() => 0), count: 0, sum: 0 };
    this.#series.set(series, known);
    const at = boundsSeconds.findIndex((bound) => seconds <= bound);
    if (at >= 0) known.counts[at]! += 1;
    known.count += 1;
    known.sum += seconds;
  }

  /** How long `work` takes, whether it succeeds or not. */
  async time<T>(labels: Labels, work: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    try {
      return await work();
    } finally {
      this.observe(labels, (performance.now() - startMs) / 1000);
    }
  }

  *samples(name: string): Generator<string> {
    for (const [series, { counts, count, sum }] of this.#series) {
      const within = (bound: string) => [series, `le="${bound}"`].filter(Boolean).join(",");
      let below = 0;
      for (const [at, bound] of boundsSeconds.entries()) {
        below += counts[at]!;
        yield sample(`${name}_bucket`, within(String(bound)), below);
      }
      yield sample(`${name}_bucket`, within("+Inf"), count);
      yield sample(`${name}_sum`, series, sum);
      yield sample(`${name}_count`, series, count);
    }
  }
}

/** A number that is looked up when somebody asks. */
export class Gauge {
  readonly type: "gauge" | "counter";
  readonly #read: () => number;

  constructor(read: () => number, type: "gauge" | "counter" = "gauge") {
    this.#read = read;
    this.type = type;
  }

  *samples(name: string): Generator<string> {
    yield sample(name, "", this.#read());
  }
}

type Metric = Counter | Histogram | Gauge;

const typeOf = (metric: Metric): string =>
  metric instanceof Gauge ? metric.type : metric instanceof Histogram ? "histogram" : "counter";

/** @param metrics - by name, each with one line of help. */
export function encodeMetrics(metrics: Readonly<Record<string, readonly [help: string, metric: Metric]>>): string {
  const lines = Object.entries(metrics).flatMap(([name, [help, metric]]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${typeOf(metric)}`,
    ...metric.samples(name),
  ]);
  return `${lines.join("\n")}\n`;
}
