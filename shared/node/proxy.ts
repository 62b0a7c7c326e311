import type { Agent, AgentOptions } from "node:https";
import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { RightsError } from "../errors.js";

/** The way through a proxy that the environment names, as other programs take it (docs/operating.md, "Behind a proxy"). */

/** A proxy that has not answered in full by then is none, in ms: less than a request may take. */
const patienceMs = 15_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a host, by `https_proxy`, `all_proxy` and `no_proxy`; `null` where there is none. This computer needs none.
 * @throws RightsError `service-unreachable` where what is named is no HTTP proxy.
 */
export function proxyFor(host: string, port: number, env: Environment): URL | null {
  const text = env.https_proxy || env.HTTPS_PROXY || env.all_proxy || env.ALL_PROXY || "";
  if (text === "" || isHere(host) || isExcepted(host, port, env.no_proxy || env.NO_PROXY || "")) return null;
  const address = text.includes("://") ? text : `http://${text}`;
  if (URL.canParse(address) && new URL(address).protocol === "http:") return new URL(address);
  const words = "HTTPS_PROXY names something else than an HTTP proxy; write http://HOST:PORT";
  throw new RightsError("service-unreachable", words);
}

const isHere = (host: string): boolean => host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);

/** `contoso.example, .fabrikam.example, 10.0.0.1:8443, *`: a name stands for all under it, too. */
function isExcepted(host: string, port: number, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [, name = "", only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry)!;
      if (entry === "*") return true;
      return name !== "" && (only === undefined || Number(only) === port) && `.${host}`.endsWith(`.${name}`);
    });
}

/**
 * Asks a proxy for a connection to a host (RFC 9110, 9.3.6). What goes over it, it cannot read.
 * @throws RightsError `service-unreachable`.
 */
async function tunnel(proxy: URL, host: string, port: number): Promise<Duplex> {
  const { request } = await import("node:http");
  const to = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const headers = { host: to, ...authorization(proxy) };
  const via = { host: proxy.hostname.replace(/^\[|\]$/g, ""), port: Number(proxy.port || 80), agent: false };
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      const words = `the proxy ${proxy.host} does not lead to ${host}: ${why}`;
      reject(new RightsError("service-unreachable", words, { cause }));
    };
    const asked = request({ ...via, method: "CONNECT", path: to, headers });
    const timer = setTimeout(() => asked.destroy(new Error("no answer in time")), patienceMs);
    asked.once("close", () => clearTimeout(timer));
    asked.once("connect", ({ statusCode }, socket) => {
      clearTimeout(timer);
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      fail(statusCode === 407 ? wantsName : `it answered with ${statusCode}`);
    });
    asked.once("error", (cause) => fail("it does not answer", cause));
    asked.end();
  });
}

const wantsName = "it wants a name and a password, as in HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT";

function authorization({ username, password }: URL): { "proxy-authorization"?: string } {
  if (username === "") return {};
  const known = [username, password].map(decoded).join(":");
  return { "proxy-authorization": `Basic ${Buffer.from(known).toString("base64")}` };
}

/** As somebody wrote it who knew nothing of `%`, where it is no proper code. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An agent of `node:https` that goes through the proxy which the environment names for each host. */
export async function throughProxies(options: AgentOptions, env: Environment): Promise<Agent> {
  const [{ Agent }, { connect }] = await Promise.all([import("node:https"), import("node:tls")]);
  return new (class extends Agent {
    override createConnection(...[to, connected]: Parameters<Agent["createConnection"]>) {
      const [host, port] = [to.host!, Number(to.port)];
      const proxy = proxyFor(host, port, env);
      if (proxy === null) return super.createConnection(to, connected);
      const { servername } = to as ConnectionOptions;
      void tunnel(proxy, host, port).then(
        (socket) => connected!(null, connect({ ...options, host, socket, ...(servername && { servername }) })),
        (error) => connected!(error, undefined as never),
      );
      return undefined;
    }
  })(options);
}
