import { beyond, type PolicyTerms, shrank } from "../../shared/amendment.js";
import { encodePolicy, type Policy } from "../../shared/policy.js";
import type {
  AmendAnswer,
  AmendRequest,
  DocumentPolicyAnswer,
  DocumentRequest,
} from "../../shared/protocol/service-api.js";
import { presupposingView } from "../../shared/rights.js";
import { secondTime } from "../../shared/time.js";
import type { Amendment } from "../store/amendments.js";
import { keep, lastOfflineUseOf } from "./documents.js";
import { type Held, holding, type Managed, opening } from "./managed.js";
import type { Asker, Parts } from "./parts.js";
import { Refusal } from "./refusal.js";

const versionOf = async ({ store }: Parts, { policy }: Managed): Promise<number> =>
  (await store.documents.find(policy.family, policy.issuer))?.amendment ?? 0;

/** The policy in force, for those who may see it. */
export const documentPolicy = (parts: Parts, asker: Asker, request: DocumentRequest): Promise<DocumentPolicyAnswer> =>
  opening(parts, asker, "policy", request, async (document) => {
    const version = await versionOf(parts, document); // first: too low a version is noticed, too high a one is not
    const { policy } = await holding(parts, document, ["VIEWRIGHTSDATA", "EDITRIGHTSDATA"]);
    await parts.audit.append(document.event);
    const { family, grants, until, offlineDays, template } = policy;
    return { family, version, grants, until, offlineDays, template, time: secondTime(document.nowMs) };
  });

/**
 * Replaces who may do what until when, for every copy of the document, from the next grant on. The record is on disk
 * first; an amendment that was made in between makes it `policy-changed`, and nothing is lost. Not for administrators:
 * who could change rights could give themselves the content.
 * @throws Refusal those of `holding`, policy-changed; right-missing for more than one may do oneself; RightsError
 *   policy-malformed.
 */
export const amend = (parts: Parts, asker: Asker, request: AmendRequest): Promise<AmendAnswer> =>
  opening(parts, asker, "amend", request, async (document) => {
    const { family, issuer } = document.policy;
    const terms = termsIn(request, document.policy);
    const known = await parts.store.amendments.findById(family, issuer, request.id);
    if (known !== null && isAskedAgain(known, document, terms)) return answerTo(parts, document, known);
    const version = await versionOf(parts, document); // first, so that what is decided is decided about this one
    const held = await holding(parts, document, ["EDITRIGHTSDATA"]);
    checkReach(held, terms);
    if (known !== null || version !== request.base) throw changedMeanwhile();
    const amendment = amendmentOf(document, request, terms, shrank(held.policy, terms));
    document.event.detail = `${amendment.version}: ${summaryOf(terms)}`;
    await parts.audit.append(document.event);
    if (version === 0) await keep(parts, document);
    if (!(await parts.store.amendments.add(amendment, version))) throw changedMeanwhile();
    return answerTo(parts, document, amendment);
  });

/** @throws RightsError policy-malformed. */
function termsIn({ grants, until, offlineDays }: AmendRequest, policy: Policy): PolicyTerms {
  const viewing = grants.map(({ who, rights }) => ({ who, rights: presupposingView(rights) }));
  const terms = { grants: viewing, until, offlineDays };
  encodePolicy({ ...policy, ...terms });
  return terms;
}

const isAskedAgain = ({ person, terms }: Amendment, document: Managed, asked: PolicyTerms): boolean =>
  person === document.person.subject && JSON.stringify(terms) === JSON.stringify(asked);

const changedMeanwhile = (): Refusal =>
  new Refusal("policy-changed", "the rights of this file were changed meanwhile; look at them again");

function checkReach({ policy, rights }: Held, terms: PolicyTerms): void {
  const more = beyond(policy, terms, rights);
  if (more === null) return;
  const message = "you may give and take only what you may do yourself";
  throw new Refusal("right-missing", `${message}, which ${more} is not`, { offers: ["ask-owner"] });
}

function amendmentOf({ policy, person, nowMs }: Managed, request: AmendRequest, terms: PolicyTerms, shrank: boolean) {
  const { family, issuer } = policy;
  const version = Math.max(request.base, policy.amendment ?? 0) + 1;
  const amendment: Amendment = {
    family,
    issuer,
    version,
    id: request.id,
    person: person.subject,
    time: nowMs,
    terms,
    shrank,
  };
  return amendment;
}

/** For the audit, which cuts what is too long. */
const summaryOf = ({ grants, until, offlineDays }: PolicyTerms): string =>
  [
    ...grants.map(({ who, rights }) => `${who.join(" ")}: ${rights.join(" ")}`),
    `until ${until ?? "no end"}, ${offlineDays} days offline`,
  ].join("; ");

async function answerTo(parts: Parts, document: Managed, { version, time, shrank }: Amendment): Promise<AmendAnswer> {
  const lastOfflineUse = await lastOfflineUseOf(parts, document);
  const { family } = document.policy;
  return { family, version, amended: secondTime(time), shrank, lastOfflineUse, time: secondTime(document.nowMs) };
}
