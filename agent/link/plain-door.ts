import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { createServer, type Server } from "node:net";
import { limits } from "./limits.js";

/** What a TLS connection begins with: a record of its handshake (RFC 8446 §5.1). */
const tlsHandshake = 0x16;

/**
 * The port of the link. Who does not speak TLS to it is told that it must, and nothing else: a page learns from getting any
 * answer that the agent runs, and that its browser does not trust the certificate.
 */
export function openDoor(secure: HttpsServer): Server {
  const plain = plainServer();
  return createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const server: HttpServer | HttpsServer = first[0] === tlsHandshake ? secure : plain;
      server.emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
}

function plainServer(): HttpServer {
  const options = { maxHeaderSize: 8192, headersTimeout: limits.provingMs, requestTimeout: limits.provingMs };
  return createHttpServer(options, (_request, response) => {
    response.writeHead(426, { upgrade: "TLS/1.2", connection: "upgrade, close", "cache-control": "no-store" }).end();
  }).on("clientError", (_error, socket) => socket.destroy());
}
