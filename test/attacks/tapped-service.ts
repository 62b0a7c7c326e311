import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { utf8 } from "../../shared/bytes.js";
import { freePort } from "../free-port.js";
import { scratchService } from "../service/licensing/scratch-service.js";

export type Answer = Record<string, unknown>;
export type Change = (answer: Answer) => Promise<Answer> | Answer;

/** An answer in the place of the service's: a refusal, or the way to somewhere else. */
type Instead = { status: number; code: string } | { status: number; location: string };

/** What is changed in the answers, by the end of the path; nothing is as long as it is empty. */
export type Changes = Record<string, Change | Instead>;

/** A real service, and somebody in front of it who reads and changes everything. */
export async function tappedService() {
  const [outside, inside] = [await freePort(), await freePort()];
  const publicUrl = new URL(`http://127.0.0.1:${outside}`);
  const service = await scratchService({ config: { publicUrl, listen: { host: "127.0.0.1", port: inside } } });
  const changes: Changes = {};
  const server = createServer(async (incoming, response) => {
    const change = Object.entries(changes).find(([end]) => incoming.url!.endsWith(end))?.[1];
    if (change && "status" in change) {
      const { status, ...rest } = change as Instead;
      const headers = "location" in rest ? rest : { "content-type": "application/json" };
      response.writeHead(status, headers).end(JSON.stringify(rest));
      return;
    }
    const { status, headers, body } = await passOn(incoming, inside, publicUrl.host);
    const changed = change && status < 300 ? utf8(JSON.stringify(await change(JSON.parse(body.toString())))) : body;
    response.writeHead(status, { ...headers, "content-length": String(changed.length) }).end(changed);
  }).listen(outside, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { service, origin: publicUrl.origin, changes };
}

/** Everything but what belongs to one connection goes through as it came. */
async function passOn(incoming: IncomingMessage, port: number, host: string) {
  const { method, url: path } = incoming;
  const body = await buffer(incoming);
  const outgoing = request({ port, host: "127.0.0.1", method, path, headers: { ...incoming.headers, host } });
  outgoing.end(body);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  const { connection, "transfer-encoding": _, ...headers } = answer.headers;
  return { status: answer.statusCode!, headers, body: await buffer(answer) };
}
