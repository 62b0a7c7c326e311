import * as z from "zod";
import { RightsError } from "../errors.js";
import { parseJson } from "../json.js";
import { type Discovery, parseMessage } from "./service-api.js";
import { discover, reach } from "./service-client.js";
import { boundedBody } from "./web-answer.js";

/** Where and as whom a person signs in. All addresses are on the service's own origin. */
export interface SignInPlace {
  readonly service: string;
  readonly discovery: Discovery;
  readonly authorization: string;
  readonly token: string;
  /** Where a device asks for a code, and where a sign-in is ended; `null` where the service offers neither. */
  readonly device: string | null;
  readonly revocation: string | null;
}

const Metadata = z.object({
  issuer: z.string().max(2048),
  authorization_endpoint: z.string().max(2048),
  token_endpoint: z.string().max(2048),
  device_authorization_endpoint: z.string().max(2048).nullable().default(null),
  revocation_endpoint: z.string().max(2048).nullable().default(null),
});

const maxMetadataBytes = 256 * 1024;

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/**
 * The origin a person means by what they typed: https, or plain http on this very computer.
 * @throws RightsError `usage`.
 */
export function serviceOrigin(address: string): string {
  const typed = /^[a-z]+:\/\//i.test(address) ? address : `https://${address}`;
  if (!URL.canParse(typed) || address.length > 2048)
    throw new RightsError("usage", "the address of the service is not one; it looks like https://rms.contoso.example");
  const url = new URL(typed);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
  if (!isSafe)
    throw new RightsError("usage", `${url.host} must be reached by https; a password would be read on the way`);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "" || url.pathname !== "/")
    throw new RightsError("usage", `give the service as ${url.origin}, with nothing around it`);
  return url.origin;
}

/**
 * A service and its own OpenID provider. The password goes to the origin the person named and nowhere else, so a
 * service that refers to another one is not signed in to this way.
 * @throws RightsError `usage`, `service-unreachable`, `service-failed`, `service-untrusted`.
 */
export async function findSignIn(address: string): Promise<SignInPlace> {
  const service = serviceOrigin(address);
  const discovery = await discover(service);
  requireOrigin(service, discovery.api, discovery.issuer);
  const metadata = await readMetadata(`${discovery.issuer}/.well-known/openid-configuration`);
  if (metadata.issuer !== discovery.issuer) throw strange(service, metadata.issuer);
  const { authorization_endpoint: authorization, token_endpoint: token } = metadata;
  const { device_authorization_endpoint: device, revocation_endpoint: revocation } = metadata;
  requireOrigin(service, authorization, token, ...[device, revocation].filter((url) => url !== null));
  return { service, discovery, authorization, token, device, revocation };
}

/** @throws RightsError `service-untrusted` unless all of `urls` are on the service's own origin. */
export function requireOrigin(service: string, ...urls: readonly string[]): void {
  for (const url of urls) if (!URL.canParse(url) || new URL(url).origin !== service) throw strange(service, url);
}

const strange = (service: string, named: string) =>
  new RightsError(
    "service-untrusted",
    `${service} refers to ${URL.canParse(named) ? new URL(named).origin : "no address"}; sign in there if that is the service you mean`,
  );

async function readMetadata(url: string): Promise<z.infer<typeof Metadata>> {
  const response = await reach(url, {});
  const bytes = await boundedBody(response, maxMetadataBytes);
  if (!response.ok) throw new RightsError("service-failed", `the service does not offer sign-in (${response.status})`);
  return parseMessage(Metadata, parseJson(bytes, "service-failed"), "service-failed");
}
