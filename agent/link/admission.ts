import type { IncomingMessage } from "node:http";

/** Who may speak to the link at all: before anything a page sends is looked at (threats T20, T21). */

/** Another name that leads here (DNS rebinding) is not ours. */
const ourHosts = (port: number) => [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`];

export const isOurHost = ({ headers }: IncomingMessage, port: number): boolean =>
  ourHosts(port).includes(headers.host ?? "");

/**
 * The origin a browser names, where it is listed; compared as it is, so that no other spelling, no beginning of one, and
 * not `null`, is it; said twice, it is both of them in one, and on no list. Programs can write there what they want: the
 * token is what keeps them out.
 */
export function listedOrigin({ headers }: IncomingMessage, origins: ReadonlySet<string>): string | null {
  const { origin } = headers;
  return origin !== undefined && origins.has(origin) ? origin : null;
}
