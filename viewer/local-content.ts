import * as z from "zod";
import { type Bytes, collect, piecesOf } from "../shared/bytes.js";
import { RightsError, type RightsErrorCode } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import { AskAccessAnswer } from "../shared/protocol/access-api.js";
import { type LocalAsk, LocalDocument, maxContentRange } from "../shared/protocol/local-viewer-api.js";
import { ErrorAnswer } from "../shared/protocol/service-api.js";
import { ServiceRefusal } from "../shared/protocol/service-client.js";
import type { Content, Opened } from "./opened.js";

/** A file that a program on this computer opened in this page: it has the keys, and decrypts what is looked at. */

const maxAnswerBytes = 1 << 20;

async function ask(what: string, more: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(new URL(what, location.href), { redirect: "error", ...more });
  } catch (cause) {
    throw new RightsError("service-unreachable", "the program that opened this file is gone", { cause });
  }
}

const bodyOf = (answer: Response, limit: number): Promise<Bytes> =>
  collect(piecesOf(answer.body as ReadableStream<Bytes>), limit);

async function read(what: string, limit: number, more?: RequestInit): Promise<Bytes> {
  const answer = await ask(what, more);
  const body = await bodyOf(answer, limit);
  if (answer.ok) return body;
  const refusal = ErrorAnswer.parse(parseJson(body, "service-failed"));
  throw new ServiceRefusal(refusal.code as RightsErrorCode, refusal.message ?? "", refusal);
}

const partsOf = async function* (offset: number, length: number): AsyncGenerator<Bytes> {
  for (let at = 0; at < length; at += maxContentRange) {
    const part = Math.min(maxContentRange, length - at);
    yield await read(`content?offset=${offset + at}&length=${part}`, maxContentRange);
  }
};

const check = async (): Promise<void> => {
  z.object({}).parse(parseJson(await read("check", maxAnswerBytes), "service-failed"));
};

const contentOf = (size: number): Content => ({
  size,
  range: partsOf,
  async *all() {
    yield* partsOf(0, size);
    await check();
  },
  check,
});

/** @throws RightsError `access-denied`, `access-revoked`, `access-expired`, `service-unreachable` … */
export async function openLocal(): Promise<{ name: string; reader: LocalDocument["reader"]; opened: Opened }> {
  const { name, reader, size, rights, terms, untilMs, nowMs } = LocalDocument.parse(
    parseJson(await read("document", maxAnswerBytes), "service-failed"),
  );
  return { name, reader, opened: { use: { rights, terms, untilMs }, content: contentOf(size), givenMs: nowMs } };
}

/** The program asks the owner of the file, as `seal requests ask` does. @throws RightsError `service-unreachable` … */
export async function askLocalOwner(reason: string): Promise<void> {
  const body = JSON.stringify({ reason } satisfies LocalAsk);
  const post = { method: "POST", headers: { "content-type": "application/json" }, body };
  AskAccessAnswer.parse(parseJson(await read("ask", maxAnswerBytes, post), "service-failed"));
}

/** Tells the program that somebody looks, for as long as the page is there. */
export async function stayAlive(): Promise<never> {
  for (;;) {
    await ask("alive").then(
      (answer) => bodyOf(answer, maxAnswerBytes),
      () => undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
