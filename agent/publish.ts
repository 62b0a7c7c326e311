import type { Bytes } from "../shared/bytes.js";
import { importContentKey, newRawContentKey, type PublicKey, type Signer } from "../shared/crypto/keys.js";
import { RightsError } from "../shared/errors.js";
import { newId } from "../shared/ids.js";
import { currentCipher, encodePublishingLicense } from "../shared/license/publishing-license.js";
import type { Policy } from "../shared/policy.js";
import type { Published } from "../shared/protect.js";
import { mayNotPublish } from "../shared/protocol/service-api.js";
import type { TemplatePolicy } from "../shared/template.js";

/** What of a signed-in account takes part in publishing. */
export interface Publisher {
  readonly tenant: string;
  readonly subject: string;
  readonly address: string;
  /** Stands in the license, for readers to find the service: `https://rms.contoso.example`. */
  readonly serviceAddress: string;
  /** The tenant key that content keys are sealed to. */
  readonly tenantKey: PublicKey;
  /** The licensor key of this device, and the certificate that lets it publish; `null` for who may open and not protect. */
  readonly signer: Signer;
  readonly licensorCertificate: string | null;
  readonly serverCertificates: readonly string[];
  readonly licensorUntilMs: number | null;
}

/** What a new document gets: the policy a label or template gives, and what belongs to this file. */
export interface Publication {
  readonly policy: TemplatePolicy;
  readonly label: string | null;
  readonly extension: string;
  /** The file's name, kept inside the encrypted policy; absent for a stream. */
  readonly name?: string;
  /** The document it is protected anew from; absent for the first of its family. */
  readonly from?: Predecessor;
}

/** What a document that is protected anew keeps: it can still be withdrawn and followed with all its copies. */
export interface Predecessor {
  readonly family: string;
  readonly owner: string;
  /** The last amendment this one is made knowing; absent for none. */
  readonly amendment?: number;
  /** Body digest (base64) of the license of the document this is a copy to look at of. */
  readonly parent?: string;
}

/**
 * Offline publishing: a fresh content key, and the license made and signed on this device (design of the certificates:
 * docs/formats/licenses.md). Works while the service is away.
 * @throws RightsError `protect-denied` for who may open and not protect; `sign-in-needed` when this device's
 *   certificate has ended.
 */
export async function publish(publication: Publication, by: Publisher, nowMs: number): Promise<Published> {
  const { licensorCertificate: certificate, licensorUntilMs: untilMs } = by;
  if (certificate === null || untilMs === null) throw new RightsError("protect-denied", mayNotPublish);
  if (nowMs >= untilMs)
    throw new RightsError(
      "sign-in-needed",
      "this device's certificate has ended; connect to the service once, or set this computer's clock if it is wrong",
    );
  const contentId = newId();
  const policy: Policy = {
    v: 1,
    issuer: by.subject,
    owner: by.address,
    family: contentId,
    ...publication.from,
    ...(publication.name === undefined ? {} : { name: publication.name }),
    ext: publication.extension,
    ...publication.policy,
  };
  const rawContentKey = newRawContentKey();
  try {
    return await seal(policy, publication.label, contentId, rawContentKey, { ...by, certificate }, nowMs);
  } finally {
    rawContentKey.fill(0);
  }
}

async function seal(
  policy: Policy,
  label: string | null,
  contentId: string,
  rawKey: Bytes,
  by: Publisher & { certificate: string },
  nowMs: number,
) {
  const { bytes, digest } = await encodePublishingLicense(
    {
      contentId,
      tenant: by.tenant,
      serviceAddress: by.serviceAddress,
      issuedMs: nowMs,
      cipher: currentCipher,
      label,
      policy,
      rawContentKey: rawKey,
      tenantKey: by.tenantKey,
      issuerSubject: by.subject,
      chain: [by.certificate, ...by.serverCertificates],
    },
    by.signer,
  );
  return { license: bytes, digest, contentId, contentKey: await importContentKey(rawKey) };
}
