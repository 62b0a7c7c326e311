import { Ajv2020 } from "ajv/dist/2020.js";
import { proofFor } from "../../../shared/protocol/proof.js";
import type { TestDevice } from "../licensing/device.js";

/** The API as a program meets it that knows nothing but its description. */

interface Content {
  content: { "application/json": { schema: object } };
}

export interface Operation {
  summary: string;
  security: object[];
  requestBody?: Content;
  /** By status, and `default` for every refusal. */
  responses: Record<string, Partial<Content>>;
}

export interface Description {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
}

export const descriptionAt = async (origin: string): Promise<Description> =>
  (await fetch(`${origin}/api/v1/openapi.json`)).json() as Promise<Description>;

/** By address: `POST /api/v1/use-licenses`. */
export const operationsOf = ({ paths }: Description): Map<string, Operation> =>
  new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const),
    ),
  );

/**
 * Every problem a general validator of JSON Schema 2020-12 finds; an unknown keyword is one, and so is a member that is
 * not described.
 */
export function problems(schema: object, value: unknown): unknown {
  const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(closed(schema));
  return validate(value) ? [] : validate.errors;
}

/** The same schema where it names members, for those and no others. */
function closed<T>(schema: T): T {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed) as T;
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return ("properties" in schema ? { additionalProperties: false, ...inside } : inside) as T;
}

/** Of an answer: what the description promises for its status. */
export function promised({ responses }: Operation, status: number): object | undefined {
  const response = responses[status] ?? responses.default;
  return response?.content?.["application/json"].schema;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** `undefined` for an empty one. */
  answer: unknown;
}

/** What is asked besides. */
export interface Manner {
  /** As it is sent, in place of JSON. */
  text?: string;
  headers?: Record<string, string>;
}

/** @param device - signs the request; `null`: nobody does. @param address - as in `operationsOf`. */
export async function ask(
  origin: string,
  device: TestDevice | null,
  address: string,
  body?: object,
  { text = body === undefined ? "" : JSON.stringify(body), headers = {} }: Manner = {},
): Promise<Answer> {
  const [method, path] = address.split(" ") as [string, string];
  const url = origin + path;
  const bytes = new TextEncoder().encode(text);
  const response = await fetch(url, {
    method,
    headers: {
      ...(device ? await signedBy(device, origin, { method, url, body: bytes }) : {}),
      ...(text === "" ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(text === "" ? {} : { body: bytes }),
  });
  const said = await response.text();
  return { status: response.status, headers: response.headers, answer: said === "" ? undefined : JSON.parse(said) };
}

async function signedBy(
  { credentials, clock }: TestDevice,
  origin: string,
  request: { method: string; url: string; body: Uint8Array<ArrayBuffer> },
): Promise<Record<string, string>> {
  const accessToken = await credentials.accessToken({ refresh: false });
  const nonce = (await fetch(`${origin}/health`)).headers.get("dpop-nonce")!;
  const dpop = await proofFor({ ...request, accessToken, nonce }, credentials.proofKey, clock.now());
  return { authorization: `DPoP ${accessToken}`, dpop };
}
