import type { Server, Socket } from "node:net";
import { limits } from "./limits.js";

const nameOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress}`;

/**
 * Connections that have proven nothing yet. Any program can open them by the thousand: there are never more than a few, the
 * oldest gives way to the newest, and none has long. So a page that knows what to say gets through.
 */
export class Doorway {
  readonly #waiting = new Map<string, { readonly socket: Socket; readonly timer: NodeJS.Timeout }>();

  watch(server: Server): void {
    server.maxConnections = limits.connections;
    server.on("connection", (socket: Socket) => this.#enter(socket));
  }

  /** This one may stay. */
  prove(socket: Socket): void {
    this.#forget(nameOf(socket));
  }

  close(): void {
    for (const { socket } of [...this.#waiting.values()]) socket.destroy();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  #enter(socket: Socket): void {
    const name = nameOf(socket);
    const timer = setTimeout(() => socket.destroy(), limits.provingMs).unref();
    this.#waiting.set(name, { socket, timer });
    socket.on("close", () => this.#forget(name));
    if (this.#waiting.size > limits.unproven) this.#waiting.values().next().value?.socket.destroy();
  }

  #forget(name: string): void {
    clearTimeout(this.#waiting.get(name)?.timer);
    this.#waiting.delete(name);
  }
}
