import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { collect } from "../../shared/bytes.js";
import { languageOf } from "../../shared/language.js";
import { answeredPage, codePage, type Language, pageHeaders, questionPage } from "./local-page.js";
import { textsFor } from "./messages.js";
import type { PairingCode } from "./pairing-code.js";
import type { Question, Questions } from "./questions.js";

type Shown = { readonly code: PairingCode } | { readonly question: string };

interface Place {
  readonly shown: Shown;
  /** Where a browser is sent first; `null` once one came. */
  entry: string | null;
  readonly path: string;
}

const secret = (): string => `/${randomBytes(32).toString("base64url")}`;
/** Somebody looks at a page for so long at most. */
const keptMs = 5 * 60_000;
const maxAnswerBytes = 1024;

/**
 * Codes and questions in the person's browser, on a port of its own that is listened on only while there is something to
 * show. Every program on this computer can connect, and others see how a browser is started: the address it is started
 * with works once, and leads to another that nobody sees.
 */
export class LocalPages {
  readonly #questions: Questions;
  readonly #places = new Set<Place>();
  #server: Server | null = null;
  #origin = "";

  constructor(questions: Questions) {
    this.#questions = questions;
  }

  /** @returns the address to start a browser with. */
  async show(shown: Shown): Promise<URL> {
    const place: Place = { shown, entry: secret(), path: secret() };
    await this.#listen();
    this.#places.add(place);
    setTimeout(() => this.#forget(place), keptMs).unref();
    return new URL(place.entry!, this.#origin);
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = null;
    this.#places.clear();
  }

  async #listen(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    server.maxConnections = 32;
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
    this.#server = server;
    this.#origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  #forget(place: Place): void {
    this.#places.delete(place);
    if (this.#places.size === 0) this.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
    const { method, url = "/", headers } = request;
    // Another name for this address in a page elsewhere (DNS rebinding) is not ours.
    if (headers.host !== new URL(this.#origin).host) return notFound(response);
    const entered = [...this.#places].find(({ entry }) => entry === url);
    if (entered !== undefined && method === "GET") return enter(entered, response);
    const place = [...this.#places].find(({ path }) => path === url);
    if (place === undefined) return notFound(response);
    const language: Language = languageOf(headers["accept-language"]);
    if (method === "GET") return void response.end(this.#page(place.shown, language));
    const isOwn = method === "POST" && headers.origin === this.#origin && "question" in place.shown;
    if (!isOwn) return notFound(response);
    response.end(answeredPage(textsFor(language), language, await this.#take(request, place)));
  }

  #page(shown: Shown, language: Language): string {
    const texts = textsFor(language);
    if ("code" in shown) return codePage(texts, language, shown.code);
    const question: Question | null = this.#questions.find(shown.question);
    return question === null ? answeredPage(texts, language, "tooLate") : questionPage(texts, language, question);
  }

  async #take(request: IncomingMessage, { shown }: Place) {
    const body = await collect(request as AsyncIterable<Buffer<ArrayBuffer>>, maxAnswerBytes);
    const allowed = new URLSearchParams(new TextDecoder().decode(body)).get("answer") === "allow";
    const waited = "question" in shown && this.#questions.answer(shown.question, allowed);
    if (!waited) return "tooLate";
    return allowed ? "allowed" : "denied";
  }
}

function enter(place: Place, response: ServerResponse): void {
  place.entry = null;
  response.writeHead(303, { location: place.path }).end();
}

const notFound = (response: ServerResponse): void => void response.writeHead(404, { connection: "close" }).end();
