import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Bytes, collect, toBase64url } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { maxFrameBytes } from "../../shared/protocol/agent-frames.js";
import { keyBytes, maxMessageBytes } from "../../shared/protocol/agent-limits.js";
import { Conversation, type ConversationDesk, type Said } from "./conversation.js";
import { limits } from "./limits.js";

interface Session {
  readonly conversation: Conversation;
  readonly origin: string;
  timer: NodeJS.Timeout;
}

/** A hello and its like: who has no session yet sends nothing longer. */
const maxFirstBytes = 4096;
const scheme = /^Sealwright ([A-Za-z0-9_-]{43})$/;

/** Conversations by POST, for where there is no WebSocket: each is named by a secret that the answer to its hello gave. */
export class Posts {
  readonly #desk: ConversationDesk;
  readonly #sessions = new Map<string, Session>();

  constructor(desk: ConversationDesk) {
    this.#desk = desk;
  }

  /** @throws RightsError `not-paired`, `request-malformed`. */
  async message(request: IncomingMessage, origin: string, port: number): Promise<{ said: Said; isProven: boolean }> {
    const named = scheme.exec(request.headers.authorization ?? "")?.[1];
    const session = named === undefined ? this.#begin(origin, port) : this.#find(named, origin);
    const limit = session.isProven ? maxMessageBytes : maxFirstBytes;
    const asked = session.conversation.understand(await bodyOf(request, limit));
    const said = typeof asked === "string" ? asked : await session.conversation.answer(asked, session.id);
    return { said, isProven: session.conversation.isProven };
  }

  /** @throws likewise. */
  async slice(request: IncomingMessage, origin: string): Promise<Said> {
    const session = this.#find(scheme.exec(request.headers.authorization ?? "")?.[1] ?? "", origin);
    if (!session.isProven) throw unknownSession();
    return session.conversation.slice(await bodyOf(request, maxFrameBytes));
  }

  /** Ends those of a pairing that is no more, or all. */
  end(pairing?: string): void {
    for (const [id, { conversation }] of [...this.#sessions])
      if (pairing === undefined || (conversation.isProven && conversation.pairing === pairing)) this.#forget(id);
  }

  #begin(origin: string, port: number) {
    const id = toBase64url(randomBytes(keyBytes));
    const conversation = new Conversation(this.#desk, origin, port, null);
    const timer = setTimeout(() => this.#forget(id), limits.provingMs).unref();
    this.#sessions.set(id, { conversation, origin, timer });
    const waiting = [...this.#sessions].filter(([, one]) => !one.conversation.isProven);
    if (waiting.length > limits.unproven) this.#forget(waiting[0]![0]);
    return { id, conversation, isProven: false };
  }

  /** One of another origin is as unknown as one that never was. */
  #find(id: string, origin: string) {
    const session = this.#sessions.get(id);
    if (session === undefined || session.origin !== origin) throw unknownSession();
    const { conversation } = session;
    if (conversation.isProven) {
      clearTimeout(session.timer);
      session.timer = setTimeout(() => this.#forget(id), limits.sessionIdleMs).unref();
    }
    return { id, conversation, isProven: conversation.isProven };
  }

  #forget(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    clearTimeout(session.timer);
    session.conversation.end();
    this.#sessions.delete(id);
  }
}

const unknownSession = () => new RightsError("not-paired", "this page and the agent are not paired, or no longer");

const bodyOf = (request: IncomingMessage, limit: number): Promise<Bytes> => collect(piecesOf(request), limit);

async function* piecesOf(request: IncomingMessage): AsyncGenerator<Bytes> {
  for await (const { buffer, byteOffset, length } of request as AsyncIterable<Buffer>)
    yield new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
