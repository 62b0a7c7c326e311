import type * as z from "zod";
import { type Bytes, collect, toBase64, utf8 } from "../bytes.js";
import { RightsError, type RightsErrorCode } from "../errors.js";
import { parseJson } from "../json.js";
import { secondTime } from "../time.js";
import { AccessRequestAnswer, AccessRequestsAnswer, AskAccessAnswer, type GrantAccessRequest } from "./access-api.js";
import { DevicesAnswer, RemoveDeviceAnswer } from "./device-api.js";
import { type HttpAnswer, type HttpRequest, http } from "./http.js";
import { FindPeopleAnswer } from "./people-api.js";
import { type ProofKey, proofFor } from "./proof.js";
import {
  AmendAnswer,
  type AmendRequest,
  CertifyAnswer,
  type CertifyRequest,
  ClearLabelAnswer,
  type ClearLabelRequest,
  Discovery,
  DocumentPolicyAnswer,
  DocumentsAnswer,
  ErrorAnswer,
  PolicyAnswer,
  PublishAnswer,
  type PublishRequest,
  parseMessage,
  RegisterAnswer,
  type RelabelRequest,
  RevokeAnswer,
  statusOf,
  TrackAnswer,
  UseLicenseAnswer,
} from "./service-api.js";
import { type AskSuperRequest, SuperAccessAnswer, SuperAccessesAnswer } from "./super-api.js";

const timeoutMs = 20_000;
const maxAnswerBytes = 8 * 1024 * 1024;

/** A refusal by the service, with what it offers to do next. */
export class ServiceRefusal extends RightsError {
  readonly answer: ErrorAnswer;

  constructor(code: RightsErrorCode, message: string, answer: ErrorAnswer) {
    super(code, message);
    this.answer = answer;
  }
}

/** What signs in: gives a current access token and the key it is bound to. */
export interface Credentials {
  readonly proofKey: ProofKey;
  /** @throws RightsError `sign-in-needed`, `service-unreachable`. `refresh` after the service refused the last one. */
  accessToken(options: { refresh: boolean }): Promise<string>;
}

/** HTTP with a time limit and no redirects; every failure to reach the service has one code. */
export async function reach(url: string, request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await http(url, { signal: AbortSignal.timeout(timeoutMs), ...request });
  } catch (cause) {
    if (cause instanceof RightsError) throw cause; // what stands in between has words of its own
    const { origin } = new URL(url);
    const message = `the protection service at ${origin} cannot be reached; try again when it is back`;
    throw new RightsError("service-unreachable", message, { cause });
  }
}

/** A JSON answer of bounded size in the shape of `schema`. @throws ServiceRefusal, RightsError `service-failed`. */
export async function readAnswer<T>(response: HttpAnswer, schema: z.ZodType<T>): Promise<T> {
  const body = await readBody(response);
  if (response.ok) return parseMessage(schema, parseJson(body, "service-failed"), "service-failed");
  throw refusalOf(response.status, body);
}

async function readBody(response: HttpAnswer): Promise<Bytes> {
  try {
    return await collect(response.body(), maxAnswerBytes);
  } catch (cause) {
    throw new RightsError("service-unreachable", "the protection service broke off its answer; try again", { cause });
  }
}

function refusalOf(status: number, body: Bytes): RightsError {
  const failed = new RightsError("service-failed", `the protection service failed (${status}); try again later`);
  if (status >= 500) return status === 502 || status === 503 || status === 504 ? unavailable() : failed;
  try {
    const answer = ErrorAnswer.parse(parseJson(body, "service-failed"));
    const known = (answer.code in statusOf ? answer.code : "service-failed") as RightsErrorCode;
    return new ServiceRefusal(known, answer.message ?? failed.message, answer);
  } catch {
    return failed;
  }
}

const unavailable = () =>
  new RightsError("service-unreachable", "the protection service is not available now; try again when it is back");

/** Where everything of a service is. @param address - `https://rms.contoso.example`. */
export async function discover(address: string): Promise<Discovery> {
  const response = await reach(new URL("/.well-known/sealwright", address).href, {});
  return readAnswer(response, Discovery);
}

/** Labels and templates, with the tag under which the service knows whether they still hold. */
export type KnownPolicy = PolicyAnswer & { readonly tag: string | null };

/** The service's API, for agent and pages alike: each request proves possession of the caller's key. */
export class ServiceClient {
  readonly #api: string;
  readonly #credentials: Credentials;
  readonly #now: () => number;
  #nonce: string | undefined;

  /** @param api - of the discovery document, without a slash at its end. */
  constructor(api: string, credentials: Credentials, now: () => number = Date.now) {
    this.#api = api;
    this.#credentials = credentials;
    this.#now = now;
  }

