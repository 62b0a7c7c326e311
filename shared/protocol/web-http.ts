import { type Bytes, piecesOf } from "../bytes.js";
import type { Http } from "./http.js";

/** By fetch: in every page, and in Node. */
export const webHttp: Http = async (url, request) => {
  const { ok, status, headers, body } = await fetch(url, { redirect: "error", ...(request as RequestInit) });
  return {
    ok,
    status,
    headers,
    body: () => (body === null ? nothing() : piecesOf(body as ReadableStream<Bytes>)),
    drop: async () => body?.cancel(),
  };
};

async function* nothing(): AsyncGenerator<Bytes> {}
