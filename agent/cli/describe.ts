import { extname } from "node:path";
import { codeOf } from "../../shared/errors.js";
import { labelPath } from "../../shared/label.js";
import { parseTrailer, trailerLength } from "../../shared/license/edition.js";
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
async function editionNumber(covers: Covers): Promise<number> {
  const tail = await covers.tail();
  const { edition } = await parseTrailer(tail.slice(tail.length - Math.min(trailerLength(tail), tail.length)));
  return edition.number;
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
    edition: await editionNumber(covers),
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
