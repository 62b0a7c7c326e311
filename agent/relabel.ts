import { RightsError } from "../shared/errors.js";
import { labelPath } from "../shared/label.js";
import { openRightsData } from "../shared/license/publishing-license.js";
import type { Policy } from "../shared/policy.js";
import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import { holds } from "../shared/rights.js";
import { policyOf, type TemplatePolicy } from "../shared/template.js";
import type { Account } from "./account.js";
import { type Choice, chooseLabel, isOwn, labelFor, type Wish } from "./chosen-policy.js";
import type { GrantedUse } from "./consume-license.js";
import type { Cover } from "./document.js";
import type { Predecessor } from "./publish.js";

/** What a protected document becomes with a label. */
export interface Relabelling {
  readonly choice: Choice;
  readonly from: Predecessor;
  /** The file's name, as the policy has it until now. */
  readonly name: string | undefined;
  /** The label it has already: it gets a new key, and who may open it stays as it is. */
  readonly isSame: boolean;
  /** Rights were perhaps changed before, and go on holding: the service could not be asked. */
  readonly isUnsure: boolean;
}

/**
 * Another label replaces who may open the document, and what was amended before; the label it has already gives a new
 * content key to the same policy, which only its issuer can.
 * @throws RightsError `right-missing`, and those of `chooseLabel`.
 */
export async function relabelling(
  account: Account,
  cover: Cover,
  granted: GrantedUse,
  current: PolicyAnswer,
  wish: Wish,
): Promise<Relabelling> {
  requireChanging(granted);
  const policy = await openRightsData(granted.verified.license, granted.contentKey);
  const { family, owner, name } = policy;
  const isOurs = policy.issuer === account.info.subject;
  const label = labelFor(current, wish.label);
  if (label.id === cover.license.label && !isOwn(wish)) {
    if (!isOurs) throw notTheirs(granted);
    const labelName = labelPath(current.labels, label);
    const choice = { policy: samePolicy(policy, label.template, current), label, labelName, name: labelName };
    return {
      choice,
      from: { family, owner, ...parentIn(policy), ...amendmentIn(policy) },
      name,
      isSame: true,
      isUnsure: false,
    };
  }
  const choice = chooseLabel(current, wish, Date.now());
  const version = isOurs ? await lastAmendment(account, cover) : 0;
  const from = { family, owner, ...parentIn(policy), ...(version ? { amendment: version } : {}) };
  return { choice, from, name, isSame: false, isUnsure: version === null };
}

function requireChanging({ use: { rights, terms } }: GrantedUse): void {
  if (holds(rights, "EXPORT") || holds(rights, "EDITRIGHTSDATA")) return;
  const message = `that takes the right EXPORT or EDITRIGHTSDATA, which you have not been given`;
  throw new RightsError(
    "right-missing",
    `you may not change the label of this file: ${message}; ask ${terms.author.address}`,
  );
}

const notTheirs = ({ use: { terms } }: GrantedUse): RightsError =>
  new RightsError(
    "right-missing",
    `the file has this label already, and only ${terms.author.address}, who protected it, can give it a new key; ask them`,
  );

/** A copy to look at stays one. */
const parentIn = ({ parent }: Policy) => (parent === undefined ? {} : { parent });

const amendmentIn = ({ amendment }: Policy) => (amendment === undefined ? {} : { amendment });

/** The template as it is now, or what the document itself says. */
function samePolicy(policy: Policy, templateId: string | null, { templates }: PolicyAnswer): TemplatePolicy {
  const template = templates.find(({ id }) => id === templateId);
  if (template !== undefined) return policyOf(template, Date.now());
  const { grants, until, offlineDays, texts, obligations } = policy;
  return {
    grants,
    until,
    offlineDays,
    template: policy.template,
    ...(texts === undefined ? {} : { texts }),
    ...(obligations === undefined ? {} : { obligations }),
  };
}

/** `null` where the service is away. */
async function lastAmendment({ service }: Account, { licenseBytes }: Cover): Promise<number | null> {
  try {
    return (await service.documentPolicy(licenseBytes)).version;
  } catch (error) {
    if (error instanceof RightsError && error.code === "service-unreachable") return null;
    throw error;
  }
}
