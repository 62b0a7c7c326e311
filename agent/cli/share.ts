import { basename } from "node:path";
import { adding } from "../../shared/amendment.js";
import { codeOf } from "../../shared/errors.js";
import { isIgnoredName } from "../../shared/format/kind.js";
import { grantsFrom, parseGrant, parseWho } from "../../shared/grants.js";
import { choosePolicy } from "../chosen-policy.js";
import { withDocument } from "../document.js";
import { sendNotes } from "../outbox.js";
import { WantedCopies } from "./copies.js";
import { describe, type Known, openKnown } from "./describe.js";
import { amendUntilTaken, toldOf } from "./grant.js";
import { filesIn } from "./paths.js";
import type { Progress } from "./progress.js";
import { openWork, protectingFrom, protectOne } from "./protect.js";
import { eachFile, type ReportOptions, type Told } from "./report.js";
import { openSession, type Session } from "./session.js";

export interface ShareOptions extends ReportOptions {
  to: readonly string[];
  out?: string;
}

interface Sharing {
  readonly session: Session;
  readonly known: Known;
  /** `WHO:RIGHTS`, each. */
  readonly grant: readonly string[];
  readonly out: string | undefined;
}

/**
 * `seal share`: what is sent to them then, they can open. A protected file gives them their rights besides all it gave
 * before, in every copy; a clear one stays as it is, with a protected copy for them beside it.
 */
export async function share(paths: readonly string[], { to, out, ...options }: ShareOptions): Promise<number> {
  const grant = to.map(withRights);
  grantsFrom(grant.map(parseGrant));
  const session = await openSession();
  const sharing: Sharing = { session, known: await openKnown(session.account), grant, out };
  const files = await filesIn(paths, (path) => !isIgnoredName(basename(path)));
  const code = await eachFile(files, options, (path, progress) => shareOne(path, sharing, progress));
  await sendNotes(session.account);
  return code;
}

/** Who is only named may look. @throws RightsError `usage`. */
const withRights = (to: string): string => (to.includes(":", to.lastIndexOf("@")) ? to : `${parseWho(to)}:Viewer`);

/** What a file is, its content says. */
async function shareOne(path: string, sharing: Sharing, progress: Progress): Promise<Told> {
  const { session, known, grant } = sharing;
  const more = grant.map(parseGrant);
  try {
    return await withDocument(path, async (document) => {
      const made = await amendUntilTaken(session.account, document, (before) => adding(before, more));
      return toldOf(await describe(document, known), made);
    });
  } catch (error) {
    if (codeOf(error) !== "not-protected") throw error;
    return copyFor(path, sharing, progress);
  }
}

async function copyFor(path: string, { session, grant, out }: Sharing, progress: Progress): Promise<Told> {
  const choice = choosePolicy(null, { grant }, Date.now());
  const how = await protectingFrom(choice, { keep: true, out });
  const protector = await openWork(session, null);
  const copies = new WantedCopies({ ppdf: false });
  return protectOne(path, { ...how, choice, protector, account: session.account, progress, copies });
}
