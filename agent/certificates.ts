import { type Bytes, fromBase64url, utf8 } from "../shared/bytes.js";
import { type PublicKey, publicKeyFromSpki } from "../shared/crypto/keys.js";
import {
  type AccountCertificate,
  type LicensorCertificate,
  parseAccountCertificate,
  parseLicensorCertificate,
  parseServerLicensorCertificate,
} from "../shared/license/certificates.js";
import { type TenantTrust, trustFrom } from "../shared/license/trust.js";
import { parseDocument } from "../shared/license/xrml.js";
import type { AccountRecord } from "./account-file.js";

/** The certificates of this device as publishing and asking for licenses take them. */
export interface Certificates {
  /** The rights account certificate as requests carry it: UTF-8 of the document. */
  readonly account: Bytes;
  /** The client licensor certificate's text; `null` for who may open and not protect. */
  readonly licensor: string | null;
  /** From the tenant key that signed the certificates to the newest: what follows it in a publishing license. */
  readonly server: readonly string[];
  /** The newest tenant key: what content keys are sealed to. */
  readonly tenantKey: PublicKey;
  /** The public half of the licensor key. */
  readonly licensorKey: PublicKey;
  readonly accountUntilMs: number;
  /** `null` without a licensor certificate. */
  readonly licensorUntilMs: number | null;
}

/** An account's record with its certificates parsed. */
export interface OpenedRecord {
  readonly record: AccountRecord;
  readonly trust: TenantTrust;
  readonly account: AccountCertificate;
  readonly licensor: LicensorCertificate | null;
  readonly certificates: Certificates;
}

/** Everything about an account that is not secret, parsed; the pin is applied again each time. */
export async function openRecord(record: AccountRecord): Promise<OpenedRecord> {
  const documentOf = (text: string) => parseDocument(utf8(text));
  const server = await Promise.all(record.serverCertificates.map(documentOf));
  const { key: tenantKey } = await parseServerLicensorCertificate(server.at(-1)!);
  const trust = await trustFrom(server, { ...record, newest: tenantKey.kid });
  const account = await parseAccountCertificate(await documentOf(record.accountCertificate));
  const { licensorCertificate: text } = record;
  const licensor = text === null ? null : await parseLicensorCertificate(await documentOf(text));
  const certificates = {
    account: utf8(record.accountCertificate),
    licensor: record.licensorCertificate,
    server: record.serverCertificates.slice([...trust.keys.keys()].indexOf((licensor ?? account).issuerKey.kid)),
    tenantKey,
    licensorKey:
      licensor?.key ??
      (await publicKeyFromSpki(fromBase64url(record.licensorKey ?? "", "state-damaged"), "state-damaged")),
    accountUntilMs: account.untilMs,
    licensorUntilMs: licensor?.untilMs ?? null,
  };
  return { record, trust, account, licensor, certificates };
}
