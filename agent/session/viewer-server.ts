import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { collect } from "../../shared/bytes.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import { parseJson } from "../../shared/json.js";
import { languageOf } from "../../shared/language.js";
import type { Assets } from "../../shared/node/pages/assets.js";
import { type ServedPage, ViewerPages } from "../../shared/node/pages/viewer-pages.js";
import type { Consumed } from "../../shared/protect.js";
import type { AskAccessAnswer } from "../../shared/protocol/access-api.js";
import {
  LocalAsk,
  type LocalDocument,
  maxContentRange,
  maxLocalAskBytes,
} from "../../shared/protocol/local-viewer-api.js";
import { assetPath, contentPath, pdfPath } from "../../shared/protocol/page-api.js";
import { ServiceRefusal } from "../../shared/protocol/service-client.js";

/** One open file, as the page sees it. */
export interface Shown {
  readonly organisation: string;
  readonly content: Pick<Consumed, "size" | "range" | "check">;
  /** What may be done with it now; asks the service where it can be reached. @throws RightsError where nothing may. */
  document(): Promise<LocalDocument>;
  /** Asks its owner for more. @throws RightsError `service-unreachable`, `rate-limited` … */
  ask(reason: string): Promise<AskAccessAnswer>;
}

/** How long nobody may look at the page before the file is closed, in ms: a reload takes a moment. */
const graceMs = 4000;
/** How long a browser may take to appear. */
const firstMs = 60_000;

const types = { "content-type": "application/octet-stream", "cache-control": "no-store" };
const headers = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/**
 * Shows one file in the viewer, on the loopback, until its page is closed. Every program on this computer can connect, and
 * others see how a browser is started: the address it is started with works once, and leads to another that nobody sees.
 */
export class ViewerServer {
  readonly #assets: Assets;
  readonly #shown: Shown;
  readonly #entry = `/${secret()}`;
  readonly #base = `/${secret()}/`;
  readonly #server: Server;
  readonly #watching = new Set<ServerResponse>();
  #isEntered = false;
  #origin = "";
  #left: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(assets: Assets, shown: Shown) {
    this.#assets = assets;
    this.#shown = shown;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => fail(response, error));
    });
    this.#server.maxConnections = 32;
  }

  /** @returns the address to start the browser with. */
  async listen(): Promise<URL> {
    await new Promise<void>((resolve, reject) => this.#server.once("error", reject).listen(0, "127.0.0.1", resolve));
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return new URL(this.#entry, this.#origin);
  }

  /** Until the page was closed; `false` when none ever appeared. */
  async untilLeft(): Promise<boolean> {
    await new Promise<void>((resolve) => {
      this.#left = resolve;
      this.#timer = setTimeout(resolve, firstMs);
    });
    return this.#isEntered;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.#origin);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // Another name for this address in a page elsewhere (DNS rebinding) is not ours.
    if (request.headers.host !== new URL(this.#origin).host) return notFound(response);
    if (request.method === "POST" && url.pathname === `${this.#base}ask`) return this.#ask(request, response);
    if (request.method !== "GET") return notFound(response);
    if (url.pathname === this.#entry && !this.#isEntered) return this.#enter(response);
    if (url.pathname.startsWith(this.#base)) return this.#private(url, request, response);
    return this.#public(url.pathname, request, response);
  }

  #enter(response: ServerResponse): void {
    this.#isEntered = true;
    response.writeHead(303, { location: `${this.#base}view`, "cache-control": "no-store" }).end();
  }

  /** What only the page that was entered knows the way to. */
  async #private({ pathname, searchParams }: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { content, document } = this.#shown;
    const what = pathname.slice(this.#base.length);
    if (what === "view") return send(response, this.#pages().local(this.#reader(request), this.#base));
    if (what === "alive") return this.#watch(response);
    if (what === "document") return json(response, await document());
    if (what === "check") return json(response, await content.check().then(() => ({})));
    if (what !== "content") return notFound(response);
    const [offset, length] = ["offset", "length"].map((name) => Number(searchParams.get(name) ?? "none")) as [
      number,
      number,
    ];
    const isSound = [offset, length].every((one) => Number.isSafeInteger(one) && one >= 0);
    if (!isSound || length > maxContentRange || offset + length > content.size)
      throw new RightsError("request-malformed", "there is no such part of the content");
    response.writeHead(200, types).end(await collect(content.range(offset, length), maxContentRange));
  }

  /** Only for our own page, which a browser names in what it posts. */
  async #ask(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin, "content-type": type } = request.headers;
    if (origin !== this.#origin || type !== "application/json") return notFound(response);
    const body = await collect(request as AsyncIterable<Buffer<ArrayBuffer>>, maxLocalAskBytes);
    const asked = LocalAsk.safeParse(parseJson(body, "request-malformed"));
    if (!asked.success) throw new RightsError("request-malformed", "a reason is one line of text");
    json(response, await this.#shown.ask(asked.data.reason));
  }

  /** Code that is the same for everybody. */
  async #public(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (path === contentPath) return send(response, this.#pages().content(this.#reader(request)));
    if (path === pdfPath) return send(response, this.#pages().pdf(this.#reader(request)));
    const asset = path.startsWith(assetPath) ? this.#assets.find(path.slice(assetPath.length)) : null;
    if (asset === null) return notFound(response);
    response
      .writeHead(200, { "content-type": asset.type, "cross-origin-resource-policy": "cross-origin" })
      .end(asset.bytes);
  }

  /** An answer that never ends tells when the page is gone. */
  #watch(response: ServerResponse): void {
    clearTimeout(this.#timer);
    this.#watching.add(response);
    response.writeHead(200, types).flushHeaders();
    response.on("close", () => {
      this.#watching.delete(response);
      if (this.#watching.size === 0) this.#timer = setTimeout(() => this.#left(), graceMs);
    });
  }

  #pages = (): ViewerPages => new ViewerPages(this.#assets, this.#origin);

  #reader = ({ headers }: IncomingMessage) => ({
    language: languageOf(headers["accept-language"]),
    organisation: this.#shown.organisation,
  });
}

const secret = (): string => randomBytes(32).toString("base64url");

const send = (response: ServerResponse, page: ServedPage): void =>
  void response.writeHead(200, page.headers).end(page.html);

const json = (response: ServerResponse, value: unknown): void =>
  void response.writeHead(200, { ...types, "content-type": "application/json" }).end(JSON.stringify(value));

const notFound = (response: ServerResponse): void => void response.writeHead(404, { connection: "close" }).end();

/** The page makes a sentence of its own from the code. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const answer = error instanceof ServiceRefusal ? error.answer : { code: codeOf(error) };
  response.writeHead(409, { ...types, "content-type": "application/json" }).end(JSON.stringify(answer));
}
