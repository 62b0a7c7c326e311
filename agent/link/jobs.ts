import { randomBytes } from "node:crypto";
import { toBase64url } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { jobIdBytes, jobKeptMs, maxJobsOfPairing } from "../../shared/protocol/agent-limits.js";
import type { Home } from "../home.js";
import { makePrivateFolder } from "../session/private-folder.js";
import { Job, type Work } from "./job.js";
import { limits } from "./limits.js";

const sweepMs = 15_000;
/** A document that somebody has open may take so long to be closed. */
const longestMs = 12 * 3_600_000;

const isOver = ({ phase }: Job): boolean => phase === "done" || phase === "failed";

/** The jobs of all pages: few, each its page's own, and none for ever. */
export class Jobs {
  readonly #home: Home;
  readonly #jobs = new Map<string, Job>();
  readonly #sweeping: NodeJS.Timeout;

  constructor(home: Home) {
    this.#home = home;
    this.#sweeping = setInterval(() => void this.sweep(Date.now()), sweepMs).unref();
  }

  /** @throws RightsError `busy` when there are too many already; `disk-full`. */
  async begin(pairing: string, size: number, work: Work): Promise<Job> {
    this.#checkRoom(pairing, size);
    const id = toBase64url(randomBytes(jobIdBytes));
    const job = new Job({ id, pairing, size, work, folder: await makePrivateFolder(this.#home) });
    this.#checkRoom(pairing, size); // others may have begun meanwhile
    this.#jobs.set(id, job);
    try {
      await job.start();
      return job;
    } catch (error) {
      await this.#drop(job);
      throw error;
    }
  }

  #checkRoom(pairing: string, size: number): void {
    const all = [...this.#jobs.values()];
    const atWork = all.filter((job) => !isOver(job));
    const isFull =
      atWork.length >= limits.jobs ||
      atWork.filter((job) => job.pairing === pairing).length >= maxJobsOfPairing ||
      all.filter((job) => job.pairing === pairing).length >= 4 * maxJobsOfPairing ||
      all.reduce((sum, job) => sum + job.size, size) > limits.spoolBytes;
    if (isFull) throw new RightsError("busy", "the agent is at work on enough documents; wait until one is done");
  }

  /** Ids are not guessed; one of another page is as unknown as one that never was. @throws RightsError `file-missing`. */
  find(pairing: string, id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined || job.pairing !== pairing)
      throw new RightsError("file-missing", "the agent does not know of this document any more; begin again");
    job.touchedMs = Date.now();
    return job;
  }

  async cancel(pairing: string, id: string): Promise<void> {
    await this.#drop(this.find(pairing, id), true);
  }

  /** Of a page that is no longer paired, as if it had given them up; or of all, where the agent ends. */
  async drop(pairing?: string): Promise<void> {
    for (const job of [...this.#jobs.values()])
      if (pairing === undefined || job.pairing === pairing) await this.#drop(job, pairing !== undefined);
  }

  /** What nobody asked for in a while is erased. */
  async sweep(nowMs: number): Promise<void> {
    for (const job of [...this.#jobs.values()]) {
      const keptMs = isOver(job) || job.phase === "receiving" ? jobKeptMs : longestMs;
      if (nowMs - job.touchedMs > keptMs) await this.#drop(job);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.drop();
  }

  async #drop(job: Job, isGivenUp = false): Promise<void> {
    this.#jobs.delete(job.id);
    await job.close(isGivenUp);
  }
}
