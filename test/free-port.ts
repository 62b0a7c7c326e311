import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below those that systems give to whoever asks for any: between here and its use, no connection of another test gets one.
 * Chromium opens none of a few below 10,081.
 */
const [from, to] = [10_100, 32_700];

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = from + Math.floor(Math.random() * (to - from));
    const server = createServer();
    const isFree = once(server, "listening").then(
      () => true,
      () => false,
    );
    server.listen(port, "127.0.0.1");
    if (!(await isFree)) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
