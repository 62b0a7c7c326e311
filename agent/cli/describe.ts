import { extname } from "node:path";
import { codeOf } from "../../shared/errors.js";
import { labelPath } from "../../shared/label.js";
import { type Edition, parseTrailer, trailerLength } from "../../shared/license/edition.js";
import { secondTime } from "../../shared/time.js";
import { type Account, openAccount, whoIsSignedIn } from "../account.js";
import { type GrantedUse, useLicenseFor } from "../consume-license.js";
import type { Cover, Covers } from "../document.js";
import type { Home } from "../home.js";
import { currentPolicy } from "../policy-cache.js";
import type { FileReport } from "./report.js";

/** What is known on this device to tell of files with. */
export interface Known {
  /** `null` when nobody is signed in. */
  readonly account: Account | null;
  /** A label's name as last heard, or its id. */
  labelName(id: string): string;
}

export async function openKnown(account: Account | null): Promise<Known> {
  const policy = account && (await currentPolicy(account, { maxAgeMs: Number.POSITIVE_INFINITY }).catch(() => null));
  const labelName = (id: string) => {
    const label = policy?.labels.find((one) => one.id === id);
    return label && policy ? labelPath(policy.labels, label) : id;
  };
  return { account, labelName };
}

/** Also where nobody is signed in, or the device was removed. */
export const knownIn = async (home: Home): Promise<Known> =>
  openKnown((await whoIsSignedIn(home)) && (await openAccount(home).catch(nullIfRemoved)));

function nullIfRemoved(error: unknown): null {
  if (codeOf(error) === "device-removed") return null;
  throw error;
}

/** The edition as the file says it; whether it holds is proven when the file is opened. */
async function editionOf(covers: Covers): Promise<Edition> {
  const tail = await covers.tail();
  return (await parseTrailer(tail.slice(tail.length - Math.min(trailerLength(tail), tail.length)))).edition;
}

/** Who saved a document last: no file names people, so an address is known of oneself and, by a license kept here, of the publisher. */
export interface SavedBy {
  /** Subject id; `null` where the organisation itself signed. */
  readonly subject: string | null;
  readonly address: string | null;
  readonly isPublisher: boolean;
}

export async function savedBy(covers: Covers, { account }: Known, kept: GrantedUse | null): Promise<SavedBy> {
  const { signer } = await editionOf(covers);
  const { issuer } = covers.license;
  if (signer.kind !== "person") return { subject: null, address: null, isPublisher: true };
  const { subject } = signer;
  const isPublisher = issuer.kind === "person" && issuer.subject === subject;
  const own = subject === account?.info.subject ? account.info.address : null;
  return { subject, address: own ?? (isPublisher ? (kept?.use.terms.author.address ?? null) : null), isPublisher };
}

/** What a file says of itself: nobody is asked. */
export async function describe(covers: Covers, { account, labelName }: Known) {
  const { path, license } = covers;
  const isOurs = license.tenant === account?.info.tenant;
  const report: FileReport = {
    path,
    state: "protected",
    format: extname(path).slice(1) || null,
    label: license.label === null ? null : labelName(license.label),
    organisation: isOurs ? account.info.organisation : license.serviceAddress,
    contentId: license.contentId,
    edition: (await editionOf(covers)).number,
  };
  return report;
}

/** What a use license adds to that. */
export const describeUse = ({ use }: GrantedUse) => ({
  owner: use.terms.author.address,
  rights: use.rights,
  expires: use.terms.until,
  offlineUntil: use.mayStore ? secondTime(use.untilMs) : null,
});

/** The license kept on this device, if there is one that holds. */
export async function keptUse({ license, licenseBytes }: Cover, { account }: Known): Promise<GrantedUse | null> {
  if (account === null || account.info.tenant !== license.tenant) return null;
  return useLicenseFor(account, licenseBytes, { offline: true }).catch((error: unknown) => {
    if (codeOf(error) === "internal") throw error;
    return null;
  });
}
