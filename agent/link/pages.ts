import { readFile, realpath, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";

/** The add-in's pages, served in development only: where `link.json` names their folder. */

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".map": "application/json",
};
const maxPageBytes = 32 * 1024 * 1024;

const notFound = (response: ServerResponse): void => void response.writeHead(404, { connection: "close" }).end();

/** Files of known types below the folder; no link leads out of it. */
export async function servePage(folder: string, path: string, response: ServerResponse): Promise<void> {
  const type = types[extname(path)];
  if (type === undefined || !/^\/[\w.\-/]+$/.test(path) || path.includes("..")) return notFound(response);
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    const found = await stat(real);
    if (!real.startsWith(root + sep) || !found.isFile() || found.size > maxPageBytes) return notFound(response);
    const headers = { "content-type": type, "x-content-type-options": "nosniff", "cache-control": "no-cache" };
    response.writeHead(200, headers).end(await readFile(real));
  } catch {
    notFound(response);
  }
}
