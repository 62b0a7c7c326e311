import { extname } from "node:path";
import { maxTrailerBytes } from "../../shared/crypto/content-layout.js";
import { RightsError } from "../../shared/errors.js";
import { labelPath } from "../../shared/label.js";
import { parseTrailer, trailerLength } from "../../shared/license/edition.js";
import type { PolicyText } from "../../shared/policy.js";
import { secondTime } from "../../shared/time.js";
import { openAccount, whoIsSignedIn } from "../account.js";
import { type Document, withDocument } from "../document.js";
import { openHome } from "../home.js";
import { currentPolicy } from "../policy-cache.js";
import { filesIn } from "./paths.js";
import { accessTo } from "./read.js";
import { eachFile, type FileReport, type ReportOptions, table } from "./report.js";
import { shown } from "./say.js";
import { openSession } from "./session.js";

/** The edition as the file says it; whether it holds is proven when the file is opened. */
async function editionNumber({ file: { region } }: Document): Promise<number> {
  const tailBytes = Math.min(region.size, maxTrailerBytes);
  const tail = await region.read(region.size - tailBytes, tailBytes);
  const { edition } = await parseTrailer(tail.slice(tailBytes - Math.min(trailerLength(tail), tailBytes)));
  return edition.number;
}

/** What a file says of itself, without asking the service or opening anything secret but the kept label names. */
async function describe(document: Document, labelName: (id: string) => Promise<string>, organisation: string | null) {
  const { path, license } = document;
  const report: FileReport = {
    path,
    state: "protected",
    format: extname(path).slice(1),
    label: license.label === null ? null : await labelName(license.label),
    organisation: organisation ?? license.serviceAddress,
    contentId: license.contentId,
    edition: await editionNumber(document),
  };
  return report;
}

async function labelNames(): Promise<{
  tenant: string | null;
  organisation: string;
  name(id: string): Promise<string>;
}> {
  const home = await openHome();
  const info = await whoIsSignedIn(home);
  const kept =
    info === null
      ? null
      : await currentPolicy(await openAccount(home), { maxAgeMs: Number.POSITIVE_INFINITY }).catch(() => null);
  const name = async (id: string) => {
    const label = kept?.labels.find((one) => one.id === id);
    return label ? labelPath(kept!.labels, label) : id;
  };
  return { tenant: info?.tenant ?? null, organisation: info?.organisation ?? "", name };
}

/** `seal status`: a clear file is an answer too. */
export async function status(paths: readonly string[], options: ReportOptions): Promise<number> {
  const names = await labelNames();
  return eachFile(await filesIn(paths, () => true), options, async (path) => {
    try {
      return await withDocument(path, async (document) => {
        const ours = document.license.tenant === names.tenant ? names.organisation : null;
        const report = await describe(document, names.name, ours);
        return { report, lines: [statusLine(report)] };
      });
    } catch (error) {
      if (!(error instanceof RightsError) || error.code !== "not-protected") throw error;
      return { report: { path, state: "clear" }, lines: [`${shown(path)}: not protected`] };
    }
  });
}

const statusLine = ({ path, label, organisation, edition }: FileReport): string =>
  shown(`${path}: protected${label ? `, ${label}` : ""}, ${organisation}${edition! > 1 ? `, edition ${edition}` : ""}`);

/** `seal rights`: asks for a use license, or uses the kept one. */
export async function rights(path: string, options: ReportOptions): Promise<number> {
  const session = await openSession();
  return eachFile([path], options, () =>
    withDocument(path, async (document) => {
      const { use, verified } = await accessTo(session, document);
      const { terms } = use;
      const report: FileReport = {
        path,
        state: "protected",
        label: terms.label ?? null,
        format: extname(path).slice(1),
        organisation: session.account.info.organisation,
        owner: terms.author.address,
        contentId: verified.license.contentId,
        edition: await editionNumber(document),
        rights: use.rights,
        expires: terms.until,
        offlineUntil: use.mayStore ? secondTime(use.untilMs) : null,
      };
      return { report, lines: rightsLines(report, terms.texts) };
    }),
  );
}

const rightsLines = (report: FileReport, texts: readonly PolicyText[] = []): string[] => [
  shown(report.path),
  ...table([
    ["  you may", report.rights!.join(", ")],
    ["  label", report.label],
    ["  policy", texts.find(({ lang }) => lang === "en")?.name],
    ["  protected by", report.owner],
    ["  until", report.expires ?? "no end"],
    ["  offline until", report.offlineUntil ?? "never: the service is asked each time"],
  ]),
];
