import type { Policy } from "../../shared/policy.js";
import { policyOf } from "../../shared/template.js";
import type { Policies } from "../store/policies.js";

/**
 * What holds now for a document: its own policy, or the current state of the template it was protected with. A
 * template that is gone leaves nobody but issuer and owner.
 * @param issuedMs - when the license was made: a template's days count from there.
 */
export async function policyInForce(policy: Policy, issuedMs: number, policies: Policies): Promise<Policy> {
  if (policy.template === null) return policy;
  const template = await policies.template(policy.template);
  if (template === null) return { ...policy, grants: [] };
  const { obligations: _made, ...rest } = policy;
  return { ...rest, ...policyOf(template, issuedMs) };
}
