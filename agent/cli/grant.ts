import { type Change, changed, isSame, namesIn, type PolicyTerms } from "../../shared/amendment.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import { grantsFrom, parseGrant, parseWho } from "../../shared/grants.js";
import { newId } from "../../shared/ids.js";
import type { AmendAnswer, DocumentPolicyAnswer } from "../../shared/protocol/service-api.js";
import type { Account } from "../account.js";
import type { Wish } from "../chosen-policy.js";
import type { Cover } from "../document.js";
import { parseExpires, parseOffline } from "../expires.js";
import { describe, openKnown } from "./describe.js";
import { eachFile, type FileReport, type ReportOptions, type Told, table } from "./report.js";
import { shown } from "./say.js";
import { openSession } from "./session.js";
import { withCovers } from "./streams.js";
import { lastUseLines } from "./track.js";

export interface GrantOptions extends ReportOptions, Pick<Wish, "grant" | "expires" | "offline"> {
  remove?: readonly string[];
}

/** Another who changes the rights at the same time is let in first, so many times. */
const maxTries = 10;

/** `seal grant`: who may do what with a document, also with the copies already sent. */
export async function grant(path: string, options: GrantOptions): Promise<number> {
  const change = changeFrom(options);
  const session = await openSession();
  const known = await openKnown(session.account);
  return eachFile([path], options, () =>
    withCovers(path, async (covers) => {
      const made = await amendUntilTaken(session.account, covers, (before) => {
        checkNamed(before, change);
        return change;
      });
      return toldOf(await describe(covers, known), made);
    }),
  );
}

/** @throws RightsError `usage` for a change of nothing, or one that contradicts itself. */
function changeFrom({ grant = [], remove = [], expires, offline }: GrantOptions): Change {
  if (grant.length + remove.length === 0 && (expires ?? offline) === undefined)
    throw new RightsError("usage", "say what is to change: --grant WHO:RIGHTS, --remove WHO, --expires or --offline");
  const written = grant.map(parseGrant);
  grantsFrom(written);
  const names = remove.map(parseWho);
  const both = written.find(({ who }) => names.includes(who));
  if (both !== undefined) throw new RightsError("usage", `${both.who} is granted rights and removed; leave one out`);
  return {
    grant: written,
    remove: names,
    ...(expires === undefined ? {} : { until: parseExpires(expires, Date.now()) }),
    ...(offline === undefined ? {} : { offlineDays: parseOffline(offline) }),
  };
}

interface Made {
  readonly terms: PolicyTerms;
  readonly version: number;
  /** `null` where everything was as it should be already. */
  readonly answer: AmendAnswer | null;
}

/** A change is of names, so it can be made again on top of what somebody else changed meanwhile. */
export async function amendUntilTaken(
  { service, useLicenses }: Account,
  { license: { document }, licenseBytes: license }: Cover,
  changeOf: (before: DocumentPolicyAnswer) => Change,
): Promise<Made> {
  for (let tries = 1; ; tries++) {
    const before = await service.documentPolicy(license);
    const terms = changed(before, changeOf(before));
    const { version: base } = before;
    if (isSame(before, terms)) return { terms, version: base, answer: null };
    try {
      const answer = await service.amend({ license, id: newId(), base, ...terms });
      await useLicenses.remove(document.digest);
      return { terms, version: answer.version, answer };
    } catch (error) {
      if (codeOf(error) !== "policy-changed" || tries === maxTries) throw error;
    }
  }
}

/** Who is let in by a group or a domain cannot be taken out by name. */
function checkNamed(policy: DocumentPolicyAnswer, { remove }: Change): void {
  const names = namesIn(policy);
  const unknown = remove.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const known = names.length === 0 ? "it names nobody" : `it names ${names.slice(0, 20).join(", ")}`;
  throw new RightsError("usage", `the policy of this file does not name ${unknown}; ${known}`);
}

export function toldOf(report: FileReport, { terms, version, answer }: Made): Told {
  const { grants, until: expires } = terms;
  const { amended = null, lastOfflineUse = null, shrank = false } = answer ?? {};
  const who = grants.flatMap(({ who, rights }) => who.map((name) => [`  ${name}`, rights.join(", ")] as const));
  const what = answer === null ? "is as it was: nothing was to change" : "has other rights now, with all its copies";
  return {
    report: { ...report, expires },
    more: { version, grants, amended, shrank, lastOfflineUse },
    lines: [
      `${shown(report.path)} ${what}`,
      ...table([...who, ["  until", expires ?? "no end"], ["  days offline", daysOffline(terms)]]),
      ...lastUseLines(lastOfflineUse, "as before "),
      ...(shrank ? ["who could do more may have kept the key; seal label gives a file a new one"] : []),
    ],
  };
}

const daysOffline = ({ offlineDays }: PolicyTerms): string => (offlineDays < 0 ? "no end" : String(offlineDays));
