import { fromBase64, toBase64, toBase64url } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { currentCipher } from "../shared/license/publishing-license.js";
import { distrusted, distrusting, type TenantTrust, verifyPublishingLicense } from "../shared/license/trust.js";
import { parseChain } from "../shared/license/xrml.js";
import type { Access, Author, Published } from "../shared/protect.js";
import type { TemplatePolicy } from "../shared/template.js";
import type { PageAccount } from "./page-account.js";
import { useIn } from "./protected-document.js";

/** What a new document is to be: who may do what, under which label, and of which kind it is. */
export interface Publication {
  readonly policy: TemplatePolicy;
  readonly label: string | null;
  /** Includes the dot. */
  readonly extension: string;
  /** Goes into the encrypted policy. */
  readonly name: string;
}

/** A license made just now, and all that protecting and checking under it takes. */
export interface OnlinePublication {
  readonly published: Published;
  readonly author: Author;
  readonly access: Access;
}

/**
 * The service draws the content key and signs the license; content is sealed and signed in this page, with a key that
 * cannot be read out, under the service's permit. Nothing of the content is sent.
 * @throws RightsError `protect-denied`, `license-untrusted`, `service-failed`, `sign-in-needed`, `service-unreachable` …
 */
export async function publishOnline(
  { policy, label, extension, name }: Publication,
  account: PageAccount,
  shown: TenantTrust,
): Promise<OnlinePublication> {
  const answer = await account.service.publish({
    policy: { ...policy, name },
    label,
    cipher: currentCipher,
    ext: extension,
    accountCertificate: toBase64(account.certificate),
    signingKey: toBase64url(account.signer.publicKey.spki),
  });
  const trust = distrusting(shown, [...distrusted(shown), ...account.compromised]);
  const license = fromBase64(answer.license, "service-failed");
  const verified = await verifyPublishingLicense(await parseChain(license), trust);
  const { use } = await useIn(answer, verified, account, trust);
  const contentKey = await account.unsealer.unseal(use.sealedContentKey);
  if (contentKey === null)
    throw new RightsError("license-untrusted", "the new license does not open with this page's key; try again");
  const permit = new TextDecoder().decode(fromBase64(answer.permit, "service-failed"));
  const { contentId } = verified.license;
  return {
    published: { license, digest: verified.digest, contentKey, contentId },
    author: { principal: { kind: "person", subject: account.subject }, signer: account.signer, permit },
    access: { verified, contentKey, trust },
  };
}
