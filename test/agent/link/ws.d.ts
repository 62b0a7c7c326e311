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
  }
}
