import { once } from "node:events";
import { WebSocket } from "ws";
import { type Bytes, toBase64url } from "../../../shared/bytes.js";
import {
  type Exchange,
  isProvenBy,
  newPairingKey,
  normalizeCode,
  pairingSecrets,
  proveToken,
  tokenKey,
} from "../../../shared/protocol/agent-proof.js";

/** A page that says what a test wants it to say: what a program can do that writes its own Origin. */

export interface Answer {
  id: number | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at what it expects
  answer?: any;
  error?: { code: string; message: string };
}

export interface Opening {
  readonly origin?: string;
  readonly headers?: Record<string, string>;
  readonly host?: string;
  readonly path?: string;
}

/** What a paired page keeps. */
export interface Paired {
  readonly id: string;
  readonly key: CryptoKey;
}

export const freshNonce = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

export class RawPage {
  readonly socket: WebSocket;
  readonly port: number;
  readonly origin: string;
  readonly events: Answer[] = [];
  /** How the agent ended it. */
  readonly closed: Promise<number>;
  #id = 1;
  readonly #waiting = new Map<number | null, (answer: Answer | Bytes) => void>();

  private constructor(socket: WebSocket, port: number, origin: string) {
    this.socket = socket;
    this.port = port;
    this.origin = origin;
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      const id = isBinary ? data.readUInt32LE(0) : (JSON.parse(data.toString()) as Answer).id;
      this.#waiting.get(id)?.(isBinary ? new Uint8Array(data) : JSON.parse(data.toString()));
      this.#waiting.delete(id);
    });
  }

  /** @throws with the status the agent answered instead. */
  static async open(port: number, opening: Opening = {}): Promise<RawPage> {
    const { origin, headers = {}, host, path = "/v1/link" } = opening;
    const all = { ...headers, ...(host !== undefined && { host }) };
    const socket = new WebSocket(`wss://localhost:${port}${path}`, { origin, headers: all, rejectUnauthorized: false });
    await once(socket, "open");
    socket.on("error", () => undefined);
    return new RawPage(socket, port, origin ?? "");
  }

  ask(op: string, fields: object = {}): Promise<Answer> {
    const id = this.#id++;
    return this.answerTo(id, JSON.stringify({ id, op, ...fields })) as Promise<Answer>;
  }

  read(fields: object): Promise<Bytes> {
    const id = this.#id++;
    return this.answerTo(id, JSON.stringify({ id, op: "read", ...fields })) as Promise<Bytes>;
  }

  answerTo(id: number | null, message: string | Uint8Array): Promise<Answer | Bytes> {
    const answered = new Promise<Answer | Bytes>((resolve) => this.#waiting.set(id, resolve));
    this.socket.send(message);
    return Promise.race([
      answered,
      this.closed.then((code) => ({ id, error: { code: `closed ${code}`, message: "" } })),
    ]);
  }

  async hello(nonce = freshNonce()): Promise<Exchange> {
    const { answer } = await this.ask("hello", { protocol: 1, nonce, client: { name: "Word", version: "1" } });
    return { origin: this.origin, port: this.port, pageNonce: nonce, agentNonce: answer.nonce };
  }

  /** @param code - as the agent shows it. @returns the error's code where it does not pair. */
  async pair(code: string): Promise<Paired | string> {
    const exchange = await this.hello();
    const own = await newPairingKey();
    const begun = await this.ask("pair", { key: own.publicKey });
    if (begun.error) return begun.error.code;
    const { key: agentKey, salt } = begun.answer;
    const secrets = await pairingSecrets(normalizeCode(code)!, own.privateKey, agentKey, {
      ...exchange,
      pageKey: own.publicKey,
      agentKey,
      salt,
    });
    const done = await this.ask("confirm", { proof: toBase64url(secrets.page) });
    if (done.error) return done.error.code;
    return { id: done.answer.pairing, key: await tokenKey(secrets.token) };
  }

  /** @returns the error's code, `null` where both were proven. */
  async authenticate({ id, key }: Paired, change: Partial<Exchange> = {}): Promise<string | null> {
    const exchange = await this.hello();
    const proof = await proveToken(key, "page", { ...exchange, ...change }, id);
    const done = await this.ask("authenticate", { pairing: id, proof });
    if (done.error) return done.error.code;
    return (await isProvenBy(done.answer.proof, key, "agent", exchange, id)) ? null : "agent not proven";
  }
}

/** What came of opening: `open`, or the status instead. */
export const opened = (port: number, opening: Opening): Promise<string> =>
  RawPage.open(port, opening).then(
    (page) => {
      page.socket.terminate();
      return "open";
    },
    (error: Error) => /response: (\d+)/.exec(error.message)?.[1] ?? error.message,
  );
