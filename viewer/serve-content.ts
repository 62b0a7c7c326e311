import { framesMeta } from "../shared/protocol/page-api.js";
import type { Content } from "./opened.js";
import { fetchResource } from "./pdf-resources.js";
import { RecentBlocks } from "./recent-blocks.js";
import {
  type CannotShow,
  type FromFrame,
  maxReadBytes,
  type Printing,
  type Start,
  type ToFrame,
} from "./render/protocol.js";

/** The service may be another one by now than the one this page came from. */
function isOfThisBuild(program: string): boolean {
  const meta = document.querySelector<HTMLMetaElement>(`meta[name=${framesMeta}]`);
  return meta?.content.split(" ").includes(program) ?? false;
}

/** What becomes of the frame. */
export interface Hearing {
  shown(): void;
  /** The page in front, counted from 0. */
  at(page: number, count: number): void;
  found(page: number | null): void;
  printing(progress: Printing): void;
  /** The small pictures of all pages were closed in there. */
  thumbnails(isOpen: boolean): void;
  cannot(why: CannotShow | "outdated"): void;
  /** The content could not be read: damaged, or gone. */
  failed(error: unknown): void;
}

/** The viewer's end of the port to the frame: decrypts the pieces that are asked for, and nothing else. */
export class ContentServer {
  readonly #port: MessagePort;
  readonly #size: number;
  readonly #blocks: RecentBlocks;
  readonly #hearing: Hearing;

  /** @param frame - has loaded our own page; nobody else's can be in it. */
  constructor(frame: Window, start: Start, content: Content, hearing: Hearing) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#size = content.size;
    this.#blocks = new RecentBlocks(content);
    this.#hearing = hearing;
    port1.onmessage = ({ data }: MessageEvent<FromFrame>) => void this.#hear(data);
    frame.postMessage(start, "*", [port2]); // it has no origin that could be named
  }

  send(message: ToFrame): void {
    this.#port.postMessage(message);
  }

  close(): void {
    this.#port.close();
  }

  async #hear(message: FromFrame): Promise<void> {
    if (message.type === "hello" && !isOfThisBuild(message.program)) this.#hearing.cannot("outdated");
    if (message.type === "shown") this.#hearing.shown();
    if (message.type === "cannot") this.#hearing.cannot(message.why);
    if (message.type === "at") this.#hearing.at(message.page, message.count);
    if (message.type === "printing") this.#hearing.printing(message.progress);
    if (message.type === "thumbnails") this.#hearing.thumbnails(message.isOpen);
    if (message.type === "found") this.#hearing.found(message.page);
    if (message.type === "read") await this.#read(message);
    if (message.type === "resource") await this.#bring(message);
  }

  async #bring({ id, name }: FromFrame & { type: "resource" }): Promise<void> {
    const bytes = await fetchResource(name);
    if (bytes === null) this.send({ type: "none", id });
    else this.#port.postMessage({ type: "bytes", id, bytes } satisfies ToFrame, [bytes]);
  }

  async #read({ id, offset, length }: FromFrame & { type: "read" }): Promise<void> {
    const isSound = [id, offset, length].every(Number.isSafeInteger) && length <= maxReadBytes;
    try {
      if (!isSound || offset < 0 || offset + length > this.#size) throw new RangeError("outside of the content");
      const { buffer } = await this.#blocks.read(offset, length);
      this.#port.postMessage({ type: "bytes", id, bytes: buffer } satisfies ToFrame, [buffer]);
    } catch (error) {
      this.close(); // the frame goes, and must not say another reason after this one
      this.#hearing.failed(error);
    }
  }
}
