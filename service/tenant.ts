import { utf8 } from "../shared/bytes.js";
import type { PublicKey } from "../shared/crypto/keys.js";
import { newId } from "../shared/ids.js";
import {
  encodeServerLicensorCertificate,
  parseServerLicensorCertificate,
  type ServerLicensorCertificate,
} from "../shared/license/certificates.js";
import type { TenantTrust } from "../shared/license/trust.js";
import { parseDocument } from "../shared/license/xrml.js";
import { endlessMs } from "../shared/time.js";
import type { Keyring, TenantKey } from "./custody/keyring.js";
import type { Settings } from "./store/settings.js";

/** The organisation this service serves: who it is, and what it signs and believes with. */
export interface Tenant {
  readonly id: string;
  /** Written into licenses, for readers to find the service: its origin. */
  readonly serviceAddress: string;
  /** What access tokens are for: `urn:sealwright:<tenant id>`. */
  readonly audience: string;
  readonly keyring: Keyring;
  /** Every key that ever was the active one, those archived with the moment they were given up. */
  readonly trust: TenantTrust;
  /** Texts of the certificates of the tenant keys, oldest first; each is signed by the key before it too. */
  readonly serverCertificates: readonly string[];
}

/** The certificate of the key that signs now: what follows a document it signed. */
export const activeCertificate = (tenant: Tenant): string => tenant.serverCertificates.at(-1)!;

export interface TenantOptions {
  settings: Settings;
  keyring: Keyring;
  publicUrl: URL;
  now: () => number;
}

/** The first start settles the tenant's id and certificates for good; a new tenant key gets a certificate when it comes. */
export async function openTenant({ settings, keyring, publicUrl, now }: TenantOptions): Promise<Tenant> {
  const id = (await settings.get("tenant")) ?? (await settings.settle("tenant", newId()));
  const keys = keyring
    .all()
    .filter(hadItsTurn)
    .sort((one, other) => one.generation - other.generation);
  const trusted = keys.map(({ custody, generation, archivedMs }) => {
    return [custody.publicKey.kid, { generation, ...(archivedMs === null ? {} : { archivedMs }) }] as const;
  });
  const fields = { tenant: id, serviceAddress: publicUrl.origin };
  const serverCertificates = await certificatesOf(keys, fields, settings, now());
  return {
    ...fields,
    id,
    audience: `urn:sealwright:${id}`,
    keyring,
    trust: { tenant: id, keys: new Map(trusted) },
    serverCertificates,
  };
}

type InLine = TenantKey & { generation: number };

const hadItsTurn = (key: TenantKey): key is InLine => key.generation !== null;

type Fields = { tenant: string; serviceAddress: string };

async function certificatesOf(keys: readonly InLine[], fields: Fields, settings: Settings, nowMs: number) {
  const kept: string[] = JSON.parse((await settings.get("server-certificates")) ?? "[]");
  const known = new Map<string, { text: string; certificate: ServerLicensorCertificate }>();
  for (const text of kept) {
    const certificate = await parseServerLicensorCertificate(await parseDocument(utf8(text)));
    known.set(certificate.key.kid, { text, certificate });
  }
  const texts: string[] = [];
  for (const [at, key] of keys.entries()) {
    const one = known.get(key.custody.publicKey.kid);
    const signedBy = (keys[at - 1] ?? key).custody.publicKey;
    const holds = one !== undefined && isCurrent(one.certificate, key, signedBy, fields);
    texts.push(holds ? one.text : await certify(key, keys[at - 1], fields, nowMs));
  }
  if (texts.some((text, at) => kept[at] !== text) || texts.length !== kept.length)
    await settings.set("server-certificates", JSON.stringify(texts));
  return texts;
}

const isCurrent = (one: ServerLicensorCertificate, key: InLine, signedBy: PublicKey, fields: Fields): boolean =>
  one.generation === key.generation &&
  one.issuerKey.kid === signedBy.kid &&
  one.tenant === fields.tenant &&
  one.serviceAddress === fields.serviceAddress;

/** It has no end of its own: a tenant key ends by being archived. Signed by its predecessor, so that clients follow. */
function certify(key: InLine, before: InLine | undefined, fields: Fields, nowMs: number): Promise<string> {
  const issuedMs = before?.archivedMs ?? nowMs;
  const { generation, custody } = key;
  const about = { serial: newId(), issuedMs, untilMs: endlessMs, generation, key: custody.publicKey };
  return encodeServerLicensorCertificate({ ...fields, ...about }, (before ?? key).custody);
}
