import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import type { JobState } from "../../shared/protocol/agent-answers.js";
import { idOfRequest, type LinkRequest, parseLinkRequest, type RequestOf } from "../../shared/protocol/agent-api.js";
import { encodeSlice, parseSlice } from "../../shared/protocol/agent-frames.js";
import { Channel, type ChannelDesk, type Opening } from "./channel.js";
import { failureOf } from "./failure.js";
import { type Asked, answerAsked, type Caller, type HandlerDesk, readResult, takeSlice } from "./handlers.js";
import type { Job } from "./job.js";

export interface ConversationDesk extends ChannelDesk, HandlerDesk {
  /** Whether one more of this pairing may be; called once it is proven. @throws RightsError `busy`. */
  admit(pairing: string, conversation: Conversation): void;
}

/** An answer as it goes: JSON as text, or a frame. */
export type Said = string | Bytes;

const isOpening = (request: LinkRequest): request is Opening =>
  ["hello", "pair", "confirm", "authenticate"].includes(request.op);

/** One page and the agent, from hello on, whatever carries their messages. */
export class Conversation {
  readonly #desk: ConversationDesk;
  readonly #channel: Channel;
  readonly #following = new Map<Job, () => void>();
  readonly #tell: ((state: JobState) => void) | null;
  #isOver = false;
  #ended: () => void = () => undefined;

  /** @param tell - takes news of jobs; `null` where the page has to ask. */
  constructor(desk: ConversationDesk, origin: string, port: number, tell: ((state: JobState) => void) | null) {
    this.#desk = desk;
    this.#channel = new Channel(desk, origin, port);
    this.#tell = tell;
  }

  get isProven(): boolean {
    return this.#channel.isProven;
  }

  /** @throws RightsError `not-paired`. */
  get pairing(): string {
    return this.#channel.pairing.id;
  }

  /** What a message asks for; what is none is answered at once. */
  understand(message: string | Bytes): LinkRequest | string {
    try {
      return parseLinkRequest(message);
    } catch (error) {
      return JSON.stringify({ id: idOfRequest(message), error: failureOf(error) });
    }
  }

  /** Never throws: what is wrong is an answer, too. @param session - is put into the answer to hello. */
  async answer(request: LinkRequest, session: string | null = null): Promise<Said> {
    const { id } = request;
    try {
      if (request.op === "read") return encodeSlice(await readResult(request, this.#caller(), this.#desk));
      return JSON.stringify({ id, answer: await this.#do(request, session) });
    } catch (error) {
      return JSON.stringify({ id, error: failureOf(error) });
    }
  }

  async slice(frame: Bytes): Promise<string> {
    let id: number | null = null;
    try {
      const slice = parseSlice(frame);
      id = slice.id;
      return JSON.stringify({ id, answer: await takeSlice(slice, this.#caller(), this.#desk) });
    } catch (error) {
      return JSON.stringify({ id, error: failureOf(error) });
    }
  }

  onEnd(ended: () => void): void {
    this.#ended = ended;
  }

  /** Its jobs go on: the page may come back for them. */
  end(): void {
    this.#isOver = true;
    this.#ended();
    for (const stop of this.#following.values()) stop();
    this.#following.clear();
  }

  async #do(request: Exclude<LinkRequest, RequestOf<"read">>, session: string | null): Promise<unknown> {
    if (!isOpening(request)) return answerAsked(request as Asked, this.#caller(), this.#desk);
    const answer = await this.#channel.open(request);
    if (request.op === "hello") return { ...answer, session };
    if (this.#channel.isProven) this.#admit();
    return answer;
  }

  #admit(): void {
    try {
      this.#desk.admit(this.pairing, this);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  #caller(): Caller {
    if (this.#isOver) throw new RightsError("not-paired", "this page and the agent are not paired, or no longer");
    return { pairing: this.#channel.pairing, follow: (job) => this.#follow(job) };
  }

  #follow(job: Job): void {
    const tell = this.#tell;
    if (tell === null || this.#following.has(job)) return;
    const stop = job.watch((state) => {
      tell(state);
      if (state.state === "done" || state.state === "failed") this.#following.delete(job);
    });
    this.#following.set(job, stop);
  }
}

/** An event as it goes. */
export const eventOf = (job: JobState): string => JSON.stringify({ event: "job", job });
