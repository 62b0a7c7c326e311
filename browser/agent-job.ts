import type { ByteSource, Bytes } from "../shared/bytes.js";
import { codeOf, RightsError } from "../shared/errors.js";
import type { JobFile, JobState, LinkFileReport } from "../shared/protocol/agent-answers.js";
import { maxSliceBytes } from "../shared/protocol/agent-limits.js";
import { type Carrier, failed } from "./agent-carrier.js";

/** One document through the agent: up in slices, watched while it is at work, down in slices; across lost connections. */

export interface JobOptions {
  /** 0 to 1 over all of it, and what the agent is at. */
  readonly progress?: (fraction: number, state: JobState["state"]) => void;
  readonly signal?: AbortSignal;
}

export interface ResultFile extends Pick<JobFile, "name" | "role"> {
  readonly content: Blob;
}

export interface Result {
  readonly files: readonly ResultFile[];
  readonly report: LinkFileReport | null;
  /** Where the document is now, where it was protected where it lies. */
  readonly path: string | null;
  /** Names what was protected, to withdraw it. */
  readonly contentId: string | null;
  readonly notes: readonly string[];
}

export type Beginning = (carrier: Carrier) => Promise<JobState>;

/** Where carriers come from, and who hears that one is of no use any more. */
export interface Connections {
  connect(): Promise<Carrier>;
  lost(carrier: Carrier): void;
}

/** So many times in a row the connection may be lost without anything having moved. */
const tries = 5;
const pauseMs = 300;
/** Slices on their way at once. */
const window = 2;
/** So much may wait in the browser to leave. */
const maxBuffered = 2 * maxSliceBytes;
const askEveryMs = 400;
/** News may be lost with a connection: asked for now and then also where it is brought. */
const askBesidesMs = 5000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const isOver = ({ state }: JobState): boolean => state === "done" || state === "failed";

/** @throws RightsError what the agent says; `cancelled`; `agent-unreachable` when it stays away. */
export async function runJob(
  connections: Connections,
  begin: Beginning,
  content: ByteSource,
  { progress = () => undefined, signal }: JobOptions,
): Promise<Result> {
  const run = new Run(connections, content, progress, signal);
  try {
    return await run.through(begin);
  } catch (error) {
    await run.cancel();
    throw error;
  }
}

class Run {
  readonly #connections: Connections;
  readonly #content: ByteSource;
  readonly #progress: NonNullable<JobOptions["progress"]>;
  readonly #signal: AbortSignal | undefined;
  #job: string | null = null;
  #files: Blob[] = [];
  #fetched: Bytes[] = [];
  #fetchedBytes = 0;
  #moved = false;
  #mark = "";

  constructor(
    connections: Connections,
    content: ByteSource,
    progress: NonNullable<JobOptions["progress"]>,
    signal: AbortSignal | undefined,
  ) {
    this.#connections = connections;
    this.#content = content;
    this.#progress = progress;
    this.#signal = signal;
  }

