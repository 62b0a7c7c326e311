import type { WebSocket } from "ws";
import type { Bytes } from "../../shared/bytes.js";
import type { JobState } from "../../shared/protocol/agent-answers.js";
import { maxMessageBytes } from "../../shared/protocol/agent-limits.js";
import { Conversation, type ConversationDesk, eventOf, type Said } from "./conversation.js";
import { limits } from "./limits.js";

/** So much may wait to be read by the page before news of a job's progress is left out. */
const enoughBuffered = 1 << 20;
/** Slices and reads under way until the page is not listened to: two, so that one is on its way while one is written. */
const inTurn = 2;

const closing = { tooLong: 1009, policy: 1008, going: 1001 } as const;

/** One WebSocket of a page: its messages in, answers out, and no more of either in memory than was agreed. */
export class LinkSocket {
  readonly #socket: WebSocket;
  readonly #conversation: Conversation;
  #turns: Promise<void> = Promise.resolve();
  #waiting = 0;
  #atOnce = 0;
  #heardMs = Date.now();
  readonly #pinging: NodeJS.Timeout;

  constructor(socket: WebSocket, desk: ConversationDesk, origin: string, port: number, proven: () => void) {
    this.#socket = socket;
    const admit = (pairing: string, conversation: Conversation) => {
      desk.admit(pairing, conversation);
      proven();
    };
    this.#conversation = new Conversation({ ...desk, admit }, origin, port, (state) => this.#tell(state));
    this.#pinging = setInterval(() => this.#ping(), limits.pingMs).unref();
    socket.on("message", (data, isBinary) => this.#hear(data, isBinary));
    socket.on("pong", () => {
      this.#heardMs = Date.now();
    });
    socket.on("error", () => socket.terminate()); // a frame that is none, or too long a message
    socket.on("close", () => {
      clearInterval(this.#pinging);
      this.#conversation.end();
    });
  }

  get conversation(): Conversation {
    return this.#conversation;
  }

  end(): void {
    this.#conversation.end();
    this.#socket.close(closing.going, "the agent ends this");
    setTimeout(() => this.#socket.terminate(), 1000).unref();
  }

  #hear(data: Buffer, isBinary: boolean): void {
    this.#heardMs = Date.now();
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
    if (isBinary) this.#inTurn(() => this.#conversation.slice(bytes));
    else if (data.length > maxMessageBytes) this.#socket.close(closing.tooLong, "the message is too long");
    else this.#asked(bytes);
  }

  #asked(message: Bytes): void {
    const request = this.#conversation.understand(message);
    const answer = async () => (typeof request === "string" ? request : this.#conversation.answer(request));
    // Who has proven nothing yet speaks in turn, and so does everything large.
    const isLarge = typeof request === "string" || request.op === "read";
    if (isLarge || !this.#conversation.isProven) this.#inTurn(answer);
    else this.#beside(answer);
  }

  #inTurn(work: () => Promise<Said>): void {
    if (++this.#waiting >= inTurn) this.#socket.pause();
    this.#turns = this.#turns.then(async () => {
      await this.#send(await work());
      if (--this.#waiting < inTurn) this.#socket.resume();
    });
  }

  #beside(work: () => Promise<Said>): void {
    if (this.#atOnce >= limits.answersAtOnce) {
      this.#socket.close(closing.policy, "too many requests at once");
      return;
    }
    this.#atOnce++;
    void work()
      .then((said) => this.#send(said))
      .finally(() => this.#atOnce--);
  }

  /** Until it has left for the page; one that does not read is let go of. */
  #send(said: Said): Promise<void> {
    return new Promise((resolve) => {
      const slow = setTimeout(() => this.#socket.terminate(), limits.slowReaderMs);
      this.#socket.send(said, () => {
        clearTimeout(slow);
        resolve(); // sent, or nobody is there any more
      });
    });
  }

  /** Progress is told again soon; the end of a job is not. */
  #tell(state: JobState): void {
    if (state.state === "working" && this.#socket.bufferedAmount > enoughBuffered) return;
    void this.#send(eventOf(state));
  }

  #ping(): void {
    if (Date.now() - this.#heardMs > limits.idleMs) this.#socket.terminate();
    else this.#socket.ping();
  }
}
