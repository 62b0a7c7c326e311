import type { Bytes } from "../bytes.js";
import { webHttp } from "./web-http.js";

/** HTTP as it is asked for here. */
export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of a form go with the content type of one. */
  readonly body?: Bytes | string | URLSearchParams;
  /** error, which it is where nothing is said: an answer that leads elsewhere is none. manual: it is given as it is. */
  readonly redirect?: "error" | "manual";
  /** Ends it, and the reading of its answer. */
  readonly signal?: AbortSignal;
}

/** Its body is read once, or dropped, also where there is none: a program does not end before. */
export interface HttpAnswer {
  /** Whether the status is one of 200 to 299. */
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Pick<Headers, "get" | "getSetCookie">;
  body(): AsyncIterable<Bytes>;
  drop(): Promise<void>;
}

/** @throws whatever keeps the answer from coming. */
export type Http = (url: string, request: HttpRequest) => Promise<HttpAnswer>;

/** That in use: fetch, unless the program has something better. */
export let http: Http = webHttp;

/** Once, where a program begins: what is asked and answered is the same, so nobody else needs to know. */
export function useHttp(better: Http): void {
  http = better;
}
