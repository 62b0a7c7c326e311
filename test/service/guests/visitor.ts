import { hash, randomBytes } from "node:crypto";
import { expect } from "vitest";
import { type Bytes, fromBase64, toBase64, toBase64url } from "../../../shared/bytes.js";
import { signerOf, unsealerOf } from "../../../shared/crypto/keys.js";
import { trustFrom } from "../../../shared/license/trust.js";
import { parseServerCertificates } from "../../../shared/license/xrml.js";
import type { RedeemCodeAnswer } from "../../../shared/protocol/guest-api.js";
import { generateProofPair, proofKeyOf } from "../../../shared/protocol/proof.js";
import { discover, ServiceClient } from "../../../shared/protocol/service-client.js";
import { requestTokens, type Tokens } from "../../../shared/protocol/token-endpoint.js";
import { credentialsOf, newKeys, spkiText, TestDevice } from "../licensing/device.js";
import type { ScratchService } from "../licensing/scratch-service.js";
import { type SmtpCatcher, textIn } from "../mail/smtp-catcher.js";

/** What a page of somebody outside keeps to itself. */
export interface Secrets {
  verifier: string;
  nonce: string;
}

/** While a code is on its way. */
export interface Page extends Secrets {
  ticket: string;
  license: string;
}

export const sha256 = (bytes: Uint8Array | string): string => hash("sha256", bytes, "base64url");

export interface AskOptions {
  language?: string;
  /** From where; needs `trustedProxies`. */
  ip?: string;
}

export async function post(origin: string, path: string, body: object, { language, ip }: AskOptions = {}) {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (language !== undefined) headers["accept-language"] = language;
  if (ip !== undefined) headers["x-forwarded-for"] = ip;
  return fetch(`${origin}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Asks for a code. */
export async function ask(origin: string, license: Bytes, address: string, options: AskOptions = {}): Promise<Page> {
  const [verifier, nonce] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
  const request = { license: toBase64(license), address, challenge: sha256(verifier), nonce };
  const response = await post(origin, "/guest-codes", request, options);
  expect(response.status).toBe(200);
  const { ticket } = (await response.json()) as { ticket: string };
  return { ticket, license: sha256(license), verifier, nonce };
}

export async function redeem(origin: string, page: Page, code: string, options: AskOptions = {}) {
  const { ticket, license } = page;
  const response = await post(origin, "/guest-codes/redeem", { ticket, license, code }, options);
  expect(response.status).toBe(200);
  return (await response.json()) as RedeemCodeAnswer;
}

export const codeIn = (raw: string): string => /^ {4}(\d{4} \d{4})$/m.exec(textIn({ raw }))![1]!.replace(" ", "");

/** The code of the newest mail to an address, once there are so many. */
export async function mailedCode({ mails }: SmtpCatcher, address: string, count = 1): Promise<string> {
  const theirs = () => mails.filter(({ to }) => to.includes(address));
  await expect.poll(() => theirs().length, { timeout: 10_000 }).toBe(count);
  return codeIn(theirs().at(-1)!.raw);
}

/** What the page does once the code was right. */
export async function tokensFor(origin: string, page: Secrets, grant: string) {
  const discovery = await discover(origin);
  const pair = await generateProofPair(true);
  const proofKey = await proofKeyOf(pair.privateKey, await crypto.subtle.exportKey("jwk", pair.publicKey));
  const proof = { code: grant, code_verifier: page.verifier, redirect_uri: `${origin}/view/signed-in` };
  const fields = { grant_type: "authorization_code", ...proof, client_id: "sealwright-page" };
  return { discovery, proofKey, tokens: await requestTokens(`${discovery.issuer}/token`, fields, proofKey) };
}

export interface Guest {
  device: TestDevice;
  tokens: Tokens;
}

/** Comes in by a code, and gets certificates. */
export async function comeIn(
  scratch: ScratchService,
  catcher: SmtpCatcher,
  license: Bytes,
  address: string,
  mails = 1,
  options: AskOptions = {},
): Promise<Guest> {
  const { origin } = scratch;
  const page = await ask(origin, license, address, options);
  const answer = await redeem(origin, page, await mailedCode(catcher, address, mails), options);
  if (answer.state !== "in") throw new Error(`not in: ${JSON.stringify(answer)}`);
  return certify(scratch, page, answer.grant);
}

/** The device of a page that was let in. */
export async function certify({ origin, clock }: ScratchService, page: Secrets, grant: string): Promise<Guest> {
  const { discovery, proofKey, tokens } = await tokensFor(origin, page, grant);
  const credentials = credentialsOf(proofKey, tokens.access);
  const client = new ServiceClient(discovery.api, credentials, () => clock.now());
  const [account, licensor] = [await newKeys("unseal"), await newKeys("sign")];
  const request = { accountKey: spkiText(account.publicKey), licensorKey: spkiText(licensor.publicKey) };
  const certified = await client.certify(request);
  const trust = await trustFrom(await parseServerCertificates(fromBase64(discovery.certificates, "internal")), null);
  const unsealer = unsealerOf(account.publicKey, account.privateKey);
  const signer = signerOf(licensor.publicKey, licensor.privateKey);
  return { device: new TestDevice(client, credentials, discovery, certified, unsealer, signer, trust, clock), tokens };
}

/** A code that is not the right one. */
export const otherThan = (code: string, by = 1): string => String((Number(code) + by) % 10 ** 8).padStart(8, "0");

export const grantsTo = (who: string, rights = ["VIEW"]) => ({ grants: [{ who: [who], rights }] });

export const randomText = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));
