/** The little of ws that tests use to be a page. */
declare module "ws" {
  import type { EventEmitter } from "node:events";

  export class WebSocket extends EventEmitter {
    constructor(url: string, options: { origin?: string; headers?: Record<string, string>; rejectUnauthorized: false });
    binaryType: "nodebuffer";
    readonly readyState: number;
    send(data: string | Uint8Array, sent?: (error?: Error) => void): void;
    pause(): void;
    terminate(): void;
    close(): void;
    on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): this;
    on(event: "close", listener: (code: number) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: { server: import("node:https").Server });
    on(event: "connection", listener: (socket: WebSocket) => void): this;
  }
}
