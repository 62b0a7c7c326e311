import * as z from "zod";
import { RightsError } from "../../shared/errors.js";
import { parseJson } from "../../shared/json.js";
import { type Agree, askedFor } from "../../shared/protocol/authorization.js";
import { requireOrigin, type SignInPlace } from "../../shared/protocol/service-address.js";
import { parseMessage } from "../../shared/protocol/service-api.js";
import { reach } from "../../shared/protocol/service-client.js";
import { boundedBody } from "../../shared/protocol/web-answer.js";

/** What the person needs to agree on another device. */
export interface ShownCode {
  /** Where to enter it. */
  readonly address: string;
  /** In groups, as the service spells it. */
  readonly code: string;
  /** The address with the code in it. */
  readonly complete: string;
  /** ms, by this computer's clock. */
  readonly untilMs: number;
}

const url = z.string().max(2048);

const DeviceAuthorization = z.object({
  device_code: z.string().min(1).max(1024),
  user_code: z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,30}[\x21-\x7e])?$/),
  verification_uri: url,
  verification_uri_complete: url.optional(),
  expires_in: z.int().min(1).max(86_400),
  interval: z.int().min(1).max(600).default(5),
});

const maxAnswerBytes = 64 * 1024;

/**
 * On any other device, with a code that this one shows (RFC 8628).
 * @throws RightsError `service-failed` where the service does not offer it; `service-untrusted` for an address elsewhere.
 */
export const withDeviceCode =
  (show: (code: ShownCode) => void): Agree =>
  async (place) => {
    const asked = await askForCode(place);
    const untilMs = Date.now() + asked.expires_in * 1000;
    const { verification_uri: address, verification_uri_complete: complete = address, user_code: code } = asked;
    requireOrigin(place.service, address, complete);
    show({ address, code, complete, untilMs });
    const fields = { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: asked.device_code };
    const polling = { intervalMs: asked.interval * 1000, untilMs };
    return { fields: { ...fields, client_id: place.discovery.clientId }, nonce: null, polling };
  };

async function askForCode(place: SignInPlace) {
  if (place.device === null)
    throw new RightsError("service-failed", "this service does not sign in without a browser; use --password-stdin");
  const response = await reach(place.device, { method: "POST", body: new URLSearchParams(askedFor(place)) });
  const body = await boundedBody(response, maxAnswerBytes);
  if (response.status === 429)
    throw new RightsError("rate-limited", "the service is asked too often; try again in a minute");
  if (!response.ok) throw new RightsError("service-failed", `the service gave no code (${response.status}); try again`);
  return parseMessage(DeviceAuthorization, parseJson(body, "service-failed"), "service-failed");
}
