import { chmod } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { RightsError } from "../shared/errors.js";
import { clearSocket, isSocketThere } from "./control-socket.js";
import type { Home } from "./home.js";

/** What the command line asks of the background process: one JSON line each way. */
export type ControlRequest = { ask: "status" } | { ask: "reload" } | { ask: "stop" } | LinkAsk;

/** What is asked of the link to pages; the answer is `null` where it could not listen. */
export type LinkAsk =
  | { ask: "link" }
  | { ask: "pair" }
  | { ask: "pairing"; code: string }
  | { ask: "unpaired"; id: string }
  | { ask: "questions" }
  | { ask: "answer"; id: string; allow: boolean };

const maxLineBytes = 4096;
const timeoutMs = 5000;

/** By what is asked: which texts, and which yes or no, come with it. */
const asks: Record<ControlRequest["ask"], readonly [texts: readonly string[], choices: readonly string[]]> = {
  status: [[], []],
  reload: [[], []],
  stop: [[], []],
  link: [[], []],
  pair: [[], []],
  pairing: [["code"], []],
  unpaired: [["id"], []],
  questions: [[], []],
  answer: [["id"], ["allow"]],
};

function isRequest(value: unknown): value is ControlRequest {
  if (typeof value !== "object" || value === null) return false;
  const given = value as Record<string, unknown>;
  const expected = Object.hasOwn(asks, String(given.ask)) ? asks[given.ask as ControlRequest["ask"]] : null;
  if (expected === null) return false;
  const [texts, choices] = expected;
  return (
    texts.every((name) => typeof given[name] === "string") && choices.every((name) => typeof given[name] === "boolean")
  );
}

/**
 * Listens where only this user can connect: its folder is 0700, and the socket 0600. One that a killed process left is
 * taken over; one that answers is not. Of two that start at the same time the lock `agent` lets one through.
 * @throws RightsError `busy` when an agent runs on this home already; `config-invalid` when the place is taken.
 */
export async function serveControl(home: Home, handle: (request: ControlRequest) => Promise<unknown>): Promise<Server> {
  if ((await askAgent(home, { ask: "status" })) !== null) throw new RightsError("busy", "the agent is running already");
  await clearSocket(home.socket);
  const server = createServer((socket) => answerOn(socket, handle));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(home.socket, resolve);
  });
  if (process.platform !== "win32") await chmod(home.socket, 0o600);
  return server;
}

function answerOn(socket: Socket, handle: (request: ControlRequest) => Promise<unknown>): void {
  let received = "";
  socket.setTimeout(timeoutMs, () => socket.destroy());
  socket.on("error", () => undefined);
  const answer = async () => {
    const request: unknown = JSON.parse(received);
    if (!isRequest(request)) throw new Error("unknown request");
    socket.setTimeout(0); // looking through a folder that is new takes its time
    socket.end(`${JSON.stringify({ answer: await handle(request) })}\n`);
  };
  socket.on("data", (piece: Buffer) => {
    received += piece.toString("utf8");
    if (received.length > maxLineBytes) socket.destroy();
    if (received.includes("\n")) answer().catch(() => socket.destroy());
  });
}

/**
 * The running agent's answer; `null` when none runs on this home.
 * @throws RightsError `busy` when one runs and says nothing for `waitMs`; `config-invalid` when somebody else could answer.
 */
export async function askAgent(home: Home, request: ControlRequest, waitMs = timeoutMs): Promise<unknown> {
  if (!(await isSocketThere(home.socket))) return null;
  return new Promise((resolve, reject) => {
    const socket = createConnection(home.socket);
    const give = (value: unknown) => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(waitMs, () => {
      socket.destroy();
      reject(new RightsError("busy", "the agent has much to do and does not answer now; try again"));
    });
    socket.on("error", () => give(null));
    socket.on("close", () => give(null));
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    let received = "";
    socket.on("data", (piece: Buffer) => {
      received += piece.toString("utf8");
      if (received.endsWith("\n")) give(answerIn(received));
    });
  });
}

function answerIn(line: string): unknown {
  try {
    return (JSON.parse(line) as { answer: unknown }).answer;
  } catch {
    return null;
  }
}