  /** Goes on where it stopped, as long as something moves between two losses. */
  async through(begin: Beginning): Promise<Result> {
    for (let left = tries; ; left--) {
      this.#checkSignal();
      const carrier = await this.#connections.connect();
      try {
        return await this.#goOn(carrier, begin);
      } catch (error) {
        if (codeOf(error) !== "agent-unreachable") throw error;
        this.#connections.lost(carrier);
        if (this.#moved) left = tries;
        if (left <= 1) throw error;
        this.#moved = false;
        await sleep(pauseMs);
      }
    }
  }

  /** What was begun and is not wanted is not left at the agent. */
  async cancel(): Promise<void> {
    const job = this.#job;
    if (job === null) return;
    const carrier = await this.#connections.connect().catch(() => null);
    await carrier?.ask("cancel", { job }).catch(() => undefined);
  }

  async #goOn(carrier: Carrier, begin: Beginning): Promise<Result> {
    const known = this.#job === null ? await begin(carrier) : await carrier.ask("job", { job: this.#job });
    this.#job = known.job;
    if (known.state === "receiving") await this.#send(carrier, known);
    const over = await this.#untilOver(carrier, known.job);
    if (over.error !== null) throw failed(over.error);
    await this.#fetchAll(carrier, over);
    await carrier.ask("cancel", { job: known.job }).catch(() => undefined); // it has nothing more to give
    const files = over.files.map(({ name, role }, at) => ({ name, role, content: this.#files[at]! }));
    this.#progress(1, "done");
    return { files, report: over.report, path: over.path, contentId: over.contentId, notes: over.notes };
  }

  async #send(carrier: Carrier, { job, received }: JobState): Promise<void> {
    const { size } = this.#content;
    const onTheWay = new Set<Promise<void>>();
    let failure: { error: unknown } | null = null;
    for (let offset = received; offset < size && failure === null; offset += maxSliceBytes) {
      this.#checkSignal();
      // what a lost connection did not send counts as buffered for ever
      while (failure === null && (onTheWay.size >= window || carrier.buffered > maxBuffered))
        await (onTheWay.size > 0 ? Promise.race(onTheWay) : sleep(10));
      const bytes = await this.#content.read(offset, Math.min(maxSliceBytes, size - offset));
      const sent: Promise<void> = carrier
        .send({ job, offset, bytes })
        .then(
          (state) => this.#moveTo(state),
          (error) => {
            failure ??= { error };
          },
        )
        .finally(() => onTheWay.delete(sent));
      onTheWay.add(sent);
    }
    await Promise.all(onTheWay);
    if (failure !== null) throw (failure as { error: unknown }).error;
  }

  /** Brought as news, and asked for besides. */
  async #untilOver(carrier: Carrier, job: string): Promise<JobState> {
    let wake: () => void = () => undefined;
    let latest: JobState | null = null;
    carrier.onJob((state) => {
      if (state.job !== job) return;
      latest = state;
      this.#moveTo(state);
      wake();
    });
    this.#signal?.addEventListener("abort", () => wake());
    for (;;) {
      this.#checkSignal();
      if (latest !== null && isOver(latest)) return latest;
      const news = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const state = latest ?? (await carrier.ask("job", { job }));
      if (isOver(state)) return state;
      this.#moveTo(state);
      latest = null;
      await Promise.race([news, sleep(carrier.tells ? askBesidesMs : askEveryMs)]);
    }
  }

  async #fetchAll(carrier: Carrier, { job, files }: JobState): Promise<void> {
    for (let file = this.#files.length; file < files.length; file++) {
      const { size } = files[file]!;
      while (this.#fetchedBytes < size) {
        this.#checkSignal();
        const length = Math.min(maxSliceBytes, size - this.#fetchedBytes);
        const piece = await carrier.read({ job, file, offset: this.#fetchedBytes, length });
        if (piece.length !== length)
          throw new RightsError("version-mismatch", "the agent gave another piece than was asked for");
        this.#fetched.push(piece);
        this.#fetchedBytes += length;
        this.#moved = true;
      }
      this.#files.push(new Blob(this.#fetched));
      [this.#fetched, this.#fetchedBytes] = [[], 0];
    }
  }

  /** A third each: sending, the agent's work, and fetching at the end. */
  #moveTo({ state, received, size, done, total }: JobState): void {
    const mark = `${state} ${received} ${done}`;
    this.#moved ||= mark !== this.#mark;
    this.#mark = mark;
    const sent = size === 0 ? 1 : received / size;
    const worked = total === 0 ? 0 : Math.min(1, done / total);
    this.#progress(state === "receiving" ? sent / 3 : (1 + worked) / 3, state);
  }

  #checkSignal(): void {
    if (this.#signal?.aborted) throw new RightsError("cancelled", "this was cancelled");
  }
}
