import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Bytes } from "../../shared/bytes.js";
import { parseJson } from "../../shared/json.js";
import { parseMessage } from "../../shared/protocol/service-api.js";

/** The request's message in the shape of `schema`. @throws RightsError request-malformed. */
export const messageIn = <T>({ body }: FastifyRequest, schema: z.ZodType<T>): T =>
  parseMessage(schema, parseJson((body ?? new Uint8Array(0)) as Bytes, "request-malformed"), "request-malformed");
