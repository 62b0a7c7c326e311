import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Server as NetServer } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { RightsError } from "../../shared/errors.js";
import { maxFrameBytes } from "../../shared/protocol/agent-frames.js";
import { linkPorts, linkProtocol } from "../../shared/protocol/agent-limits.js";
import { isOurHost, listedOrigin } from "./admission.js";
import type { LinkCertificate } from "./authority.js";
import type { Conversation, ConversationDesk } from "./conversation.js";
import { Doorway } from "./doorway.js";
import { failureOf } from "./failure.js";
import { limits } from "./limits.js";
import { LinkSocket } from "./link-socket.js";
import { servePage } from "./pages.js";
import { openDoor } from "./plain-door.js";
import { Posts } from "./posts.js";

/** Where browsers look for `localhost`; another program on either of them could take connections meant for us. */
const addresses = ["127.0.0.1", "::1"] as const;
/** A computer without IPv6. */
const noSuchAddress = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

const paths = { socket: "/v1/link", message: "/v1/message", slice: "/v1/slice", health: "/health" } as const;

export interface ServerOptions {
  readonly certificate: LinkCertificate;
  readonly desk: Omit<ConversationDesk, "admit">;
  /** Of pages that may pair, as it is now: the person may sign in at another service. */
  origins(): Promise<readonly string[]>;
  /** The folder of pages served in development. */
  readonly pages?: string;
  readonly ports?: readonly number[];
}

/** The agent's link: https and wss on the loopback, for pages that this person paired. */
export class LinkServer {
  readonly #options: ServerOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #doorway = new Doorway();
  readonly #links = new Set<LinkSocket>();
  readonly #proven = new Map<Conversation, string>();
  readonly #desk: ConversationDesk;
  readonly #posts: Posts;
  #doors: NetServer[] = [];
  readonly #secure: Server;
  #port = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#desk = { ...options.desk, admit: (pairing, conversation) => this.#admit(pairing, conversation) };
    this.#posts = new Posts(this.#desk);
    this.#secure = this.#server();
  }

  get port(): number {
    return this.#port;
  }

  /** On the first free port. @throws RightsError `busy` when none is. */
  async listen(): Promise<number> {
    const { ports = linkPorts } = this.#options;
    for (const port of ports) {
      const doors = await this.#listenOn(port);
      if (doors === null) continue;
      this.#doors = doors;
      this.#port = port;
      return port;
    }
    throw new RightsError("busy", `other programs have the ports ${ports.join(", ")}; end one of them`);
  }

  /** Both addresses of a port, or none: with one of them another program could answer for us. */
  async #listenOn(port: number): Promise<NetServer[] | null> {
    const doors: NetServer[] = [];
    for (const address of addresses) {
      const door = openDoor(this.#secure);
      this.#doorway.watch(door);
      const code = await listening(door, port, address);
      if (code === null) doors.push(door);
      else if (!noSuchAddress.includes(code) || address === addresses[0]) {
        for (const one of doors) one.close();
        return null;
      }
    }
    return doors;
  }

  /** The page of a pairing that is no more is heard no more. */
  endPairing(pairing: string): void {
    for (const [conversation, of] of [...this.#proven]) if (of === pairing) conversation.end();
    for (const link of [...this.#links])
      if (link.conversation.isProven && link.conversation.pairing === pairing) link.end();
    this.#posts.end(pairing);
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.end();
    this.#posts.end();
    for (const door of this.#doors) door.close();
    this.#secure.closeAllConnections();
    this.#doorway.close();
  }

  #server(): Server {
    const { key, certificate } = this.#options.certificate;
    const server = createServer(
      {
        key,
        cert: certificate,
        minVersion: "TLSv1.2",
        handshakeTimeout: limits.provingMs,
        maxHeaderSize: 16 * 1024,
        headersTimeout: limits.provingMs,
        requestTimeout: 60_000,
        keepAliveTimeout: 10_000,
      },
      (request, response) => void this.#serve(request, response).catch(() => response.destroy()),
    );
    server.on("upgrade", (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    return server;
  }

  #admit(pairing: string, conversation: Conversation): void {
    if ([...this.#proven.values()].filter((one) => one === pairing).length >= limits.perPairing)
      throw new RightsError("busy", "this page is connected too often; close some of its windows");
    this.#proven.set(conversation, pairing);
    conversation.onEnd(() => this.#proven.delete(conversation));
  }

  /** The origin of a request, where it is one of the list. */
  async #originOf(request: IncomingMessage): Promise<string | null> {
    const own = this.#options.pages === undefined ? [] : [`https://localhost:${this.#port}`];
    return listedOrigin(request, new Set([...(await this.#options.origins()), ...own]));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const isFor = isOurHost(request, this.#port) && request.url === paths.socket;
    const origin = isFor ? await this.#originOf(request) : null;
    if (origin === null)
      return void socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n", () => socket.destroy());
    const proven = () => this.#doorway.prove(request.socket);
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      const link = new LinkSocket(opened, this.#desk, origin, this.#port, proven);
      this.#links.add(link);
      opened.on("close", () => this.#links.delete(link));
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    if (!isOurHost(request, this.#port)) return forbid(response);
    const { pages } = this.#options;
    const path = request.url ?? "";
    const isPage = pages !== undefined && request.method === "GET" && !Object.values<string>(paths).includes(path);
    if (isPage) return servePage(pages, path, response);
    const origin = await this.#originOf(request);
    if (origin === null) return forbid(response);
    for (const [name, value] of Object.entries(sharedWith(origin))) response.setHeader(name, value);
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    if (request.method === "GET" && path === paths.health) return json(response, { protocol: linkProtocol });
    if (request.method !== "POST") return void response.writeHead(405).end();
    await this.#post(path, origin, request, response);
  }

  async #post(path: string, origin: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const said = await this.#answerTo(path, origin, request);
      if (typeof said === "string") json(response, said);
      else response.writeHead(200, { "content-type": "application/octet-stream" }).end(said);
    } catch (error) {
      if (request.destroyed && !request.complete) return void response.destroy();
      response.setHeader("connection", "close"); // what is left of the request is not read
      json(response, { id: null, error: failureOf(error) }, 403);
    }
  }

  async #answerTo(path: string, origin: string, request: IncomingMessage) {
    if (path === paths.slice) return this.#posts.slice(request, origin);
    if (path !== paths.message) throw new RightsError("request-malformed", "there is nothing at this address");
    const { said, isProven } = await this.#posts.message(request, origin, this.#port);
    if (isProven) this.#doorway.prove(request.socket);
    return said;
  }
}

/** @returns the system's code of what went wrong; `null`: it listens. */
const listening = (server: NetServer, port: number, host: string): Promise<string | null> =>
  new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown");
    server.once("error", failed);
    server.listen({ port, host, ipv6Only: true }, () => {
      server.off("error", failed);
      server.on("error", () => undefined);
      resolve(null);
    });
  });

/** For one listed origin: no other page reads an answer. */
const sharedWith = (origin: string) => ({
  "access-control-allow-origin": origin,
  vary: "origin",
  "access-control-allow-methods": "GET, POST",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-allow-private-network": "true",
  "access-control-max-age": "600",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
});

const forbid = (response: ServerResponse): void => void response.writeHead(403, { connection: "close" }).end();

const json = (response: ServerResponse, value: unknown, status = 200): void =>
  void response
    .writeHead(status, { "content-type": "application/json" })
    .end(typeof value === "string" ? value : JSON.stringify(value));
