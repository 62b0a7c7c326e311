import * as z from "zod";
import { ErrorAnswer } from "../../shared/protocol/service-api.js";
import type { Shapes } from "../routes/endpoint.js";

/** An address with its whole path. */
export interface Described {
  method: string;
  path: string;
  /** Whether it is asked with a token and a proof. */
  isSigned: boolean;
  shapes: Shapes<unknown, unknown>;
}

/** In OpenAPI 3.1 a schema is JSON Schema 2020-12, which is what zod writes. Clients ignore members they do not know. */
const schemaOf = (shape: z.ZodType) => {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, { io: "input", unrepresentable: "any" });
  return schema;
};

const json = (shape: z.ZodType) => ({ "application/json": { schema: schemaOf(shape) } });

/** The description of the API for programs, from the shapes that requests and answers are checked with. */
export function describeApi(origin: string, all: readonly Described[]) {
  const paths: Record<string, Record<string, object>> = {};
  for (const one of all) paths[one.path] = { ...paths[one.path], [one.method.toLowerCase()]: operationOf(one) };
  return {
    openapi: "3.1.0",
    info: { title: "Sealwright", version: "1", license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: origin }],
    components: {
      securitySchemes: {
        dpop: { type: "http", scheme: "DPoP", description: "access token, with a proof in the header DPoP" },
      },
    },
    paths,
  };
}

const operationOf = ({ isSigned, shapes: { about, message, answer, isTagged } }: Described) => ({
  summary: about,
  security: isSigned ? [{ dpop: [] }] : [],
  ...(message ? { requestBody: { required: true, content: json(message) } } : {}),
  responses: {
    200: { description: "done", content: json(answer) },
    ...(isTagged ? { 304: { description: "unchanged since the ETag that was named" } } : {}),
    default: { description: "a refusal, with what to do next", content: json(ErrorAnswer) },
  },
});
