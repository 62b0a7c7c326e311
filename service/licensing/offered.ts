import type { Label } from "../../shared/label.js";
import type { Identity } from "../../shared/policy.js";
import { isOffered, type Template } from "../../shared/template.js";
import type { Policies } from "../store/policies.js";

/** What a person may choose from. */
export interface Offered {
  readonly labels: Label[];
  /** Those of the labels, and those offered by themselves. */
  readonly templates: Template[];
}

/** Labels and templates that are published and meant for this person; a label below one that is not, is not either. */
export async function offeredTo(identity: Identity, policies: Policies): Promise<Offered> {
  const [labels, templates] = await Promise.all([policies.labels(), policies.templates()]);
  const own = new Set(labels.filter((label) => isOffered(label, identity)).map(({ id }) => id));
  const offered = labels.filter(({ id, parent }) => own.has(id) && (parent === null || own.has(parent)));
  const named = new Set(offered.map(({ template }) => template));
  return {
    labels: offered,
    templates: templates.filter((template) => named.has(template.id) || isOffered(template, identity)),
  };
}
