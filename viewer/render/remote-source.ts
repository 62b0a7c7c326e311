import type { ByteSource, Bytes } from "../../shared/bytes.js";
import { type FromFrame, maxReadBytes, type ToFrame } from "./protocol.js";

type Wanted =
  | { readonly type: "read"; readonly offset: number; readonly length: number }
  | { readonly type: "resource"; readonly name: string };

/** The content, read through the viewer, which decrypts what is asked for; where it cannot, it takes this frame away. */
export class RemoteSource implements ByteSource {
  readonly size: number;
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (bytes: Bytes | null) => void>();
  #next = 0;

  constructor(size: number, port: MessagePort) {
    this.size = size;
    this.#port = port;
  }

  /** @returns whether the message was for here. */
  hear(message: ToFrame): boolean {
    if (message.type !== "bytes" && message.type !== "none") return false;
    this.#waiting.get(message.id)?.(message.type === "none" ? null : new Uint8Array(message.bytes));
    this.#waiting.delete(message.id);
    return true;
  }

  read = async (offset: number, length: number): Promise<Bytes> => {
    const whole = new Uint8Array(length);
    for (let at = 0; at < length; at += maxReadBytes)
      whole.set(
        (await this.#ask({ type: "read", offset: offset + at, length: Math.min(maxReadBytes, length - at) }))!,
        at,
      );
    return whole;
  };

  /** What content needs and does not bring along, by its name; `null` for what there is not. */
  resource = (name: string): Promise<Bytes | null> => this.#ask({ type: "resource", name });

  #ask(wanted: Wanted): Promise<Bytes | null> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#port.postMessage({ ...wanted, id } satisfies FromFrame);
    });
  }
}
