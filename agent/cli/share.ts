import { basename } from "node:path";
import { adding } from "../../shared/amendment.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import { isIgnoredName } from "../../shared/format/kind.js";
import { grantsFrom, parseGrant, parseWho } from "../../shared/grants.js";
import { type Label, labelPath } from "../../shared/label.js";
import { openRightsData } from "../../shared/license/publishing-license.js";
import { isMailable } from "../../shared/mail-line.js";
import { type Choice, choosePolicy } from "../chosen-policy.js";
import { type Document, withDocument } from "../document.js";
import { sendNotes } from "../outbox.js";
import { type CurrentPolicy, currentPolicy } from "../policy-cache.js";
import { WantedCopies } from "./copies.js";
import { describe, type Known, openKnown } from "./describe.js";
import { exits } from "./exit.js";
import { amendUntilTaken, toldOf } from "./grant.js";
import { mailShared, type Shared } from "./mail-shared.js";
import { filesIn } from "./paths.js";
import type { Progress } from "./progress.js";
import { openWork, protectingFrom, protectOne } from "./protect.js";
import { accessTo } from "./read.js";
import { eachFile, type ReportOptions, type Told } from "./report.js";
import { say, shown } from "./say.js";
import { openSession, type Session } from "./session.js";

export interface ShareOptions extends ReportOptions {
  to: readonly string[];
  label?: string;
  out?: string;
  message?: string;
  subject?: string;
  draft?: boolean;
  /** `false`: only the rights. */
  mail: boolean;
}

interface Sharing {
  readonly session: Session;
  readonly known: Known;
  /** `WHO:RIGHTS`, each. */
  readonly grant: readonly string[];
  readonly label: string | undefined;
  /** What clear files get. */
  readonly choice: Choice;
  /** As last heard of, where no label is asked for. */
  readonly current: CurrentPolicy | null;
  readonly out: string | undefined;
  readonly copies: WantedCopies;
  /** What there is to mail. */
  readonly shared: Omit<Shared, "copy">[];
}

/**
 * `seal share`: what is mailed to them then, they can open. A protected file gives them their rights besides all it gave
 * before, in every copy; a clear one stays as it is, with a protected copy for them beside it.
 */
export async function share(paths: readonly string[], options: ShareOptions): Promise<number> {
  const grant = options.to.map(withRights);
  const named = grantsFrom(grant.map(parseGrant)).flatMap(({ who }) => who);
  const to = options.mail ? mailableIn(named) : [];
  const session = await openSession();
  const sharing = await sharingFor(session, grant, options);
  const files = await filesIn(paths, (path) => !isIgnoredName(basename(path)));
  const code = await eachFile(files, options, (path, progress) => shareOne(path, sharing, progress));
  const codeOfCopies = await sharing.copies.make(session, await workOf(sharing));
  await sendNotes(session.account);
  if (!options.mail || sharing.shared.length === 0) return code || codeOfCopies;
  if (code !== exits.done) say("nothing is mailed, since not all of it can be shared; the files named above are ready");
  return code || (await mailAll(sharing, to, options)) || codeOfCopies;
}

/** Who is only named may look. @throws RightsError `usage`. */
const withRights = (to: string): string => (to.includes(":", to.lastIndexOf("@")) ? to : `${parseWho(to)}:Viewer`);

/** @throws RightsError `usage` where nobody can be written to. */
function mailableIn(named: readonly string[]): string[] {
  const people = [...new Set(named)].filter((who) => !who.startsWith("@"));
  const wrong = people.find((who) => !isMailable(who));
  if (wrong !== undefined) throw new RightsError("usage", `mail cannot be sent to ${wrong}; leave it to --no-mail`);
  if (people.length > 0) return people;
  throw new RightsError("usage", "a whole domain cannot be mailed to; name people as well, or add --no-mail");
}

async function sharingFor(session: Session, grant: readonly string[], options: ShareOptions): Promise<Sharing> {
  const { label, out, json } = options;
  const age = label === undefined ? { maxAgeMs: Number.POSITIVE_INFINITY } : {};
  const policy = currentPolicy(session.account, age);
  const current = await (label === undefined ? policy.catch(() => null) : policy);
  const known = await openKnown(session.account);
  const choice = choiceFor(label, grant, current, options.to);
  const copies = new WantedCopies({ ...(json === undefined ? {} : { json }), ppdfByDefault: options.mail });
  return { session, known, grant, label, choice, out, current, copies, shared: [] };
}

