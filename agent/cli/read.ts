import { type Bytes, countedSource } from "../../shared/bytes.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import type { Label } from "../../shared/label.js";
import { consume, consumeStream } from "../../shared/protect.js";
import type { Account } from "../account.js";
import { type GrantedUse, type UseOptions, useLicenseFor } from "../consume-license.js";
import { type Cover, checkExtension, isGeneric, readDocument, requireRight, withDocument } from "../document.js";
import { sendNotes } from "../outbox.js";
import { currentPolicy } from "../policy-cache.js";
import { reasonFrom, tellRelabel } from "../tell-relabel.js";
import { recover } from "../work/recover.js";
import { unprotectFile } from "../work/unprotect-file.js";
import { exitOf, exits } from "./exit.js";
import { filesIn, isProtectedFile, outFolder } from "./paths.js";
import { eachFile, type ReportOptions } from "./report.js";
import { sayError, shown } from "./say.js";
import { openHomeJournal, openSession, type Session } from "./session.js";
import { contentOfInput, meansStream, outputFile, showingProgress, toStandardOutput } from "./streams.js";

/** A verified license for a document, and what its header claims held against it. */
export async function accessTo({ account }: Session, cover: Cover, options: UseOptions = {}): Promise<GrantedUse> {
  const granted = await useLicenseFor(account, cover.licenseBytes, options);
  checkExtension(cover, granted.use.terms.ext);
  return granted;
}

function requireReading(granted: GrantedUse, generic: boolean): void {
  const { rights, terms } = granted.use;
  if (generic) requireRight(rights, "VIEW", terms.author.address, "open this file");
  else requireRight(rights, "EXPORT", terms.author.address, "take the content of this file out of the viewer");
}

/** Streams the content out. A file that turns out not to be as its author left it ends with exit code 6. */
export async function cat(path: string): Promise<number> {
  const session = await openSession();
  if (path === "-") return catInput(session);
  try {
    return await catFile(path, session);
  } catch (error) {
    sayError(error, path);
    return exitOf(codeOf(error));
  }
}

async function catFile(path: string, session: Session): Promise<number> {
  await withDocument(path, async (document) => {
    session.engine.expect(document.file.region.size);
    const granted = await accessTo(session, document);
    requireReading(granted, isGeneric(document));
    const { region } = document.file;
    await showingProgress(path, region.size, async (count) => {
      const counted = { ...document.file, region: countedSource(region, count) };
      const { all } = await consume(counted, granted, session.engine);
      await toStandardOutput(all(outputFile()), session.engine.memory);
    });
  });
  return exits.done;
}

/** From standard input: there is no name that says `.pfile`, so it takes the right to export. */
async function catInput(session: Session): Promise<number> {
  await showingProgress("-", null, (count) => catStream(contentOfInput(session.engine, count), session));
  return exits.done;
}

async function catStream(input: AsyncIterable<Bytes>, session: Session): Promise<void> {
  const { cover, rest } = await readDocument(input);
  if (cover === null) throw new RightsError("not-protected", "what came in is not protected");
  const granted = await accessTo(session, cover);
  requireReading(granted, false);
  await toStandardOutput(consumeStream(rest, granted, session.engine), session.engine.memory);
}

export interface UnprotectOptions extends ReportOptions {
  out?: string;
  justification?: string;
}

/** Labels as last heard of a while ago will do; without any, nobody can say that one asks for a reason. */
const labelsAgeMs = 5 * 60_000;
const labelsOf = (account: Account): Promise<readonly Label[]> =>
  currentPolicy(account, { maxAgeMs: labelsAgeMs }).then(
    ({ labels }) => labels,
    (error) => {
      if (codeOf(error) === "service-unreachable") return [];
      throw error;
    },
  );

export async function unprotect(paths: readonly string[], options: UnprotectOptions): Promise<number> {
  const isStream = meansStream(paths, options);
  const reason = reasonFrom(options.justification);
  const session = await openSession();
  if (isStream) return catInput(session);
  const journal = await openHomeJournal(session.home);
  await recover(journal);
  const out = await outFolder(options.out);
  const files = await filesIn(paths, isProtectedFile);
  const labels = await labelsOf(session.account);
  const code = await eachFile(files, options, (path, progress) =>
    withDocument(path, async (document) => {
      const granted = await accessTo(session, document, { right: "EXPORT" });
      const { rights, terms } = granted.use;
      requireRight(rights, "EXPORT", terms.author.address, "take the protection off this file");
      const { licenseBytes: license, license: before } = document;
      await tellRelabel(session.account, labels, { license, from: before.label, to: null, reason });
      progress.expect(2 * document.file.region.size);
      const { engine } = session;
      const clear = await unprotectFile(document, {
        access: granted,
        extension: terms.ext,
        engine,
        journal,
        out,
        count: progress.count,
      });
      return { report: { path: clear, state: "clear" }, lines: [`${shown(clear)} is no longer protected`] };
    }),
  );
  await sendNotes(session.account);
  return code;
}
