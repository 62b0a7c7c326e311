import type { Bytes } from "../shared/bytes.js";
import { type LinkMessage, parseAnswer, parseLinkMessage } from "../shared/protocol/agent-answers.js";
import { encodeSlice, parseSlice } from "../shared/protocol/agent-frames.js";
import { type Carrier, failed, jobIn, requestOf, unreachable } from "./agent-carrier.js";

/** How long an agent may take to answer, in ms. */
const answerMs = 60_000;

/** The same by POST, where WebSockets do not get through. Nothing is sent before the first question. */
export class PostCarrier implements Carrier {
  readonly port: number;
  readonly tells = false;
  readonly buffered = 0;
  #session: string | null = null;
  #nextId = 1;
  readonly #end = new AbortController();

  constructor(port: number) {
    this.port = port;
  }

  ask: Carrier["ask"] = async (op, fields) => {
    const request = requestOf(this.#nextId++, op, fields);
    const answer = parseAnswer(op, answerIn(await this.#post("message", JSON.stringify(request), "application/json")));
    if (op === "hello") this.#session = (answer as { session: string | null }).session;
    return answer;
  };

  read: Carrier["read"] = async (fields) => {
    const request = JSON.stringify(requestOf(this.#nextId++, "read", fields));
    const said = await this.#post("message", request, "application/json");
    if (typeof said === "string") answerIn(said);
    return parseSlice(said as Bytes).bytes;
  };

  send: Carrier["send"] = async (slice) => {
    const frame = encodeSlice({ ...slice, id: this.#nextId++ });
    return jobIn(answerIn(await this.#post("slice", frame, "application/octet-stream")));
  };

  onJob(): void {
    // nobody brings news: they are asked for
  }

  close(): void {
    this.#end.abort();
  }

  async #post(path: string, body: string | Bytes, type: string): Promise<string | Bytes> {
    const authorization = this.#session === null ? undefined : `Sealwright ${this.#session}`;
    try {
      const response = await fetch(`https://localhost:${this.port}/v1/${path}`, {
        method: "POST",
        headers: { "content-type": type, ...(authorization !== undefined && { authorization }) },
        body,
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.any([this.#end.signal, AbortSignal.timeout(answerMs)]),
      });
      const isText = response.headers.get("content-type") === "application/json";
      return isText ? await response.text() : new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw unreachable(cause);
    }
  }
}

/** @throws RightsError what the agent answered instead. */
function answerIn(said: string | Bytes): unknown {
  const message: LinkMessage = parseLinkMessage(typeof said === "string" ? said : new TextDecoder().decode(said));
  if ("event" in message) return undefined;
  if (message.error !== undefined) throw failed(message.error);
  return message.answer;
}