  certify = (request: CertifyRequest) => this.call("POST", "/account-certificates", CertifyAnswer, request);
  /** @param known - an answer there is already: if it still holds, that is the answer, at the time of this one. */
  async policy(known?: KnownPolicy): Promise<KnownPolicy> {
    const response = await this.#exchange(
      "GET",
      "/policy",
      undefined,
      known?.tag ? { "if-none-match": known.tag } : {},
    );
    const tag = response.headers.get("etag");
    if (response.status !== 304 || !known) return { ...(await readAnswer(response, PolicyAnswer)), tag };
    await response.drop();
    const ms = Date.parse(response.headers.get("date") ?? "");
    return { ...known, time: Number.isNaN(ms) ? known.time : secondTime(ms) };
  }

  useLicense = (license: Bytes, accountCertificate: Bytes) =>
    this.call("POST", "/use-licenses", UseLicenseAnswer, {
      license: toBase64(license),
      accountCertificate: toBase64(accountCertificate),
    });
  publish = (request: PublishRequest) => this.call("POST", "/publishing-licenses", PublishAnswer, request);
  superAccess = () => this.call("GET", "/super-access", SuperAccessesAnswer);
  askSuperAccess = (request: AskSuperRequest) => this.call("POST", "/super-access", SuperAccessAnswer, request);
  documents = () => this.call("GET", "/documents", DocumentsAnswer);
  register = (license: Bytes) => this.call("POST", "/documents", RegisterAnswer, { license: toBase64(license) });
  track = (license: Bytes) => this.call("POST", "/documents/track", TrackAnswer, { license: toBase64(license) });
  revoke = (license: Bytes) => this.call("POST", "/documents/revoke", RevokeAnswer, { license: toBase64(license) });
  restore = (license: Bytes) => this.call("POST", "/documents/restore", RevokeAnswer, { license: toBase64(license) });
  documentPolicy = (license: Bytes) =>
    this.call("POST", "/documents/policy", DocumentPolicyAnswer, { license: toBase64(license) });
  amend = ({ license, ...amendment }: Omit<AmendRequest, "license"> & { license: Bytes }) =>
    this.call("POST", "/documents/amend", AmendAnswer, { license: toBase64(license), ...amendment });
  askAccess = (license: Bytes, reason: string) =>
    this.call("POST", "/access-requests", AskAccessAnswer, { license: toBase64(license), reason });
  accessRequests = () => this.call("GET", "/access-requests", AccessRequestsAnswer);
  grantAccess = (request: GrantAccessRequest) =>
    this.call("POST", "/access-requests/grant", AccessRequestAnswer, request);
  refuseAccess = (id: string) => this.call("POST", "/access-requests/refuse", AccessRequestAnswer, { id });
  findPeople = (search: string) => this.call("POST", "/people/find", FindPeopleAnswer, { search });
  devices = () => this.call("GET", "/devices", DevicesAnswer);
  removeDevice = (device: string) => this.call("POST", "/devices/remove", RemoveDeviceAnswer, { device });
  relabel = ({ license, ...to }: Omit<RelabelRequest, "license"> & { license: Bytes }) =>
    this.call("POST", "/documents/relabel", RegisterAnswer, { license: toBase64(license), ...to });

  /** For the audit, that a file that is not protected got another label, or none. */
  relabelClear = (request: ClearLabelRequest) => this.call("POST", "/clear-labels", ClearLabelAnswer, request);

  /** Any other request. Sent twice at the most: a nonce may be missing or old, an access token may have ended. */
  async call<T>(method: string, path: string, schema: z.ZodType<T>, request?: unknown): Promise<T> {
    return readAnswer(await this.#exchange(method, path, request), schema);
  }

  async #exchange(method: string, path: string, request: unknown, more: Record<string, string> = {}) {
    const body = request === undefined ? new Uint8Array(0) : utf8(JSON.stringify(request));
    let response = await this.#send(method, path, body, false, more);
    for (let tries = 0; response.status === 401 && tries < 2; tries++) {
      const stale = (response.headers.get("www-authenticate") ?? "").includes("use_dpop_nonce");
      await response.drop();
      response = await this.#send(method, path, body, !stale, more);
    }
    return response;
  }

  async #send(method: string, path: string, body: Bytes, refresh: boolean, more: Record<string, string>) {
    const url = this.#api + path;
    const accessToken = await this.#credentials.accessToken({ refresh });
    const proven = { method, url, body, accessToken, ...(this.#nonce === undefined ? {} : { nonce: this.#nonce }) };
    const headers: Record<string, string> = {
      authorization: `DPoP ${accessToken}`,
      dpop: await proofFor(proven, this.#credentials.proofKey, this.#now()),
      ...(body.length > 0 ? { "content-type": "application/json" } : {}),
      ...more,
    };
    const response = await reach(url, { method, headers, ...(body.length > 0 ? { body } : {}) });
    this.#nonce = response.headers.get("dpop-nonce") ?? this.#nonce;
    return response;
  }
}
