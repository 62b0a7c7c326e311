import { signInPage } from "../browser/page-account.js";
import { trustOf } from "../browser/pin.js";
import type { Agree } from "../shared/protocol/authorization.js";
import { findSignIn } from "../shared/protocol/service-address.js";
import { InPage } from "./in-page.js";
import type { Session } from "./pane.js";

/**
 * Signs a person in at the service this page is from.
 * @throws RightsError `sign-in-failed`, `service-untrusted`, `service-unreachable`, `service-failed`, `rate-limited`.
 */
export async function openSession(agree: Agree, now: () => number): Promise<Session> {
  const place = await findSignIn(location.origin);
  const trust = await trustOf(place);
  const account = await signInPage(place, trust, agree, "Office");
  const { organisation, tenant, viewer } = place.discovery;
  return {
    person: { name: account.name, address: account.address },
    organisation,
    tenant,
    protectors: [new InPage({ account, trust, viewer, now })],
    policy: () => account.service.policy(),
    signOut: () => account.signOut(),
  };
}
