import type { PageAccount } from "../browser/page-account.js";
import { type OnlinePublication, publishOnline } from "../browser/publish-online.js";
import type { Bytes } from "../shared/bytes.js";
import { webEngine } from "../shared/crypto/web-engine.js";
import { RightsError } from "../shared/errors.js";
import { extensionOf } from "../shared/format/extension.js";
import { headBytes, type Kind, kindOf, protectedName } from "../shared/format/kind.js";
import type { LabelToWrite } from "../shared/format/label-properties.js";
import { redirectionText } from "../shared/format/pfile.js";
import type { TenantTrust } from "../shared/license/trust.js";
import { consume, protect, readProtected, type Wrapping } from "../shared/protect.js";
import { secondTime } from "../shared/time.js";
import { type FileContent, fileOf, sourceOfFile } from "./file-content.js";
import { type LabelledContent, withLabel } from "./label-inside.js";
import { marksOf } from "./label-properties.js";
import type { ProtectedCopy, ProtectJob, Protector } from "./protector.js";

/** How much of the work is done once everything is sealed; the rest is reading it back. */
const sealedShare = 0.7;

export interface InPageOptions {
  readonly account: PageAccount;
  readonly trust: TenantTrust;
  /** Where a reader without the right program goes. */
  readonly viewer: string | null;
  /** Of the documents' readers, for what a label shows in them. */
  readonly language: string;
  readonly now: () => number;
}

/** Protects in this page: the service gives the license, and nothing of the content leaves. */
export class InPage implements Protector {
  readonly by = "page";
  readonly #options: InPageOptions;

  constructor(options: InPageOptions) {
    this.#options = options;
  }

  isReady = async (): Promise<boolean> => true;

  async protect(job: ProtectJob, progress: (share: number) => void, signal: AbortSignal): Promise<ProtectedCopy> {
    const { account, trust } = this.#options;
    const { kind, name } = await clearFile(job);
    const publication = { policy: job.policy, label: job.label?.id ?? null, extension: kind.extension, name };
    const made = await publishOnline(publication, account, trust);
    signal.throwIfAborted();
    const { license } = made.published;
    const withdraw = async () => (await account.service.revoke(license)).lastOfflineUse;
    try {
      const sealed = await this.#seal(job, kind, made, (share) => progress(share * sealedShare), signal);
      await check(sealed, made, signal);
      progress(1);
      if (job.reason !== null && job.label !== null)
        await account.service.relabel({ license, label: job.label.id, reason: job.reason });
      return { name: protectedName(name, kind), content: sealed, pages: null, withdraw };
    } catch (error) {
      await withdraw().catch(() => undefined); // a license without its document; the service may be away
      throw error;
    }
  }

  /** As the file it is, with its label inside where it is one that carries labels. */
  async #seal(
    job: ProtectJob,
    { container, extension }: Kind,
    { published, author }: OnlinePublication,
    progress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<FileContent> {
    const { viewer, now } = this.#options;
    const clear = await withLabel(job.content, container === "office" ? this.#labelOf(job) : null);
    const wrapping: Wrapping =
      container === "office"
        ? { container, plainSize: clear.size, labelInfo: clear.outside }
        : { container, extension, redirection: redirectionText(viewer) };
    const save = { number: 1, previous: new Uint8Array(0), nowMs: now() };
    const plaintext = { [Symbol.asyncIterator]: () => clear.pieces() };
    const sealed = protect({ plaintext, wrapping }, published, author, save, webEngine);
    return fileOf(watched(sealed, clear, progress, signal));
  }

  /** All that it shows, also what the program that has the document open lets no add-in put in. */
  #labelOf({ label, labelName }: ProtectJob): LabelToWrite | null {
    if (label === null || labelName === null) return null;
    const { trust, now, language } = this.#options;
    const marks = marksOf(label.marking, language);
    const what = { label: label.id, name: labelName, contentBits: 0, marks };
    return { ...what, tenant: trust.tenant, method: "Privileged", setAt: secondTime(now()) };
  }
}

/** The same stream, of which is told how far it is. */
async function* watched(
  stream: AsyncIterable<Bytes>,
  { size }: LabelledContent,
  progress: (share: number) => void,
  signal: AbortSignal,
): AsyncGenerator<Bytes> {
  let done = 0;
  for await (const piece of stream) {
    signal.throwIfAborted();
    yield piece;
    done += piece.length;
    progress(Math.min(1, done / Math.max(1, size)));
  }
}

interface ClearFile {
  readonly kind: Kind;
  /** Of the clear file. */
  readonly name: string;
}

/** What it will become. @throws RightsError `file-unsuitable` where Office gave something else than it said. */
async function clearFile({ name, form, content }: ProtectJob): Promise<ClearFile> {
  const named = form === "pdf" ? `${name.slice(0, name.length - extensionOf(name).length)}.pdf` : name;
  const head = await content.read(0, Math.min(headBytes, content.size));
  const kind = kindOf(named, head, content.size);
  if (form !== "file" && kind.protection !== "native")
    throw new RightsError("file-unsuitable", `what Office gave is not a file like ${named}: ${kind.note ?? ""}`);
  return { kind, name: named };
}

/** Reads it back as a reader would, before anybody is told that it is protected. */
async function check(sealed: FileContent, { access }: OnlinePublication, signal: AbortSignal): Promise<void> {
  const read = await readProtected(sourceOfFile(sealed));
  const content = await consume(read, access, webEngine);
  await content.check();
  signal.throwIfAborted();
}
