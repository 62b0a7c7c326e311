import type { HttpAnswer } from "../shared/protocol/http.js";
import { assetPath } from "../shared/protocol/page-api.js";
import { reach } from "../shared/protocol/service-client.js";
import { boundedBody } from "../shared/protocol/web-answer.js";

/** Of the library; set by the build. Its files are served under its version, as they are. */
declare const PDFJS_VERSION: string;

const front = `${assetPath}pdfjs-${PDFJS_VERSION}-`;

const isResource = (name: string): boolean => /^[\w-]{1,64}\.(bcmap|pfb|ttf|wasm)$/.test(name);

/** The largest has 1.3 MB. */
const maxBytes = 16 * 1024 * 1024;

const get = (name: string): Promise<HttpAnswer> => reach(new URL(front + name, location.origin).href, {});

/** The program that takes PDFs apart. @throws RightsError `service-unreachable`, `service-failed`. */
export async function fetchWorker(): Promise<Blob> {
  const program = await boundedBody(await get("worker.js"), maxBytes);
  return new Blob([program], { type: "text/javascript" });
}

/** What a PDF asks for is its author's word: only names of that kind are looked for. @returns `null` for all others. */
export async function fetchResource(name: string): Promise<ArrayBuffer | null> {
  if (!isResource(name)) return null;
  const answer = await get(name).catch(() => null);
  if (answer?.ok) return (await boundedBody(answer, maxBytes)).buffer;
  await answer?.drop();
  return null;
}
