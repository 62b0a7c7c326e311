import type { AgentClient } from "../browser/agent-client.js";
import { type PageAccount, signInPage } from "../browser/page-account.js";
import { trustOf } from "../browser/pin.js";
import type { TenantTrust } from "../shared/license/trust.js";
import type { WhoAmIAnswer } from "../shared/protocol/agent-answers.js";
import type { Agree } from "../shared/protocol/authorization.js";
import type { FoundPerson } from "../shared/protocol/people-api.js";
import { findSignIn, type SignInPlace } from "../shared/protocol/service-address.js";
import type { PolicyAnswer } from "../shared/protocol/service-api.js";
import { InPage } from "./in-page.js";
import type { ProtectedBy, Protector } from "./protector.js";

/** Somebody who is signed in, and what they can have done here. */
export interface Session {
  /** Where: at the agent on this computer, or in this page. */
  readonly by: ProtectedBy;
  readonly person: { readonly name: string; readonly address: string };
  readonly organisation: string;
  readonly tenant: string;
  readonly protectors: readonly Protector[];
  policy(): Promise<Offered>;
  /** Colleagues and groups, by what is typed of a name. @throws RightsError what service or agent say. */
  findPeople(search: string): Promise<readonly FoundPerson[]>;
  /** In this page; who is signed in at the agent stays so. */
  signOut(): Promise<void>;
}

/** Labels and templates the person may use. */
export type Offered = Omit<PolicyAnswer, "time">;

/** The session of whoever is signed in at the agent. */
export const agentSession = (
  agent: Pick<AgentClient, "labels" | "findPeople">,
  { name, address, organisation, tenant }: WhoAmIAnswer,
  protector: Protector,
): Session => ({
  by: "agent",
  person: { name, address },
  organisation,
  tenant,
  protectors: [protector],
  async policy() {
    const { labels, templates, mandatory, mayProtect: mayPublish } = await agent.labels();
    return { labels, templates, mandatory, mayPublish };
  },
  findPeople: (search) => agent.findPeople(search),
  signOut: async () => undefined,
});

/** Who signed in in this page, and at which service. */
export interface SignedIn {
  readonly place: SignInPlace;
  readonly trust: TenantTrust;
  readonly account: PageAccount;
}

/**
 * Signs a person in at the service this page is from.
 * @throws RightsError `sign-in-failed`, `service-untrusted`, `service-unreachable`, `service-failed`, `rate-limited`.
 */
export async function signInHere(agree: Agree): Promise<SignedIn> {
  const place = await findSignIn(location.origin);
  const trust = await trustOf(place);
  return { place, trust, account: await signInPage(place, trust, agree, "Office") };
}

/** What a session of this page takes besides. */
export interface SessionOptions {
  readonly now: () => number;
  /** Of the documents' readers, for what a label shows in them. */
  readonly language: string;
  /** What protects for this person rather than the page, by their address. */
  readonly agentFor: (address: string) => Protector;
}

/** What whoever signed in in this page works with. */
export function pageSession({ place, trust, account }: SignedIn, { now, language, agentFor }: SessionOptions): Session {
  const { organisation, tenant, viewer } = place.discovery;
  return {
    by: "page",
    person: { name: account.name, address: account.address },
    organisation,
    tenant,
    protectors: [agentFor(account.address), new InPage({ account, trust, viewer, now, language })],
    policy: () => account.service.policy(),
    findPeople: async (search) => (await account.service.findPeople(search)).people,
    signOut: () => account.signOut(),
  };
}
