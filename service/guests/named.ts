import type { VerifiedLicense } from "../../shared/license/trust.js";
import { grantedTo, type Policy } from "../../shared/policy.js";
import { holds } from "../../shared/rights.js";
import type { Parts } from "../licensing/parts.js";
import { policyInForce, standingOf } from "../licensing/policy-in-force.js";
import { type Named, ownerOf } from "../licensing/use.js";

/** A document that names somebody outside. */
export interface Naming {
  readonly verified: VerifiedLicense;
  /** The one inside the license. */
  readonly policy: Policy;
  /** Whoever it is said to come from. */
  readonly sender: Named;
}

/**
 * A license that holds here, and whose policy in force lets somebody with this address see the document; `null` for every
 * other. Revoked and ended ones count: who was named learns that when they ask for it.
 * @throws RightsError license-invalid.
 */
export async function namingOf(parts: Parts, chain: Uint8Array<ArrayBuffer>, address: string): Promise<Naming | null> {
  const verified = await parts.licenses.verify(chain);
  const { policy, rawContentKey } = await parts.licenses.open(verified);
  rawContentKey.fill(0);
  const { issuedMs } = verified.license;
  const inForce = await policyInForce(policy, issuedMs, await standingOf(parts.store, policy), parts.store);
  const rights = grantedTo(inForce, { subject: "", addresses: [address], groups: [], isGuest: true });
  if (!holds(rights, "VIEW")) return null;
  return { verified, policy, sender: await ownerOf(inForce, issuedMs, parts.presentDirectory) };
}
