import type { ByteSource, Bytes } from "../../shared/bytes.js";
import { type FromFrame, maxReadBytes, type ToFrame } from "./protocol.js";

/** The content, read through the viewer, which decrypts what is asked for; where it cannot, it takes this frame away. */
export class RemoteSource implements ByteSource {
  readonly size: number;
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (bytes: Bytes) => void>();
  #next = 0;

  constructor(size: number, port: MessagePort) {
    this.size = size;
    this.#port = port;
  }

  /** @returns whether the message was for here. */
  hear(message: ToFrame): boolean {
    if (message.type !== "bytes") return false;
    this.#waiting.get(message.id)?.(new Uint8Array(message.bytes));
    this.#waiting.delete(message.id);
    return true;
  }

  read = async (offset: number, length: number): Promise<Bytes> => {
    const whole = new Uint8Array(length);
    for (let at = 0; at < length; at += maxReadBytes)
      whole.set(await this.#ask(offset + at, Math.min(maxReadBytes, length - at)), at);
    return whole;
  };

  #ask(offset: number, length: number): Promise<Bytes> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#port.postMessage({ type: "read", id, offset, length } satisfies FromFrame);
    });
  }
}
