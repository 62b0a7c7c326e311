import { join } from "node:path";
import { type ByteSource, type Bytes, type Count, sourceOf } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import type { JobFile, JobState, LinkFileReport } from "../../shared/protocol/agent-answers.js";
import type { Slice } from "../../shared/protocol/agent-frames.js";
import { erase } from "../session/private-folder.js";
import { failureOf } from "./failure.js";
import { SealedSpool } from "./sealed-spool.js";

/** A file that came out, to be read until it is closed. */
export interface ResultFile extends Omit<JobFile, "size"> {
  readonly content: ByteSource;
  close(): Promise<void>;
}

export interface Outcome {
  readonly files?: readonly ResultFile[];
  readonly report?: LinkFileReport;
  /** Where it lies, if it lies where the page said. */
  readonly path?: string;
  /** What was protected. */
  readonly document?: { readonly contentId: string; readonly license: Bytes };
  /** Sentences for the person. */
  readonly notes?: readonly string[];
}

/** What the work of a job has at hand. */
export interface JobDesk {
  /** Only this person can enter it; it is erased with the job. */
  readonly folder: string;
  /** All that the page sent. */
  readonly content: ByteSource;
  readonly signal: AbortSignal;
  /** What is done before its page hears that it was cancelled, as it asked; other ends are the agent's. */
  ifGivenUp(undo: () => Promise<void>): Promise<void>;
  /** Throws where the job was cancelled. */
  readonly count: Count;
  /** How many bytes will be counted. */
  expect(total: number): void;
  is(state: "asking" | "waiting" | "working"): void;
}

export type Work = (desk: JobDesk) => Promise<Outcome>;

export interface JobOptions {
  readonly id: string;
  readonly pairing: string;
  readonly folder: string;
  readonly size: number;
  readonly work: Work;
}

type Phase = JobState["state"];

/** One document of one page, from its first slice to the last byte of what came out. */
export class Job {
  readonly id: string;
  readonly pairing: string;
  readonly size: number;
  /** When its page last asked for it, ms. */
  touchedMs = Date.now();
  readonly #folder: string;
  readonly #work: Work;
  readonly #abort = new AbortController();
  readonly #watchers = new Set<(state: JobState) => void>();
  #phase: Phase = "receiving";
  #spool: SealedSpool | null = null;
  #receiving: Promise<void> = Promise.resolve();
  #progress = { done: 0, total: 0, toldMs: 0 };
  #outcome: Outcome = {};
  #error: JobState["error"] = null;
  #isClosed = false;
  #isGivenUp = false;
  #undo: () => Promise<void> = async () => undefined;

  constructor({ id, pairing, folder, size, work }: JobOptions) {
    this.id = id;
    this.pairing = pairing;
    this.size = size;
    this.#folder = folder;
    this.#work = work;
  }

  /** Takes slices from now on; where none are to come, the work begins. */
  async start(): Promise<void> {
    this.#spool = await SealedSpool.create(join(this.#folder, "content"));
    if (this.size === 0) void this.#run(sourceOf(new Uint8Array(0)));
  }

  get phase(): Phase {
    return this.#phase;
  }

  state(): JobState {
    const { done, total } = this.#progress;
    const { files = [], report = null, path = null, document, notes = [] } = this.#outcome;
    return {
      job: this.id,
      state: this.#phase,
      received: this.#phase === "receiving" ? (this.#spool?.size ?? 0) : this.size,
      size: this.size,
      done,
      total,
      files: files.map(({ name, content, role }) => ({ name, size: content.size, role })),
      report,
      path,
      contentId: document?.contentId ?? null,
      notes: [...notes],
      error: this.#error,
    };
  }

  /** @returns what ends it. */
  watch(watcher: (state: JobState) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** A slice that came before is passed over: its page has not heard that it did. @throws RightsError `request-malformed`. */
  receive(slice: Slice): Promise<void> {
    const received = this.#receiving.then(() => this.#take(slice));
    this.#receiving = received.catch(() => undefined);
    return received;
  }

  async #take({ offset, bytes }: Slice): Promise<void> {
    const spool = this.#spool;
    if (this.#phase !== "receiving" || spool === null) return;
    if (offset + bytes.length > this.size || offset > spool.size || bytes.length === 0)
      throw new RightsError("request-malformed", "this slice is none of the document's");
    if (offset < spool.size) return;
    try {
      await spool.append(bytes);
      if (spool.size === this.size) void this.#run(await spool.finish());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @throws RightsError `request-malformed`: there is no such file, or no such part of it. */
  read(file: number, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const found = this.#outcome.files?.[file];
    if (found === undefined || offset + length > found.content.size)
      throw new RightsError("request-malformed", "there is no such part of the result");
    return found.content.read(offset, length);
  }

  /** Ends what is under way, and erases everything there was of it. @param isGivenUp - as its page wants it. */
  async close(isGivenUp = false): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isGivenUp = isGivenUp;
    this.#abort.abort();
    if (this.#phase !== "done") this.#fail(new RightsError("cancelled", "this was cancelled"));
    if (isGivenUp) await this.#undo();
    await this.#receiving;
    await this.#spool?.close();
    for (const { close } of this.#outcome.files ?? []) await close();
    await erase(this.#folder);
  }

  async #run(content: ByteSource): Promise<void> {
    this.#become("working");
    const { signal } = this.#abort;
    const desk: JobDesk = {
      folder: this.#folder,
      content,
      signal,
      ifGivenUp: async (undo) => {
        this.#undo = undo;
        if (this.#isGivenUp) await undo();
      },
      count: (bytes) => this.#count(bytes),
      expect: (total) => this.#expect(total),
      is: (state) => this.#become(state),
    };
    try {
      const outcome = await this.#work(desk);
      if (this.#isClosed) for (const { close } of outcome.files ?? []) await close();
      else this.#outcome = outcome;
      this.#become("done");
    } catch (error) {
      this.#fail(error);
    }
    if (this.#isClosed) await erase(this.#folder);
  }

  #count(bytes: number): void {
    if (this.#abort.signal.aborted) throw new RightsError("cancelled", "this was cancelled");
    this.#progress.done += bytes;
    const now = Date.now();
    if (now - this.#progress.toldMs < tellEveryMs) return;
    this.#progress.toldMs = now;
    this.#tell();
  }

  #expect(total: number): void {
    this.#progress = { done: 0, total, toldMs: 0 };
  }

  #fail(error: unknown): void {
    if (this.#phase === "failed" || this.#phase === "done") return;
    this.#error = failureOf(error);
    this.#become("failed");
  }

  #become(phase: Phase): void {
    if (this.#phase === "failed" || this.#phase === "done") return;
    this.#phase = phase;
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher(this.state());
  }
}

/** Pages draw a bar: more often than this nobody sees. */
const tellEveryMs = 100;
