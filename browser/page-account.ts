import { type Bytes, fromBase64, toBase64url } from "../shared/bytes.js";
import { unwrapAccountKey } from "../shared/crypto/account-key.js";
import { type PublicKey, type Signer, signerOf, type Unsealer, unsealerOf } from "../shared/crypto/keys.js";
import { codeOf, RightsError } from "../shared/errors.js";
import { distrusted, distrusting, type TenantTrust, verifyAccountCertificate } from "../shared/license/trust.js";
import { parseDocument } from "../shared/license/xrml.js";
import type { Agree } from "../shared/protocol/authorization.js";
import { pageClientId } from "../shared/protocol/page-api.js";
import type { SignInPlace } from "../shared/protocol/service-address.js";
import type { CertifyAnswer, DeviceName } from "../shared/protocol/service-api.js";
import { ServiceClient } from "../shared/protocol/service-client.js";
import { requestTokens, revokeToken, subjectOf } from "../shared/protocol/token-endpoint.js";
import { parseSecondTime } from "../shared/time.js";
import { PageCredentials } from "./page-credentials.js";
import { newPageKeys, type PageKeys } from "./page-keys.js";
import { pin } from "./pin.js";

/** Who is signed in in this page, until they sign out or leave it. */
export interface PageAccount {
  readonly subject: string;
  readonly address: string;
  readonly name: string;
  readonly service: ServiceClient;
  /** Opens use licenses. */
  readonly unsealer: Unsealer;
  /** Signs content that is protected in this page; readers believe it with a permit of the service. */
  readonly signer: Signer;
  /** What licenses are asked for with. */
  readonly certificate: Bytes;
  /** What vouches for `signer`, as the service gave it; `null` for who may open and not protect. */
  readonly licensorCertificate: Bytes | null;
  /** Ids of tenant keys that others may have, as the service said at the sign-in. */
  readonly compromised: readonly string[];
  /** Ends the sign-in at the service, where that can be reached; the keys are gone with this object. */
  signOut(): Promise<void>;
}

/** How a person tells this sign-in from their other devices. @param as - what the page is: "Viewer". */
function thisPage(as: string): DeviceName {
  const { userAgent } = navigator;
  const browser = /Edg\//.test(userAgent)
    ? "Edge"
    : (/(Firefox|CriOS|Chrome|Safari)\//.exec(userAgent)?.[1] ?? "browser").replace("CriOS", "Chrome");
  const system = /\((?:[^;)]*; )?(Android|iPhone|iPad|Macintosh|Windows|Linux|X11)/.exec(userAgent)?.[1] ?? "";
  return { name: `${as} in ${browser}`, system };
}

/**
 * Signs a person in: keys made in this page, certified by the service, believed as far as `trust` reaches.
 * @param as - what the page is, in the list of a person's devices.
 * @throws RightsError `sign-in-failed`, `service-untrusted`, `service-unreachable`, `service-failed`, `rate-limited`.
 */
export async function signInPage(
  place: SignInPlace,
  trust: TenantTrust,
  agree: Agree,
  as = "Viewer",
): Promise<PageAccount> {
  const making = newPageKeys(); // while the person types
  making.catch(() => undefined);
  const { fields, nonce } = await agree(place);
  const keys = await making;
  const tokens = await requestTokens(place.token, fields, keys.proof).catch(tooLate);
  const subject = subjectOf(tokens.idToken, { issuer: place.discovery.issuer, clientId: pageClientId, nonce });
  const credentials = new PageCredentials(place.token, keys.proof, tokens);
  const service = new ServiceClient(place.discovery.api, credentials);
  const { certified, unsealer, compromised } = await certify(service, keys, trust, subject, thisPage(as));
  pin(distrusting(trust, [...distrusted(trust), ...compromised]));
  const { revocation } = place;
  const signOut = async () => {
    if (revocation !== null) await revokeToken(revocation, credentials.refreshToken, pageClientId);
  };
  const { publicKey, privateKey } = keys.licensor;
  const signer = signerOf(publicKey, privateKey);
  return { subject, ...certified, compromised, service, unsealer, signer, signOut };
}

const endings: readonly string[] = ["sign-in-needed", "account-mismatch", "device-removed"];

/** Whether an error says that nobody is signed in any more. */
export const isSignedOut = (error: unknown): boolean => endings.includes(codeOf(error));

function tooLate(error: unknown): never {
  if (codeOf(error) !== "sign-in-needed") throw error;
  throw new RightsError("sign-in-failed", "the service took too long over this sign-in; try again", { cause: error });
}

async function certify(
  service: ServiceClient,
  keys: PageKeys,
  trust: TenantTrust,
  subject: string,
  device: DeviceName,
) {
  const [accountKey, licensorKey] = [keys.account, keys.licensor].map(({ publicKey }) => toBase64url(publicKey.spki));
  const answer = await service.certify({ accountKey: accountKey!, licensorKey: licensorKey!, device });
  const { compromised, address, name } = answer;
  const certificate = fromBase64(answer.accountCertificate, "service-untrusted");
  try {
    const believed = distrusting(trust, [...distrusted(trust), ...compromised]);
    const nowMs = parseSecondTime(answer.time, "service-failed");
    const rac = await verifyAccountCertificate(await parseDocument(certificate), believed, nowMs);
    const isOurs = [answer.subject, rac.subject].every((one) => one === subject) && rac.dpop === keys.proof.thumbprint;
    if (!isOurs) throw new Error("not the keys and the person that were asked for");
    const unsealer = await unsealerFor(rac.key, answer, keys);
    const { licensorCertificate: licensor } = answer;
    const licensorCertificate = licensor === null ? null : fromBase64(licensor, "service-untrusted");
    return { certified: { address, name, certificate, licensorCertificate }, unsealer, compromised };
  } catch (cause) {
    const message = "the service certified other keys than this page's; try again";
    throw new RightsError("service-untrusted", message, { cause });
  }
}

/** The key certified is the page's own, or the person's, which came with the certificate and opens here. */
async function unsealerFor(
  certified: PublicKey,
  { accountKey }: CertifyAnswer,
  { account }: PageKeys,
): Promise<Unsealer> {
  if (accountKey === null && certified.kid === account.publicKey.kid) return unsealerOf(certified, account.privateKey);
  if (accountKey === null) throw new Error("not the key that was asked for");
  const device = { device: account.publicKey, deviceKey: account.privateKey };
  const key = await unwrapAccountKey(fromBase64(accountKey, "service-untrusted"), certified, device);
  if (key === null) throw new Error("an account key that does not open");
  return unsealerOf(certified, key);
}
