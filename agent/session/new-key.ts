import { type PolicyTerms, shrank } from "../../shared/amendment.js";
import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { openRightsData } from "../../shared/license/publishing-license.js";
import type { Policy } from "../../shared/policy.js";
import type { Published } from "../../shared/protect.js";
import type { DocumentPolicyAnswer } from "../../shared/protocol/service-api.js";
import { minuteMs } from "../../shared/time.js";
import type { Account } from "../account.js";
import type { GrantedUse } from "../consume-license.js";
import { publish } from "../publish.js";
import type { Protector } from "../work/protect-file.js";

/** What is to be done about the content key before the next save. */
export type KeyState =
  | { readonly kind: "good" }
  /** Rights shrank: somebody who lost them may have kept the key, and this person can make another. */
  | { readonly kind: "anew"; readonly published: Published }
  /** The same, and only the issuer can. */
  | { readonly kind: "stale" };

/**
 * Whether who may do what shrank since the license was made. Then content under its key is still open to who had more and
 * kept it, so the issuer's next save makes a new license and key of the same family; others are told to ask the issuer.
 * What cannot be asked, because the service is away or this person may not see the policy, counts as good.
 */
export async function keyStateOf(
  account: Account,
  license: Bytes,
  granted: GrantedUse,
  by: Protector,
): Promise<KeyState> {
  const policy = await openRightsData(granted.verified.license, granted.contentKey);
  const isIssuer = policy.issuer === account.info.subject;
  const mayDiffer = isIssuer || granted.use.terms.amended !== undefined || policy.template !== null;
  const now = mayDiffer ? await policyNow(account, license) : null;
  if (now === null || !shrank(policy, aligned(now, policy))) return { kind: "good" };
  if (!isIssuer || by.publisher.licensorCertificate === null) return { kind: "stale" };
  return { kind: "anew", published: await publishAnew(policy, now, granted, by) };
}

/** A template's days count from when the license was made, which a license says to the minute only. */
function aligned(now: PolicyTerms, { until }: PolicyTerms): PolicyTerms {
  if (now.until === null || until === null) return now;
  const difference = Math.abs(Date.parse(now.until) - Date.parse(until));
  return difference < minuteMs ? { ...now, until } : now;
}

async function policyNow({ service }: Account, license: Bytes): Promise<DocumentPolicyAnswer | null> {
  try {
    return await service.documentPolicy(license);
  } catch (error) {
    if (error instanceof RightsError) return null;
    throw error;
  }
}

function publishAnew(policy: Policy, now: DocumentPolicyAnswer, granted: GrantedUse, by: Protector) {
  const { family, owner, parent, template, texts, obligations, name, ext: extension } = policy;
  const { grants, until, offlineDays } = now;
  // With a template the amendment goes on holding over it; without, it is in the grants from now on.
  const known = template === null ? now.version || undefined : policy.amendment;
  const decided = { grants, until, offlineDays, template };
  return publish(
    {
      policy: { ...decided, ...(texts && { texts }), ...(obligations && { obligations }) },
      label: granted.verified.license.label,
      extension,
      from: {
        family,
        owner,
        ...(parent !== undefined && { parent }),
        ...(known !== undefined && { amendment: known }),
      },
      ...(name !== undefined && { name }),
    },
    by.publisher,
    by.now(),
  );
}
