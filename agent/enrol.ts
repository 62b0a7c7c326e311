import { type Bytes, fromBase64, toBase64url } from "../shared/bytes.js";
import { publicKeyFromSpki } from "../shared/crypto/keys.js";
import { RightsError } from "../shared/errors.js";
import {
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
import { thisDeviceName } from "./device-name.js";
import type { Service } from "./service.js";

/** The public halves of a device. */
export interface PublicHalves {
  /** DER SubjectPublicKeyInfo. */
  readonly account: Bytes;
  readonly licensor: Bytes;
  /** Thumbprint of the proof key. */
  readonly dpop: string;
}

/** What certifying adds to what is known of an account. */
export type Certified = Pick<
  AccountRecord,
  | "subject"
  | "address"
  | "name"
  | "kid"
  | "generation"
  | "accountCertificate"
  | "licensorCertificate"
  | "serverCertificates"
>;

/** What of a tenant is held on to: its oldest key and its highest generation. */
export function pinOf({ tenant, keys }: TenantTrust): PinnedKey {
  const [[kid], [newest, { generation }]] = [[...keys][0]!, [...keys].at(-1)!];
  return { tenant, kid, generation, newest };
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
  const { trust, texts } = await readServerCertificates(answer.serverCertificates, pinned);
  const certificates = await checkedCertificates(answer, keys, trust).catch((cause) => {
    throw new RightsError("service-untrusted", "the service certified other keys than this device's; try again", {
      cause,
    });
  });
  const { subject, address, name, time } = answer;
  const { kid, generation } = pinOf(trust);
  return { certified: { subject, address, name, kid, generation, ...certificates, serverCertificates: texts }, time };
}

async function checkedCertificates(answer: CertifyAnswer, keys: PublicHalves, trust: TenantTrust) {
  const [account, licensor] = await Promise.all([
    parseDocument(fromBase64(answer.accountCertificate, "service-untrusted")),
    parseDocument(fromBase64(answer.licensorCertificate, "service-untrusted")),
  ]);
  const nowMs = parseSecondTime(answer.time, "service-failed");
  const rac = await verifyAccountCertificate(account, trust, nowMs);
  const clc = await verifyLicensorCertificate(licensor, trust, nowMs);
  const ours =
    rac.subject === answer.subject &&
    clc.subject === answer.subject &&
    rac.dpop === keys.dpop &&
    rac.key.kid === (await kidOf(keys.account)) &&
    clc.key.kid === (await kidOf(keys.licensor));
  if (!ours) throw new Error("not the keys and the person that were asked for");
  return { accountCertificate: account.text, licensorCertificate: licensor.text };
}

const kidOf = async (spki: Bytes): Promise<string> => (await publicKeyFromSpki(spki, "internal")).kid;
