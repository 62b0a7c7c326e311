import { fromBase64url } from "../../shared/bytes.js";
import { isWebOrigin } from "../../shared/format/sealed-page/layout.js";
import { encodeMailStamp } from "../../shared/license/mail-stamp.js";
import type { Agree } from "../../shared/protocol/authorization.js";
import type { Discovery } from "../../shared/protocol/service-api.js";
import { pageSession, type Session, type SessionOptions, type SignedIn, signInHere } from "../session.js";
import type { PageOf } from "./copies.js";
import { type Holder, PageHolder } from "./holder.js";
import type { MailCircumstances } from "./order.js";

/** Somebody who is signed in beside a mail: with the keys of this page, by which what was protected is read and changed. */
export interface MailSession extends Session {
  readonly holder: Holder;
  /** Where sealed pages lead; `null` where the service has no viewer. */
  readonly page: PageOf | null;
  readonly guests: Discovery["guests"];
  readonly stamp: MailCircumstances["stamp"];
  /** For the audit: a mail whose label protects nothing went from a more sensitive one. */
  explain(from: string, to: string | null, reason: string): Promise<void>;
}

/** @throws RightsError as `signInHere`. */
export async function openMailSession(agree: Agree, options: SessionOptions): Promise<MailSession> {
  const signedIn = await signInHere(agree);
  const { account, trust, place } = signedIn;
  const { organisation, guests, viewer } = place.discovery;
  const service = new URL(place.service).origin;
  return {
    ...pageSession(signedIn, options),
    holder: new PageHolder(account, trust),
    page: viewer !== null && isWebOrigin(service) ? { service, organisation } : null,
    guests,
    stamp: (label, digests) => stampFor(signedIn, label, digests, options.now()),
    async explain(from, label, reason) {
      await account.service.relabelClear({ from, label, reason });
    },
  };
}

/** Nothing for who has no certificate to sign with: a gate then holds the mail. */
async function stampFor({ account, trust }: SignedIn, label: string, digests: readonly string[], atMs: number) {
  const { licensorCertificate: certificate, signer } = account;
  if (certificate === null) return new Map<string, string>();
  const hashes = digests.map((digest) => fromBase64url(digest, "internal"));
  return encodeMailStamp({ tenant: trust.tenant, label, atMs }, hashes, { signer, certificate });
}
