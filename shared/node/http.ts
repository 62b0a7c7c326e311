import type { IncomingMessage } from "node:http";
import type { Bytes } from "../bytes.js";
import type { Http, HttpAnswer, HttpRequest } from "../protocol/http.js";
import { throughProxies } from "./proxy.js";

/** Connections wait so long for the next request, in ms: not as long as servers keep them. */
const idleMs = 4000;
/** What is read to its end rather than that its connection is given up. In bytes. */
const soonOver = 16 * 1024;
const redirects = [301, 302, 303, 307, 308];

/**
 * Over Node's own HTTP. Its fetch brings a parser as WebAssembly along, and building that takes longer than all else a
 * command does.
 */
export const nodeHttp: Http = async (url, { method = "GET", redirect = "error", signal, ...more }) => {
  const { protocol, username, password } = new URL(url);
  if (username !== "" || password !== "") throw new TypeError("no request goes to an address with a name in it");
  const { request, agent } = await carrierOf(protocol);
  const { headers, body } = contentOf(more);
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent, ...(signal && { signal }) }, (answer) => {
      if (redirect === "manual" || !redirects.includes(answer.statusCode!)) return resolve(answerOf(answer));
      answer.destroy();
      reject(new Error(`redirected by ${answer.statusCode}`));
    });
    asked.on("error", reject);
    asked.end(body);
  });
};

type Carrier = Pick<typeof import("node:http"), "request"> & { readonly agent: import("node:http").Agent };
const carriers = new Map<string, Carrier>();

/** One of the two is needed as a rule, and the other takes long to load. */
async function carrierOf(protocol: string): Promise<Carrier> {
  const known = carriers.get(protocol);
  if (known) return known;
  if (protocol !== "https:" && protocol !== "http:") throw new TypeError(`no request goes by ${protocol}`);
  const carrier = protocol === "https:" ? await secureCarrier() : await plainCarrier();
  carriers.set(protocol, carrier);
  return carrier;
}

const kept = { keepAlive: true, timeout: idleMs };

/** Services without TLS are on this computer: no proxy leads there. */
async function plainCarrier(): Promise<Carrier> {
  const { request, Agent } = await import("node:http");
  return { request, agent: new Agent(kept) };
}

async function secureCarrier(): Promise<Carrier> {
  const { request } = await import("node:https");
  return { request, agent: await throughProxies(kept, process.env) };
}

function contentOf({ headers = {}, body }: Pick<HttpRequest, "headers" | "body">) {
  const isForm = body instanceof URLSearchParams;
  const bytes = isForm ? body.toString() : body;
  const type = isForm ? { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" } : {};
  const length = bytes === undefined ? {} : { "content-length": Buffer.byteLength(bytes) };
  const plain = { accept: "*/*", "accept-encoding": "identity" };
  return { headers: { ...plain, ...type, ...length, ...headers }, body: bytes };
}

function answerOf(answer: IncomingMessage): HttpAnswer {
  const { statusCode: status = 0, headers } = answer;
  answer.on("error", () => undefined); // told to who reads it
  return {
    ok: status >= 200 && status < 300,
    status,
    headers: {
      get: (name) => headers[name.toLowerCase()]?.toString() ?? null,
      getSetCookie: () => headers["set-cookie"] ?? [],
    },
    body: () => answer as AsyncIterable<Bytes>,
    async drop() {
      const isEmpty = status === 204 || status === 304;
      if (isEmpty || Number(headers["content-length"] ?? Number.NaN) <= soonOver) answer.resume();
      else answer.destroy();
    },
  };
}
