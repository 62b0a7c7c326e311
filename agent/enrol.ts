import { type Bytes, fromBase64, toBase64url } from "../shared/bytes.js";
import { type PublicKey, publicKeyFromSpki } from "../shared/crypto/keys.js";
import { codeOf, RightsError } from "../shared/errors.js";
import type { AccountCertificate, LicensorCertificate } from "../shared/license/certificates.js";
import {
  distrusted,
  distrusting,
  type PinnedKey,
  type TenantTrust,
  trustFrom,
  verifyAccountCertificate,
  verifyLicensorCertificate,
} from "../shared/license/trust.js";
import { parseDocument, parseServerCertificates } from "../shared/license/xrml.js";
import type { CertifyAnswer } from "../shared/protocol/service-api.js";
import { parseSecondTime } from "../shared/time.js";
import type { AccountRecord } from "./account-file.js";
import { takeRoamingKey } from "./account-key.js";
import { thisDeviceName } from "./device-name.js";
import type { Service } from "./service.js";

/** What a device has certified: the public halves of what it made. */
export interface PublicHalves {
  /** DER SubjectPublicKeyInfo, of the key it opens with. */
  readonly account: Bytes;
  readonly licensor: Bytes;
  /** Thumbprint of the proof key. */
  readonly dpop: string;
  /** The private half of `account`, asked for only where the service hands an account key over. */
  readonly unsealing: () => Promise<CryptoKey>;
}

/** What certifying adds to what is known of an account. */
export type Certified = Pick<
  AccountRecord,
  | "subject"
  | "address"
  | "name"
  | "kid"
  | "generation"
  | "compromised"
  | "accountCertificate"
  | "roaming"
  | "licensorCertificate"
  | "licensorKey"
  | "serverCertificates"
>;

/** What of a tenant is held on to: its oldest key, its highest generation, and which keys are in other hands. */
export function pinOf(trust: TenantTrust): PinnedKey {
  const { tenant, keys } = trust;
  const [[kid], [newest, { generation }]] = [[...keys][0]!, [...keys].at(-1)!];
  return { tenant, kid, generation, newest, compromised: distrusted(trust) };
}

/** @param certificates - base64 of a chain. @throws RightsError `service-untrusted`. */
export async function readServerCertificates(certificates: string, pinned: PinnedKey | null) {
  try {
    const documents = await parseServerCertificates(fromBase64(certificates, "service-untrusted"));
    const trust = await trustFrom(documents, pinned);
    // What stands in front of the pinned key is not believed, so it is not kept either.
    return { trust, texts: documents.slice(-trust.keys.size).map(({ text }) => text) };
  } catch (cause) {
    throw new RightsError(
      "service-untrusted",
      pinned === null
        ? "the keys this service shows do not fit together; ask whoever looks after it"
        : "this service shows another key than the one trusted so far; ask your administrator, and if the change is meant: seal logout, then seal login",
      { cause },
    );
  }
}

/**
 * Has the device's keys certified, and believes the answer only as far as it leads to the pinned tenant key and speaks
 * of these very keys. @throws RightsError `service-untrusted`, `sign-in-needed`, `service-unreachable` …
 */
export async function certify(
  service: Pick<Service, "certify">,
  keys: PublicHalves,
  pinned: PinnedKey,
): Promise<{ certified: Certified; time: string }> {
  const halves = { accountKey: toBase64url(keys.account), licensorKey: toBase64url(keys.licensor) };
  const answer = await service.certify({ ...halves, device: thisDeviceName() });
  const { trust: shown, texts } = await readServerCertificates(answer.serverCertificates, pinned);
  const trust = distrusting(shown, answer.compromised);
  const certificates = await checkedCertificates(answer, keys, trust).catch((cause) => {
    if (codeOf(cause) === "keystore-unavailable") throw cause;
    throw new RightsError("service-untrusted", "the service certified other keys than this device's; try again", {
      cause,
    });
  });
  const { subject, address, name, time } = answer;
  const { kid, generation } = pinOf(trust);
  const person = { subject, address, name };
  const tenant = { kid, generation, compromised: distrusted(trust), serverCertificates: texts };
  return { certified: { ...person, ...tenant, ...certificates }, time };
}

async function checkedCertificates(answer: CertifyAnswer, keys: PublicHalves, trust: TenantTrust) {
  const [account, licensor] = await Promise.all([
    parseDocument(fromBase64(answer.accountCertificate, "service-untrusted")),
    answer.licensorCertificate === null
      ? null
      : parseDocument(fromBase64(answer.licensorCertificate, "service-untrusted")),
  ]);
  const nowMs = parseSecondTime(answer.time, "service-failed");
  const rac = await verifyAccountCertificate(account, trust, nowMs);
  const clc = licensor && (await verifyLicensorCertificate(licensor, trust, nowMs));
  const ours = rac.subject === answer.subject && rac.dpop === keys.dpop && (!clc || (await isBeside(clc, rac, keys)));
  if (!ours) throw new Error("not the keys and the person that were asked for");
  const roaming = await accountKeyIn(answer, rac.key, keys);
  const licensorKey = toBase64url(keys.licensor);
  return { accountCertificate: account.text, licensorCertificate: licensor?.text ?? null, licensorKey, roaming };
}

/** A licensor certificate for the same person and from the same tenant key, about the key that was asked for. */
const isBeside = async (clc: LicensorCertificate, rac: AccountCertificate, keys: PublicHalves): Promise<boolean> =>
  clc.subject === rac.subject &&
  clc.issuerKey.kid === rac.issuerKey.kid &&
  clc.key.kid === (await kidOf(keys.licensor));

/** The key certified is the device's own, or one that came with the certificate and opens. */
async function accountKeyIn({ accountKey }: CertifyAnswer, certified: PublicKey, keys: PublicHalves) {
  if (accountKey !== null) return takeRoamingKey(accountKey, certified, keys.account, keys.unsealing);
  if (certified.kid === (await kidOf(keys.account))) return null;
  throw new Error("not the key that was asked for");
}

const kidOf = async (spki: Bytes): Promise<string> => (await publicKeyFromSpki(spki, "internal")).kid;
