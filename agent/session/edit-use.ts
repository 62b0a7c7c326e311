import type { Bytes } from "../../shared/bytes.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import type { Author } from "../../shared/protect.js";
import type { Account } from "../account.js";
import { type GrantedUse, useLicenseFor } from "../consume-license.js";
import { requireRight } from "../document.js";

/**
 * A license to save changes, as the service says at this moment: so a withdrawal is heard of with the next save. While it is
 * away, the one kept here counts, or the one the session began with, until it ends.
 * @param latest - what the session has in memory, `null` for nothing.
 * @throws RightsError those of `useLicenseFor`; `right-missing` for who may not edit.
 */
export async function editUse(account: Account, license: Bytes, latest: GrantedUse | null): Promise<GrantedUse> {
  const granted = await useLicenseFor(account, license, { right: "EDIT", fresh: true }).catch(async (error) => {
    if (codeOf(error) !== "service-unreachable") throw error;
    if (latest !== null && (await isStillGood(account, latest))) return latest;
    return useLicenseFor(account, license, { right: "EDIT", offline: true });
  });
  const { rights, terms } = granted.use;
  requireRight(rights, "EDIT", terms.author.address, "save changes to this file");
  return granted;
}

async function isStillGood({ clock }: Account, { use }: GrantedUse): Promise<boolean> {
  const nowMs = await clock.offlineNow().catch(() => Number.POSITIVE_INFINITY);
  return nowMs < use.untilMs;
}

/**
 * Who signs the next edition: the publisher with the key that signed the license, everybody else under the service's permit,
 * the publisher on another device too. @throws RightsError `right-missing`.
 */
export async function editorOf({ account, granted }: { account: Account; granted: GrantedUse }): Promise<Author> {
  const signer = await account.signer();
  const principal = { kind: "person", subject: account.info.subject } as const;
  if (granted.verified.issuer.key.kid === signer.publicKey.kid) return { principal, signer, permit: null };
  if (granted.permit !== null) return { principal, signer, permit: granted.permit };
  throw new RightsError("right-missing", "the service gave no permit to sign changes to this file; open it again");
}
