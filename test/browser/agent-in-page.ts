import { AgentClient, type ClientOptions } from "../../browser/agent-client.js";
import { blobSource } from "../../browser/blob-source.js";
import { type ByteSource, sourceOf } from "../../shared/bytes.js";
import { codeOf } from "../../shared/errors.js";
import type { Wanted } from "../../shared/protocol/agent-api.js";

/** What a test has the page do with its agent; content and results as base64, which survive the way to the test. */

let client: AgentClient;

export const meet = (options: Omit<ClientOptions, "name" | "version">): void => {
  client = new AgentClient({ name: "Word", version: "1.0", ...options });
};

/** The code of what went wrong; `null` where nothing did. */
async function outcome(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error) => codeOf(error),
  );
}

export const pair = (code: string) => outcome(client.pair(code));
export const showCode = () => outcome(client.showCode());
export const state = () => client.state();
export const whoami = () => client.whoami();
export const labels = async () => (await client.labels()).labels.map(({ names }) => names.en);
export const close = () => client.close();

const contentOf = async (base64: string): Promise<ByteSource> =>
  blobSource(await (await fetch(`data:application/octet-stream;base64,${base64}`)).blob());

async function base64Of(blob: Blob): Promise<string> {
  const url = await new Promise<string>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.readAsDataURL(blob);
  });
  return url.slice(url.indexOf(",") + 1);
}

export async function protect(base64: string, name: string, wanted: Wanted) {
  const fractions: number[] = [];
  const options = { progress: (fraction: number) => void fractions.push(fraction) };
  const { files, notes } = await client.protect(await contentOf(base64), { name, wanted }, options);
  const made = await Promise.all(
    files.map(async ({ name, role, content }) => ({ name, role, content: await base64Of(content) })),
  );
  return { made, notes, fractions };
}

export const inspect = async (base64: string, name: string) => client.inspect(await contentOf(base64), name);

export async function unprotect(base64: string, name: string) {
  try {
    const { files } = await client.unprotect(await contentOf(base64), name);
    return { name: files[0]!.name, content: await base64Of(files[0]!.content) };
  } catch (error) {
    return codeOf(error);
  }
}

export const protectPath = async (path: string, wanted: Wanted) =>
  client.protectPath({ path, wanted }).then(
    ({ path }) => ({ path }),
    (error) => codeOf(error),
  );

/** Loses the connection with every third slice that is sent, and with every third that came. @returns how often. */
function loseConnections(): () => number {
  let [slices, losses] = [0, 0];
  const isLost = () => ++slices % 3 === 0;
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (this: WebSocket, data) {
    this.addEventListener(
      "message",
      ({ data }) => {
        if (typeof data !== "string" && isLost() && this.readyState === WebSocket.OPEN) lose(this);
      },
      { once: true },
    );
    send.call(this, data);
    if (typeof data !== "string" && isLost()) lose(this);
  };
  const lose = (socket: WebSocket) => {
    losses++;
    socket.close();
  };
  return () => {
    WebSocket.prototype.send = send;
    return losses;
  };
}

/** @returns what came of it, and how often the connection was lost meanwhile. */
export async function protectWithLosses(base64: string, name: string, wanted: Wanted) {
  const losses = loseConnections();
  const { made } = await protect(base64, name, wanted).finally(losses);
  return { content: made[0]!.content, losses: losses() };
}

/** Stops in the middle: what the agent then knows of the job. */
export async function cancelled(bytes: number, wanted: Wanted) {
  const abort = new AbortController();
  const progress = (fraction: number) => fraction > 0.1 && abort.abort();
  return outcome(
    client.protect(sourceOf(new Uint8Array(bytes)), { name: "large.bin", wanted }, { progress, signal: abort.signal }),
  );
}
