import { writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { streamOf, toBase64 } from "../../shared/bytes.js";
import { segmentBytes } from "../../shared/crypto/content-layout.js";
import { givingBack } from "../../shared/crypto/engine.js";
import type { ContentKey } from "../../shared/crypto/keys.js";
import { codeOf, RightsError } from "../../shared/errors.js";
import { carriedLabels } from "../../shared/format/carrier.js";
import { newId } from "../../shared/ids.js";
import { openRightsData } from "../../shared/license/publishing-license.js";
import { type VerifiedLicense, verifyPublishingLicense } from "../../shared/license/trust.js";
import { parseChain } from "../../shared/license/xrml.js";
import type { Policy } from "../../shared/policy.js";
import { consume, type Published, protect, readProtected } from "../../shared/protect.js";
import type { Home } from "../home.js";
import { Converter } from "../pdf/converter.js";
import { findSuite } from "../pdf/suite.js";
import { publish } from "../publish.js";
import { erase, makePrivateFolder } from "../session/private-folder.js";
import { fileError } from "./file-errors.js";
import { type InsideLabel, toProtect } from "./inside-label.js";
import { noteOwnCopy, placeForCopy } from "./own-copies.js";
import { authorOf, firstSave, type Protector, verifyWritten, wrappedAs, writerOf } from "./protect-file.js";
import { replaceFile } from "./replace-file.js";
import { openSource } from "./source-file.js";

/** A protected Office document, and what opens it. */
export interface Original {
  readonly path: string;
  readonly contentKey: ContentKey;
}

/** A copy that anybody can look at who may look at the document: in any browser, and nothing more. */
export interface PdfCopy {
  readonly path: string;
  readonly published: Published;
}

/** An original with its clear content where the converter finds it. */
interface Incoming {
  readonly original: Original;
  readonly verified: VerifiedLicense;
  readonly policy: Policy;
  /** In the converter's folder. */
  readonly name: string;
  /** The label that it carries inside, as its copy will; `null` where it carries none. */
  readonly inside: InsideLabel | null;
}

/**
 * Makes PDF copies of protected Office documents (docs/agent.md, "PDF copies"). One converter serves for as long as this is open;
 * clear content lies in a private folder meanwhile, and is erased with it.
 */
export class PdfCopies {
  readonly #home: Home;
  #folder: string | null = null;
  #converter: Converter | null = null;

  constructor(home: Home) {
    this.#home = home;
  }

  /**
   * @param originals - at most `maxTogether`.
   * @returns each with its copy as soon as that is made, or with why there is none: a document is protected with or without
   *   its copy, whatever goes wrong.
   */
  async *make(originals: readonly Original[], by: Protector): AsyncGenerator<[Original, PdfCopy | RightsError]> {
    const left = new Set(originals);
    try {
      for await (const [original, made] of this.#made(originals, by)) {
        left.delete(original);
        yield [original, made];
      }
    } catch (cause) {
      const error = noCopy(cause);
      for (const original of left) yield [original, error];
    }
  }

  async *#made(originals: readonly Original[], by: Protector): AsyncGenerator<[Original, PdfCopy | RightsError]> {
    const converter = await this.#open();
    const brought = new Map<string, Incoming>();
    try {
      for (const original of originals) {
        const one = await orError(bringIn(original, converter.incoming, by));
        if (one instanceof RightsError) yield [original, one];
        else brought.set(one.name, one);
      }
      for await (const [name, conversion] of converter.convert([...brought.keys()])) {
        const one = brought.get(name)!;
        const made = "pdf" in conversion ? await orError(this.#protect(one, conversion.pdf, by)) : conversion.error;
        yield [one.original, made];
      }
    } finally {
      await converter.clear();
    }
  }

  async makeOne(original: Original, by: Protector): Promise<PdfCopy | RightsError> {
    const made: (PdfCopy | RightsError)[] = [];
    for await (const [, one] of this.make([original], by)) made.push(one);
    return made[0]!;
  }

  async close(): Promise<void> {
    if (this.#folder !== null) await erase(this.#folder);
    [this.#folder, this.#converter] = [null, null];
  }

  /** @throws RightsError `converter-missing`. */
  async #open(): Promise<Converter> {
    const suite = findSuite();
    this.#folder ??= await makePrivateFolder(this.#home);
    this.#converter ??= await Converter.open(suite, this.#folder);
    return this.#converter;
  }

  async #protect({ original, verified, policy, inside }: Incoming, pdf: string, by: Protector): Promise<PdfCopy> {
    const published = await publish(publicationOf(original, verified, policy), by.publisher, by.now());
    const [like, content] = [await openSource(original.path), await openSource(pdf)];
    try {
      const place = await placeForCopy(this.#home, original.path, copyPathsFor(original.path));
      const labelled = await toProtect(content.bytes, "pdf", inside, writerOf(by));
      const plaintext = labelled.content?.pieces() ?? streamOf(content.bytes, segmentBytes);
      const path = await replaceFile({
        source: place.own,
        target: place.targets,
        keep: false,
        like: like.stat,
        journal: by.journal,
        write: () =>
          protect({ plaintext, wrapping: wrappedAs(".pdf", by) }, published, authorOf(by), firstSave(by), by.engine),
        verify: (written) => verifyWritten(written, published, by),
      }).finally(() => place.own?.close());
      await noteOwnCopy(this.#home, path, published.contentId, original.path);
      return { path, published };
    } finally {
      await Promise.all([like.close(), content.close()]);
    }
  }
}

/** `plan.ppdf`, else `plan.docx.ppdf`. */
export const copyPathsFor = (path: string): string[] =>
  [`${basename(path, extname(path))}.ppdf`, `${basename(path)}.ppdf`].map((name) => join(dirname(path), name));

/** Under the policy of the document, as part of its family: withdrawn and amended together with it. */
function publicationOf({ path }: Original, { license, digest }: VerifiedLicense, policy: Policy) {
  const { grants, until, offlineDays, template, texts, obligations, family, owner, amendment } = policy;
  const decided = {
    grants,
    until,
    offlineDays,
    template,
    ...(texts && { texts }),
    ...(obligations && { obligations }),
  };
  const from = { family, owner, ...(amendment !== undefined && { amendment }), parent: toBase64(digest) };
  const name = `${basename(path, extname(path))}.pdf`;
  return { policy: decided, label: license.label, extension: ".pdf", name, from };
}

/** What the document holds as it lies there, checked to its end. */
async function bringIn(original: Original, folder: string, { trust, engine }: Protector): Promise<Incoming> {
  const { path, contentKey } = original;
  const source = await openSource(path);
  try {
    const file = await readProtected(source.bytes);
    const verified = await verifyPublishingLicense(await parseChain(file.license), trust);
    const policy = await openRightsData(verified.license, contentKey);
    const { all } = await consume(file, { verified, contentKey, trust }, engine);
    const name = `${newId()}${policy.ext.toLowerCase()}`;
    const path = join(folder, name);
    await writeFile(path, givingBack(all(), engine.memory), { flag: "wx", mode: 0o600 });
    return { original, verified, policy, name, inside: await labelInside(path, verified.license.label) };
  } finally {
    await source.close();
  }
}

/** What a clear document says of the label that it was protected under. @param label - its id. */
async function labelInside(path: string, label: string | null): Promise<InsideLabel | null> {
  if (label === null) return null;
  const source = await openSource(path);
  try {
    const carried = await carriedLabels("package", source.bytes);
    const name = carried.find((one) => one.label === label)?.name ?? null;
    return name === null ? null : { label, name, method: "Standard", marks: {} };
  } catch (error) {
    if (codeOf(error).startsWith("office-")) return null; // LibreOffice reads more than is labelled here
    throw error;
  } finally {
    await source.close();
  }
}

/** Why there is none, for whoever waits for it. */
function noCopy(cause: unknown): RightsError {
  if (cause instanceof RightsError && cause.code !== "internal") return cause;
  const code = codeOf(fileError(cause, "", "write"));
  const why = code === "disk-full" ? "the disk is full; make room" : "something went wrong inside this program";
  return new RightsError(code === "disk-full" ? code : "internal", `there is no PDF copy: ${why}`, { cause });
}

/** What could not be made, as a value: others are made all the same. */
export async function orError<T>(work: Promise<T>): Promise<T | RightsError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RightsError && codeOf(error) !== "internal") return error;
    throw error;
  }
}
