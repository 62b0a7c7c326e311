import { type Bytes, toBase64url } from "../shared/bytes.js";
import { type JobState, parseAnswer, parseLinkMessage } from "../shared/protocol/agent-answers.js";
import { encodeSlice, parseSlice } from "../shared/protocol/agent-frames.js";
import { type Carrier, failed, jobIn, requestOf, unreachable } from "./agent-carrier.js";

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** How long an agent may take to answer, in ms; what takes longer is a job. */
const answerMs = 60_000;

/** @param openMs - how long it may take to open. @throws RightsError `agent-unreachable`, whatever the reason: browsers do not say. */
export async function openSocket(port: number, openMs: number): Promise<Carrier> {
  const socket = new WebSocket(`wss://localhost:${port}/v1/link`);
  socket.binaryType = "arraybuffer";
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => socket.close(), openMs);
    socket.onopen = () => {
      clearTimeout(late);
      resolve();
    };
    socket.onerror = socket.onclose = () => reject(unreachable());
  });
  return new SocketCarrier(socket, port);
}

class SocketCarrier implements Carrier {
  readonly port: number;
  readonly tells = true;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  #listener: (state: JobState) => void = () => undefined;
  #nextId = 1;

  constructor(socket: WebSocket, port: number) {
    this.#socket = socket;
    this.port = port;
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#hear(data);
    socket.onerror = socket.onclose = () => this.#lost();
  }

  ask: Carrier["ask"] = async (op, fields) => {
    const id = this.#nextId++;
    const text = JSON.stringify(requestOf(id, op, fields));
    return parseAnswer(op, await this.#exchange(id, text));
  };

  read: Carrier["read"] = async (fields) => {
    const id = this.#nextId++;
    return (await this.#exchange(id, JSON.stringify(requestOf(id, "read", fields)))) as Bytes;
  };

  send: Carrier["send"] = async (slice) => {
    const id = this.#nextId++;
    return jobIn(await this.#exchange(id, encodeSlice({ ...slice, id })));
  };

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  onJob(listener: (state: JobState) => void): void {
    this.#listener = listener;
  }

  close(): void {
    this.#socket.close();
    this.#lost();
  }

  #exchange(id: number, message: string | Bytes): Promise<unknown> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(unreachable());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.close(), answerMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.send(message);
    });
  }

  #hear(data: string | ArrayBuffer): void {
    try {
      if (typeof data !== "string") {
        const { id, bytes } = parseSlice(new Uint8Array(data));
        this.#take(id)?.resolve(bytes);
        return;
      }
      const message = parseLinkMessage(data);
      if ("event" in message) this.#listener(message.job);
      else if (message.error !== undefined) this.#take(message.id)?.reject(failed(message.error));
      else this.#take(message.id)?.resolve(message.answer);
    } catch (error) {
      this.#end(error); // who says what nobody understands is no agent of ours
    }
  }

  #take(id: number | null): Waiting | undefined {
    const waiting = id === null ? undefined : this.#waiting.get(id);
    if (waiting !== undefined) clearTimeout(waiting.timer);
    if (id !== null) this.#waiting.delete(id);
    return waiting;
  }

  #lost(): void {
    this.#end(unreachable());
  }

  #end(error: unknown): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error);
    this.#socket.close();
  }
}

export const randomText = (bytes: number): string => toBase64url(crypto.getRandomValues(new Uint8Array(bytes)));
