import { hash } from "node:crypto";
import { BoundedCache } from "../../shared/bounded-cache.js";
import { type Bytes, toBase64url } from "../../shared/bytes.js";
import { openRightsData } from "../../shared/license/publishing-license.js";
import { type TenantTrust, type VerifiedLicense, verifyPublishingLicense } from "../../shared/license/trust.js";
import { parseChain, type XrmlDocument } from "../../shared/license/xrml.js";
import type { Policy } from "../../shared/policy.js";
import type { Store } from "../store/store.js";
import type { Tenant } from "../tenant.js";
import { isLicenseError, licenseInvalid } from "./refusal.js";

/** Many people open the same document in the same hour. Only small licenses are kept, so memory stays bounded. */
const maxCached = 500;
const maxCachedBytes = 32 * 1024;

/** A device sends the same certificates with each document it protects. */
const maxCertificates = 1000;

/** A license with its policy, and the content key, to be overwritten after use. */
export interface OpenedLicense {
  readonly policy: Policy;
  readonly rawContentKey: Bytes;
}

/** Reads publishing licenses; every fault of one is the same `license-invalid`. */
export class LicenseReader {
  readonly #tenant: Tenant;
  readonly #store: Store;
  readonly #verified = new BoundedCache<{ verified: VerifiedLicense; trust: TenantTrust }>(maxCached);
  readonly #certificates = new BoundedCache<XrmlDocument>(maxCertificates);

  constructor(tenant: Tenant, store: Store) {
    this.#tenant = tenant;
    this.#store = store;
  }

  /**
   * A license whose chain holds, up to a key of this tenant. A device that was removed, and a tenant key that others may
   * have, vouch only for what is registered: dates inside a license are its maker's claim.
   * @param registrant - who is about to register it: for what they made themselves their own word, from a device in
   *   use, is enough.
   * @throws Refusal license-invalid.
   */
  async verify(chain: Bytes, registrant: string | null = null): Promise<VerifiedLicense> {
    const verified = await invalidUnless(() => this.#verify(chain));
    const doubtfulMs = await this.#doubtfulSince(verified);
    if (doubtfulMs === null || verified.issuer.subject === registrant) return verified;
    const digest = toBase64url(verified.digest);
    if (await this.#store.documents.isVouchedFor(digest, doubtfulMs)) return verified;
    throw licenseInvalid();
  }

  /** Since when (ms) whoever vouches for a license is not to be believed alone: a removed device, a tenant key in other hands. */
  async #doubtfulSince({ issuer }: VerifiedLicense): Promise<number | null> {
    const { certificateSerial: serial, tenantKid } = issuer;
    const signer = serial === null ? null : await this.#store.devices.findByLicensor(serial);
    const key = this.#tenant.keyring.find(tenantKid);
    const times = [signer?.revoked, key?.compromisedMs].filter((ms) => typeof ms === "number");
    return times.length === 0 ? null : Math.min(...times);
  }

  /** What is sealed inside; costs one use of the tenant key. @throws Refusal license-invalid. */
  async open({ license }: VerifiedLicense): Promise<OpenedLicense> {
    const key = this.#tenant.keyring.find(license.tenantKey.kid);
    const rawContentKey = await key?.custody.unseal(license.sealedContentKey);
    if (!rawContentKey) throw licenseInvalid();
    try {
      return { rawContentKey, policy: await invalidUnless(() => openRightsData(license, rawContentKey)) };
    } catch (error) {
      rawContentKey.fill(0);
      throw error;
    }
  }

  /** Whether a chain holds does not change with time, only with what is believed: until that does, it is known. */
  async #verify(chain: Bytes): Promise<VerifiedLicense> {
    const { trust } = this.#tenant;
    if (chain.length > maxCachedBytes) return verifyPublishingLicense(await parseChain(chain), trust);
    const name = hash("sha256", chain, "base64");
    const known = this.#verified.get(name);
    if (known?.trust === trust) return known.verified;
    const verified = await verifyPublishingLicense(await parseChain(chain, this.#certificates), trust);
    this.#verified.set(name, { verified, trust });
    return verified;
  }
}

async function invalidUnless<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw isLicenseError(error) ? licenseInvalid(error) : error;
  }
}
