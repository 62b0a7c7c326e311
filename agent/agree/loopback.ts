import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { closingPage, strictHeaders } from "./closing-page.js";

/** A port of this computer's loopback on which one answer is awaited. */
export interface Loopback {
  readonly redirectUri: string;
  /** The first request that `isOurs` says is the answer; all others are turned away and change nothing. */
  answer(isOurs: (callback: URL) => boolean): Promise<URL>;
  /** Tells the person in the browser how it went, and stops listening. */
  close(signedIn: boolean): void;
}

/** Fixed at the provider; the port is free. */
const path = "/callback";

/** Any program on this computer can connect: few at once, and none for long. */
const maxConnections = 16;
const requestTimeoutMs = 10_000;
const maxUrlChars = 8192;

export async function listenOnLoopback(): Promise<Loopback> {
  const waiting: { isOurs: (callback: URL) => boolean; resolve: (callback: URL) => void }[] = [];
  let browser: { request: IncomingMessage; response: ServerResponse } | null = null;
  const server = createServer((request, response) => {
    const callback = callbackIn(request, redirectUri);
    const [one] = waiting;
    if (callback === null || !one?.isOurs(callback)) return turnAway(response);
    waiting.length = 0;
    browser = { request, response };
    one.resolve(callback);
  });
  server.maxConnections = maxConnections;
  Object.assign(server, { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const close = (signedIn: boolean) => {
    server.close();
    server.closeIdleConnections();
    if (browser) browser.response.writeHead(200, strictHeaders).end(closingPage(signedIn, browser.request.headers));
  };
  return { redirectUri, close, answer: (isOurs) => new Promise((resolve) => waiting.push({ isOurs, resolve })) };
}

/** A request as our browser would make it, or `null`. */
function callbackIn({ method, url = "", headers }: IncomingMessage, redirectUri: string): URL | null {
  const base = new URL(redirectUri);
  if (method !== "GET" || headers.host !== base.host || url.length > maxUrlChars || !url.startsWith(`${path}?`))
    return null;
  return new URL(url, base);
}

const turnAway = (response: ServerResponse): void =>
  void response
    .writeHead(404, { "content-type": "text/plain", "cache-control": "no-store", connection: "close" })
    .end();
