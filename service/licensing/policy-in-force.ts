import type { Policy } from "../../shared/policy.js";
import { policyOf } from "../../shared/template.js";
import type { Amendment } from "../store/amendments.js";
import type { Store } from "../store/store.js";

/** What the service keeps about a document that a grant depends on. */
export interface Standing {
  /** Since when it is revoked (ms), or `null`. */
  readonly revokedMs: number | null;
  /** The amendment in force, or `null`: also where the license was made knowing it. */
  readonly amendment: Amendment | null;
}

/** One look for a document nobody ever amended. */
export async function standingOf({ documents, amendments }: Store, policy: Policy): Promise<Standing> {
  const { family, issuer } = policy;
  const row = await documents.find(family, issuer);
  const version = row?.amendment ?? 0;
  const isNew = version > (policy.amendment ?? 0);
  return {
    revokedMs: row?.revoked ?? null,
    amendment: isNew ? await amendments.find(family, issuer, version) : null,
  };
}

/**
 * What holds now for a document, the later over the earlier: its own policy; the current state of the template it was
 * protected with; who may do what until when, as an amendment says. A template that is gone leaves nobody but issuer
 * and owner, whatever was amended.
 * @param issuedMs - when the license was made: a template's days count from there.
 */
export async function policyInForce(
  policy: Policy,
  issuedMs: number,
  { amendment }: Standing,
  { policies }: Store,
): Promise<Policy> {
  const template = policy.template === null ? undefined : await policies.template(policy.template);
  if (template === null) return { ...policy, grants: [] };
  return {
    ...(template === undefined ? policy : templated(policy, policyOf(template, issuedMs))),
    ...amendment?.terms,
  };
}

function templated(policy: Policy, decided: Partial<Policy>): Policy {
  const { obligations: _made, ...rest } = policy;
  return { ...rest, ...decided };
}
