import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { sharedService } from "../service/licensing/scratch-service.js";

/** Requests that a proxy in front may cut otherwise than the service does: refused, and nothing behind them is read (T18). */

const shared = sharedService();

/** All that comes back until the service closes the connection. */
async function send(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(shared().origin).port), "localhost");
  let received = "";
  socket.on("data", (piece: Buffer) => {
    received += piece;
  });
  socket.on("error", () => {});
  socket.setTimeout(5000, () => socket.destroy());
  socket.write(bytes);
  await once(socket, "close");
  return received;
}

const hidden = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const post = (...lines: string[]) =>
  ["POST /api/v1/use-licenses HTTP/1.1", "Host: localhost", "Content-Type: application/json", ...lines, "", ""].join(
    "\r\n",
  );

it.each([
  [
    "two ways to say how long it is",
    `${post(`Content-Length: ${hidden.length + 5}`, "Transfer-Encoding: chunked")}0\r\n\r\n${hidden}`,
  ],
  ["two lengths", post("Content-Length: 0", `Content-Length: ${hidden.length}`) + hidden],
  ["a length that is no number", post("Content-Length: +0") + hidden],
  ["two lengths in one line", post("Content-Length: 0, 0") + hidden],
  ["a space in front of the colon", `${post("Transfer-Encoding : chunked")}0\r\n\r\n${hidden}`],
  ["chunked that is not last", `${post("Transfer-Encoding: chunked, identity")}0\r\n\r\n${hidden}`],
  ["an encoding nobody knows", `${post("Transfer-Encoding: xchunked")}0\r\n\r\n${hidden}`],
  ["a chunk with a sign", `${post("Transfer-Encoding: chunked")}+0\r\n\r\n${hidden}`],
  ["a header that goes on in the next line", post("X-One: a\r\n Content-Length: 0") + hidden],
  ["a null in a header", post("X-One: a\0b") + hidden],
])("%s", async (_what, bytes) => {
  const received = await send(bytes);
  expect(received).toMatch(/^HTTP\/1\.1 400 /);
  expect(received.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect(received).not.toContain('"status":"ok"');
});

it("what is no attack is answered, one after the other", async () => {
  const received = await send(hidden.replace("Connection: close", "Connection: keep-alive") + hidden);
  expect(received.match(/"status":"ok"/g)).toHaveLength(2);
});
