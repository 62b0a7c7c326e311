import { RightsError } from "../shared/errors.js";
import { grantsFrom, namedTexts, parseGrant } from "../shared/grants.js";
import { findLabel, type Label, labelPath, textIn } from "../shared/label.js";
import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import { policyOf, type Template, type TemplatePolicy } from "../shared/template.js";
import { parseExpires, parseOffline } from "./expires.js";

/** What a person said a file is to get. */
export interface Wish {
  readonly label?: string;
  readonly template?: string;
  /** `WHO:RIGHTS`, each. */
  readonly grant?: readonly string[];
  readonly expires?: string;
  readonly offline?: string;
}

export interface Choice {
  readonly policy: TemplatePolicy;
  readonly label: Label | null;
  /** `Confidential/Project` */
  readonly labelName: string | null;
  /** For people: the label, the template, or who is named. */
  readonly name: string;
}

/** As the templates that come with a service: a week without asking. */
const usualOfflineDays = 7;

const wrong = (message: string): RightsError => new RightsError("usage", message);

export const isOwn = ({ grant = [] }: Wish): boolean => grant.length > 0;

/** Whether labels and templates must be known for it: own permissions alone need nobody's. */
export const needsLabels = (wish: Wish): boolean => wish.label !== undefined || !isOwn(wish);

/**
 * What a wish stands for: the label, template or permissions of one's own, and the label by default.
 * @param current - labels and templates; `null` where `needsLabels` is false.
 * @throws RightsError `usage`: parts that contradict each other, and names that are not there; `protect-denied`: a label
 *   that says nothing about who may open.
 */
export function choosePolicy(current: PolicyAnswer | null, wish: Wish, nowMs: number): Choice {
  checkCombination(wish);
  if (wish.template !== undefined) return chooseTemplate(current!, wish.template, nowMs);
  if (needsLabels(wish)) return chooseLabel(current!, wish, nowMs);
  const policy = ownPolicy(wish, nowMs);
  return { policy, label: null, labelName: null, name: whoIn(policy) };
}

/** The same for a label, named or by default; it decides unless it has no template. @throws likewise. */
export function chooseLabel(current: PolicyAnswer, wish: Wish, nowMs: number): Choice & { label: Label } {
  const label = labelFor(current, wish.label);
  const labelName = labelPath(current.labels, label);
  const template = current.templates.find(({ id }) => id === label.template);
  if (template !== undefined)
    return { policy: templatePolicy(template, labelName, wish, nowMs), label, labelName, name: labelName };
  if (!isOwn(wish))
    throw new RightsError(
      "protect-denied",
      `the label ${labelName} does not say who may open a file; say it with --grant WHO:RIGHTS, or choose another label`,
    );
  const policy = ownPolicy(wish, nowMs);
  return { policy, label, labelName, name: `${labelName}, ${whoIn(policy)}` };
}

function checkCombination(wish: Wish): void {
  if (wish.template === undefined) {
    if (wish.label === undefined && !isOwn(wish) && (wish.expires ?? wish.offline) !== undefined)
      throw wrong("--expires and --offline belong to permissions of your own; add --grant WHO:RIGHTS");
    return;
  }
  if (wish.label !== undefined) throw wrong("a file gets a label or a template, not both; leave one out");
  if (isOwn(wish)) throw wrong("a template says who may open a file; leave out --grant, or the template");
  if ((wish.expires ?? wish.offline) !== undefined)
    throw wrong("a template says until when a file opens; leave out --expires and --offline");
}

/** Own permissions beside a label's would be lost: the service reads the label's template again at each opening. */
function templatePolicy(template: Template, name: string, wish: Wish, nowMs: number): TemplatePolicy {
  if (isOwn(wish) || (wish.expires ?? wish.offline) !== undefined)
    throw wrong(`the label ${name} comes with permissions of its own; leave out --grant, --expires and --offline`);
  return policyOf(template, nowMs);
}

function chooseTemplate({ templates }: PolicyAnswer, wanted: string, nowMs: number): Choice {
  const named = (template: Template) => textIn(template.names).toLowerCase() === wanted.toLowerCase();
  const found = templates.filter((template) => template.id === wanted.toLowerCase() || named(template));
  if (found.length === 1) {
    const [template] = found as [Template];
    return { policy: policyOf(template, nowMs), label: null, labelName: null, name: textIn(template.names) };
  }
  const what = found.length === 0 ? "there is no template" : "there are several templates named";
  const known = templates.map(({ id, names }) => `${textIn(names)} (${id})`).join("; ");
  throw wrong(`${what} "${wanted}"; name one with --template: ${known}`);
}

/** The label a person named, or the default one. @throws RightsError `usage` with the labels there are. */
export function labelFor({ labels }: PolicyAnswer, wanted: string | undefined): Label {
  const label = wanted === undefined ? labels.find((one) => one.default) : findLabel(labels, wanted);
  if (label) return label;
  const known = labels.map((one) => labelPath(labels, one)).join(", ");
  const what = wanted === undefined ? "there is no default label" : `there is no label "${wanted}"`;
  throw wrong(`${what}; name one with --label: ${known}`);
}

function ownPolicy({ grant = [], expires, offline }: Wish, nowMs: number): TemplatePolicy {
  const written = grant.map(parseGrant);
  const texts = namedTexts(written);
  return {
    grants: grantsFrom(written),
    until: expires === undefined ? null : parseExpires(expires, nowMs),
    offlineDays: offline === undefined ? usualOfflineDays : parseOffline(offline),
    template: null,
    ...(texts === null ? {} : { texts }),
  };
}

const shownNames = 3;

function whoIn({ grants }: TemplatePolicy): string {
  const names = grants.flatMap(({ who }) => who);
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : "";
  return `for ${names.slice(0, shownNames).join(", ")}${more}`;
}