/** A label with permissions of its own says who can open a file, and no name beside it would change that. */
function choiceFor(
  label: string | undefined,
  grant: readonly string[],
  current: CurrentPolicy | null,
  to: readonly string[],
): Choice {
  if (label === undefined) return choosePolicy(null, { grant }, Date.now());
  const alone = tryLabel(current!, label);
  if (alone === null) return choosePolicy(current, { label, grant }, Date.now());
  if (to.some((who) => who.includes(":", who.lastIndexOf("@"))))
    throw new RightsError(
      "usage",
      `the label ${alone.name} comes with permissions of its own; leave out the rights in --to`,
    );
  tellReaders(alone, grant);
  return alone;
}

/** @returns `null` for a label that leaves it to others who may open a file. @throws RightsError `usage`. */
function tryLabel(current: CurrentPolicy, label: string): Choice | null {
  try {
    return choosePolicy(current, { label }, Date.now());
  } catch (error) {
    if (codeOf(error) !== "protect-denied") throw error;
    return null;
  }
}

function tellReaders({ name, policy }: Choice, grant: readonly string[]): void {
  const readers = policy.grants.flatMap(({ who }) => who);
  say(`the label ${shown(name)} says who can open it: ${readers.map(shown).join(", ")}`);
  const isNamed = (who: string) => readers.includes(who) || readers.includes(who.slice(who.lastIndexOf("@")));
  const others = grant.map((one) => parseGrant(one).who).filter((who) => !isNamed(who));
  if (others.length > 0) say(`${others.map(shown).join(", ")}: only as members of a group in it, else not at all`);
}

/** What a file is, its content says. */
async function shareOne(path: string, sharing: Sharing, progress: Progress): Promise<Told> {
  try {
    return await withDocument(path, async (document) => {
      if (sharing.label !== undefined)
        throw new RightsError(
          "already-protected",
          "this file is protected already; another label is given with: seal label",
        );
      const { session, known, grant, current, shared } = sharing;
      const more = grant.map(parseGrant);
      const made = await amendUntilTaken(session.account, document, (before) => adding(before, more));
      const { contentId, label } = document.license;
      const wantsPage =
        wantsPageOf(current?.labels.find(({ id }) => id === label) ?? null) && document.file.page === null;
      shared.push({ path, contentId, wantsPage, until: made.terms.until });
      if (document.file.container === "office") await wantCopy(document, sharing);
      return toldOf(await describe(document, known), made);
    });
  } catch (error) {
    if (codeOf(error) !== "not-protected") throw error;
    return copyFor(path, sharing, progress);
  }
}

/**
 * A copy to look at is made anew, so that it shows the document as it is. Rights that are changed afterwards reach copies of whoever
 * published the document, and no others.
 */
async function wantCopy(document: Document, { session, current, copies }: Sharing): Promise<void> {
  const { verified, contentKey } = await accessTo(session, document);
  const policy = await openRightsData(verified.license, contentKey);
  const label = current?.labels.find(({ id }) => id === verified.license.label) ?? null;
  if (policy.issuer !== session.account.info.subject)
    return say(`${shown(document.path)}: there is no new PDF copy: only who protected it can make one`);
  const labelName = label === null ? null : labelPath(current!.labels, label);
  const published = { license: document.licenseBytes, digest: verified.digest, contentKey };
  const made = { path: document.path, published: { ...published, contentId: verified.license.contentId } };
  copies.addCopyOf(made, { policy, label, labelName, name: labelName ?? "" });
}

const wantsPageOf = (label: Label | null): boolean => label?.sealedPage ?? true;

async function copyFor(path: string, sharing: Sharing, progress: Progress): Promise<Told> {
  const { session, out, choice, copies, shared } = sharing;
  const how = await protectingFrom(choice, { keep: true, ...(out === undefined ? {} : { out }) });
  const protector = await workOf(sharing);
  const told = await protectOne(path, { ...how, choice, protector, account: session.account, progress, copies });
  const { path: made, contentId } = told.report;
  shared.push({ path: made, contentId: contentId!, wantsPage: wantsPageOf(choice.label), until: choice.policy.until });
  return told;
}

const workOf = ({ session, label, current }: Sharing) => openWork(session, label === undefined ? null : current);

async function mailAll(sharing: Sharing, to: readonly string[], options: ShareOptions): Promise<number> {
  const { copies, choice, session } = sharing;
  const files = sharing.shared.map((one) => ({ ...one, copy: copies.copyOf.get(one.path) ?? null }));
  const label = choice.policy.template === null ? null : choice.name;
  try {
    return await mailShared(files, { ...options, to, label }, session);
  } catch (error) {
    say("the files are shared, and not mailed");
    throw error;
  }
}
