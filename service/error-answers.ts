import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { RightsError } from "../shared/errors.js";
import { type ErrorAnswer, statusOf } from "../shared/protocol/service-api.js";
import { Challenge } from "./identity/caller.js";
import { isRefusal, Refusal } from "./licensing/refusal.js";

/** What an error looks like from outside: refusals say what to do, everything unforeseen is a 500 without details. */
export function answerError(error: FastifyError | RightsError, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof Challenge) reply.header("www-authenticate", error.header);
  if (error instanceof Refusal && error.retryAfter !== undefined) reply.header("retry-after", error.retryAfter);
  if (isRefusal(error)) return reply.code(statusOf[error.code]!).send(answerOf(error));
  const status = error instanceof RightsError ? 500 : (error.statusCode ?? 500);
  if (status >= 400 && status < 500) return reply.code(status).send(malformed(status));
  request.log.error({ err: error }, "request failed");
  return reply.code(500).send({ code: "internal" } satisfies ErrorAnswer);
}

function answerOf(error: RightsError): ErrorAnswer {
  const { code, message } = error;
  if (error instanceof Challenge) return { code, message, offers: ["sign-in"] };
  if (!(error instanceof Refusal)) return { code, message };
  const { offers, owner } = error;
  return { code, message, ...(offers.length > 0 ? { offers: [...offers] } : {}), ...(owner ? { owner } : {}) };
}

const reasons: Record<number, string> = {
  404: "there is nothing at this address",
  413: "the request is longer than any license",
  415: "a request is JSON, application/json",
};

const malformed = (status: number): ErrorAnswer => ({
  code: "request-malformed",
  message: reasons[status] ?? "the request is not one this service understands",
});

export const notFound = (_request: FastifyRequest, reply: FastifyReply) => reply.code(404).send(malformed(404));
