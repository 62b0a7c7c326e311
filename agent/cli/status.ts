import { RightsError } from "../../shared/errors.js";
import type { GrantedUse } from "../consume-license.js";
import type { Cover } from "../document.js";
import { openHome } from "../home.js";
import { describe, describeUse, keptUse, knownIn, openKnown, type SavedBy, savedBy } from "./describe.js";
import { describeClear } from "./describe-clear.js";
import { filesIn } from "./paths.js";
import { accessTo } from "./read.js";
import { eachFile, type FileReport, type ReportOptions, type Told, table } from "./report.js";
import { shown } from "./say.js";
import { openSession, type Session } from "./session.js";
import { meansInput, withCovers } from "./streams.js";

/** `seal status`: what is known without asking anybody. A clear file is an answer too. */
export async function status(paths: readonly string[], options: ReportOptions): Promise<number> {
  const known = await knownIn(await openHome());
  const files = meansInput(paths) ? paths : await filesIn(paths, () => true);
  return eachFile(files, options, async (path): Promise<Told> => {
    try {
      return await withCovers(path, async (covers) => {
        const kept = await keptUse(covers, known);
        const report = { ...(await describe(covers, known)), ...(kept === null ? {} : describeUse(kept)) };
        const amended = kept?.use.terms.amended ?? null;
        const by = await savedBy(covers, known, kept);
        return { report, more: { amended, labels: [], savedBy: by }, lines: [statusLine(report, amended, by)] };
      });
    } catch (error) {
      if (!(error instanceof RightsError) || error.code !== "not-protected") throw error;
      return describeClear(path, known);
    }
  });
}

const statusLine = ({ path, label, organisation, edition }: FileReport, amended: string | null, by: SavedBy): string =>
  shown(
    `${path}: protected${label ? `, ${label}` : ""}, ${organisation}` +
      (edition! > 1 ? `, edition ${edition}, saved by ${whoOf(by)}` : "") +
      (amended === null ? "" : `, rights changed ${amended}`),
  );

const whoOf = ({ address, isPublisher }: SavedBy): string =>
  address ?? (isPublisher ? "who protected it" : "an editor, whom only their own computer can name");

/** `seal rights`: as the service says now; while it is away, as the license kept here does. */
export async function rights(path: string, options: ReportOptions): Promise<number> {
  const session = await openSession();
  const known = await openKnown(session.account);
  return eachFile([path], options, () =>
    withCovers(path, async (covers) => {
      const granted = await freshAccessTo(session, covers);
      const { label = null, amended = null } = granted.use.terms;
      const report = { ...(await describe(covers, known)), ...describeUse(granted), label };
      return { report, more: { amended }, lines: rightsLines(report, granted) };
    }),
  );
}

async function freshAccessTo(session: Session, cover: Cover): Promise<GrantedUse> {
  try {
    return await accessTo(session, cover, { fresh: true });
  } catch (error) {
    if (!(error instanceof RightsError) || error.code !== "service-unreachable") throw error;
    return accessTo(session, cover, { offline: true });
  }
}

function rightsLines(report: FileReport, { use: { terms } }: GrantedUse): string[] {
  const policy = terms.texts?.find(({ lang }) => lang === "en")?.name;
  return [
    shown(report.path),
    ...table([
      ["  you may", report.rights!.join(", ")],
      ["  label", report.label],
      ["  policy", policy],
      ["  protected by", report.owner],
      ["  until", report.expires ?? "no end"],
      ["  offline until", report.offlineUntil ?? "never: the service is asked each time"],
      ["  rights changed", terms.amended],
    ]),
  ];
}
