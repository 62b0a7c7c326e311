import { connect, type Socket } from "node:net";

/** Sends requests that were made before, over raw connections: next to nothing of the machine goes to the client. */

/** A kept connection; one request at a time. */
class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #answered: ((status: number) => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket.setNoDelay(true);
    socket.on("data", (piece: Buffer) => this.#take(piece));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new Connection(socket))).once("error", reject);
    });
  }

  /** @returns the status, once the whole answer is here. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    this.#received = this.#received.length === 0 ? piece : Buffer.concat([this.#received, piece]);
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.toString("latin1", 0, headEnd);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)![1]);
    if (this.#received.length < headEnd + 4 + length) return;
    this.#received = Buffer.alloc(0);
    this.#answered!(Number(head.slice(9, 12)));
  }
}

async function withConnections<T>(port: number, count: number, work: (all: Connection[]) => Promise<T>): Promise<T> {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(port)));
  try {
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function granted(connection: Connection, request: Buffer): Promise<void> {
  const status = await connection.send(request);
  if (status !== 200) throw new Error(`the service answered ${status}`);
}

/** All of `requests`, `inFlight` at a time. */
export const flood = (port: number, requests: readonly Buffer[], inFlight: number): Promise<void> =>
  withConnections(port, inFlight, async (connections) => {
    let next = 0;
    const lane = async (connection: Connection) => {
      while (next < requests.length) await granted(connection, requests[next++]!);
    };
    await Promise.all(connections.map(lane));
  });

/** More than are ever busy at half load, unless the service stands still. */
const maxConnections = 128;

/**
 * Requests leave on a fixed beat whatever comes back, and each is timed from its beat: one that had to wait for its turn
 * counts as slow. @returns the latencies in ms.
 */
export const paced = (port: number, requests: readonly Buffer[], perSecond: number): Promise<number[]> =>
  withConnections(port, maxConnections, async (free) => {
    const started = performance.now();
    const one = async (request: Buffer, at: number) => {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
      const connection = free.pop();
      if (!connection) throw new Error("the service does not keep up");
      await granted(connection, request);
      free.push(connection);
      return performance.now() - at;
    };
    return Promise.all(requests.map((request, i) => one(request, started + (i * 1000) / perSecond)));
  });
