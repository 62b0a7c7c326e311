import { type Bytes, collect, piecesOf } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import { parseJson } from "../../../shared/json.js";

/** How long another provider may take over one answer, in ms, and how long that may be. */
const limitMs = 10_000;
const maxBytes = 512 * 1024;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What is asked of another provider; tests wait less long. */
export type Ask = (url: string, init?: RequestInit) => Promise<Answer>;

/**
 * One question to another provider: bounded in time and size, and no redirect is followed.
 * @throws RightsError `service-unreachable` when there is no whole answer, `sign-in-failed` when it is no JSON.
 */
export const askWithin =
  (timeoutMs = limitMs): Ask =>
  async (url, init = {}) => {
    const { status, bytes } = await read(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    return { status, body: parseJson(bytes, "sign-in-failed") };
  };

async function read(url: string, init: RequestInit): Promise<{ status: number; bytes: Bytes }> {
  try {
    const response = await fetch(url, init);
    if (response.body === null) return { status: response.status, bytes: new Uint8Array(0) };
    return { status: response.status, bytes: await collect(piecesOf(response.body), maxBytes) };
  } catch (cause) {
    const message = `${new URL(url).origin} gave no answer, or one without end`;
    throw new RightsError("service-unreachable", message, { cause });
  }
}

/** The body of an answer that is one. @throws RightsError `sign-in-failed` for all but 200. */
export function bodyOf({ status, body }: Answer, what: string): unknown {
  if (status === 200) return body;
  throw new RightsError("sign-in-failed", `${what} was answered with ${status}`);
}
