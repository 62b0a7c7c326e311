import { basename, join } from "node:path";
import { type ByteSource, countedSource } from "../../shared/bytes.js";
import { givingBack } from "../../shared/crypto/engine.js";
import { codeOf } from "../../shared/errors.js";
import { clearName } from "../../shared/format/kind.js";
import { labelPath } from "../../shared/label.js";
import { consume } from "../../shared/protect.js";
import type { LinkFileReport } from "../../shared/protocol/agent-answers.js";
import type { RequestOf } from "../../shared/protocol/agent-api.js";
import { secondTime } from "../../shared/time.js";
import { type GrantedUse, useLicenseFor } from "../consume-license.js";
import { type Covers, checkExtension, coversIn, requireRight } from "../document.js";
import { currentPolicy } from "../policy-cache.js";
import { reasonFrom, tellRelabel } from "../tell-relabel.js";
import { failureOf } from "./failure.js";
import type { Work } from "./job.js";
import type { LinkParts } from "./link-parts.js";
import type { Pairing } from "./pairings.js";
import type { Questions } from "./questions.js";
import { SealedSpool } from "./sealed-spool.js";

const nothing = {
  label: null,
  labelName: null,
  organisation: null,
  owner: null,
  contentId: null,
  rights: null,
  expires: null,
  offlineUntil: null,
  refusal: null,
};

/** What a file says of itself, and what the service says may be done with it; a clear file is an answer, too. */
export const inspectContent =
  (parts: LinkParts, { name }: RequestOf<"inspect">): Work =>
  async ({ content }) => {
    const covers = await coversOrNull(name, content);
    if (covers === null) return { report: { state: "clear", ...nothing } };
    const report = await describe(covers, parts);
    try {
      return { report: { ...report, ...rightsOf(await accessTo(parts, covers, { fresh: true })) } };
    } catch (error) {
      if (codeOf(error) === "internal") throw error;
      return { report: { ...report, refusal: failureOf(error) } };
    }
  };

async function coversOrNull(name: string, content: ByteSource) {
  try {
    return await coversIn(name, content);
  } catch (error) {
    if (codeOf(error) !== "not-protected") throw error;
    return null;
  }
}

/** The service's word, or the kept license while it is away. */
async function accessTo(parts: LinkParts, covers: Covers, { fresh = false } = {}): Promise<GrantedUse> {
  const ask = (options: object) => useLicenseFor(parts.account(), covers.licenseBytes, options);
  const granted = await ask(fresh ? { fresh } : { right: "EXPORT" }).catch((error) => {
    if (codeOf(error) !== "service-unreachable") throw error;
    return ask({ offline: true });
  });
  checkExtension(covers, granted.use.terms.ext);
  return granted;
}

async function describe({ license }: Covers, parts: LinkParts): Promise<LinkFileReport> {
  const { info } = parts.account();
  const { labels } = await labelsOf(parts);
  const label = labels.find(({ id }) => id === license.label);
  return {
    ...nothing,
    state: "protected",
    label: license.label,
    labelName: label === undefined ? license.label : labelPath(labels, label),
    organisation: license.tenant === info.tenant ? info.organisation : license.serviceAddress,
    contentId: license.contentId,
  };
}

/** Labels as last heard of; none where nobody ever said. */
const labelsOf = (parts: LinkParts) =>
  currentPolicy(parts.account(), { maxAgeMs: 5 * 60_000 }).catch((error) => {
    if (codeOf(error) !== "service-unreachable") throw error;
    return { labels: [] };
  });

const rightsOf = ({ use }: GrantedUse) => ({
  owner: use.terms.author.address,
  rights: [...use.rights],
  expires: use.terms.until,
  offlineUntil: use.mayStore ? secondTime(use.untilMs) : null,
});

/** Gives the clear content to the page: for who may export, and once a person agreed elsewhere than in the page. */
export const unprotectContent =
  (parts: LinkParts, request: RequestOf<"unprotect">, { origin, name: client }: Pairing, questions: Questions): Work =>
  async (desk) => {
    const covers = await coversIn(request.name, desk.content);
    const reason = reasonFrom(request.justification);
    const granted = await accessTo(parts, covers);
    const { rights, terms } = granted.use;
    requireRight(rights, "EXPORT", terms.author.address, "take the protection off this file");
    desk.is("asking");
    await questions.ask({ origin, client, file: request.name, owner: terms.author.address }, desk.signal);
    desk.is("working");
    const { labels } = await labelsOf(parts);
    const { licenseBytes: license, license: before } = covers;
    await tellRelabel(parts.account(), labels, { license, from: before.label, to: null, reason });
    const region = countedSource(covers.file.region, desk.count);
    desk.expect(region.size);
    const { engine } = parts;
    const consumed = await consume({ ...covers.file, region }, granted, engine);
    const spool = await SealedSpool.create(join(desk.folder, "clear"));
    try {
      for await (const piece of givingBack(consumed.all(), engine.memory)) await spool.append(piece);
      const name = clearName(basename(request.name), terms.ext);
      return { files: [{ name, role: "document", content: await spool.finish(), close: () => spool.close() }] };
    } catch (error) {
      await spool.close();
      throw error;
    }
  };
