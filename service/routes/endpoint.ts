import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type * as z from "zod";
import type { Bytes } from "../../shared/bytes.js";
import { parseJson } from "../../shared/json.js";
import { parseMessage } from "../../shared/protocol/service-api.js";

/** What an address takes and gives: it is checked by this, and described by it to others. */
export interface Shapes<Message, Answer> {
  /** One line, as help is written. */
  about: string;
  /** Of the body; without it none is read. */
  message?: z.ZodType<Message>;
  answer: z.ZodType<Answer>;
  /** Answers carry an `ETag`, and one that was named is not sent again. */
  isTagged?: boolean;
  /** Asked without a sign-in. */
  isOpen?: boolean;
  /** Guests may ask here; nowhere else. */
  isForGuests?: boolean;
}

declare module "fastify" {
  interface FastifyContextConfig {
    shapes?: Shapes<unknown, unknown>;
  }
}

/** What answers: the message is of its shape already, and what is given has the shape that was promised. */
type Work<Message, Answer> = (
  request: FastifyRequest,
  message: Message,
  reply: FastifyReply,
) => Answer | FastifyReply | Promise<Answer | FastifyReply>;

/** @param address - `POST /use-licenses`. */
export function endpoint<Message, Answer>(
  app: FastifyInstance,
  address: `${"GET" | "POST"} /${string}`,
  shapes: Shapes<Message, Answer>,
  work: Work<Message, Answer>,
): void {
  const [method, url] = address.split(" ") as ["GET" | "POST", string];
  const { message } = shapes;
  app.route({
    method,
    url,
    config: { shapes: shapes as Shapes<unknown, unknown> },
    handler: async (request, reply) =>
      work(request, message ? messageIn(request, message) : (undefined as Message), reply),
  });
}

/** @throws RightsError request-malformed. */
const messageIn = <Message>({ body }: FastifyRequest, shape: z.ZodType<Message>): Message =>
  parseMessage(shape, parseJson((body ?? new Uint8Array(0)) as Bytes, "request-malformed"), "request-malformed");
