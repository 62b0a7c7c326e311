import { open } from "node:fs/promises";
import { join } from "node:path";
import { countedSource, streamOf } from "../../shared/bytes.js";
import { segmentBytes } from "../../shared/crypto/content-layout.js";
import { givingBack } from "../../shared/crypto/engine.js";
import { RightsError } from "../../shared/errors.js";
import { carrierFor } from "../../shared/format/carrier.js";
import { headBytes, isIgnoredName, type Kind, kindOf, protectedName } from "../../shared/format/kind.js";
import { isProtected, type Published, protect } from "../../shared/protect.js";
import type { Wanted } from "../../shared/protocol/agent-api.js";
import { type Choice, choosePolicy } from "../chosen-policy.js";
import { publish } from "../publish.js";
import { reasonFrom, tellReason } from "../tell-relabel.js";
import { fileError } from "../work/file-errors.js";
import { insideOf, toProtect } from "../work/inside-label.js";
import { PdfCopies } from "../work/pdf-copy.js";
import { authorOf, firstSave, type Protector, verifyWritten, wrappingFor, writerOf } from "../work/protect-file.js";
import { openSource } from "../work/source-file.js";
import type { JobDesk, Outcome, ResultFile, Work } from "./job.js";
import type { LinkParts } from "./link-parts.js";

export interface ContentWish {
  /** Of the clear document. */
  readonly name: string;
  readonly wanted: Wanted;
  readonly generic?: boolean;
  readonly ppdf?: boolean;
  readonly justification?: string;
}

/** Protects what a page sent, as `seal protect` would a file: written, read back and checked before it is given. */
export const protectContent =
  (parts: LinkParts, wish: ContentWish): Work =>
  async (desk) => {
    const { current, protector, account } = await parts.forProtecting();
    const choice = choosePolicy(current, wish.wanted, Date.now());
    const reason = reasonFrom(wish.justification);
    const made = await seal(desk, wish, choice, protector);
    const { license, contentId } = made.published;
    parts.protected(license);
    await tellReason(account, license, choice.label, reason);
    const wantsCopy = made.kind.container === "office" && (wish.ppdf ?? choice.label?.pdfCopy ?? false);
    const copy = wantsCopy ? await copyOf(made, protector, parts) : null;
    const notes = [made.kind.note, copy instanceof RightsError ? copy.message : undefined];
    return {
      files: [made.file, ...(copy === null || copy instanceof RightsError ? [] : [copy])],
      document: { contentId, license },
      notes: notes.filter((note) => note !== undefined),
    } satisfies Outcome;
  };

interface Made {
  readonly path: string;
  readonly kind: Kind;
  readonly published: Published;
  readonly file: ResultFile;
}

async function kindOfContent({ content }: JobDesk, { name, generic = false }: ContentWish): Promise<Kind> {
  if (await isProtected(content)) throw new RightsError("already-protected", "this document is protected already");
  if (isIgnoredName(name)) throw new RightsError("file-unsuitable", "temporary, lock and hidden files are left alone");
  return kindOf(name, await content.read(0, Math.min(content.size, headBytes)), content.size, { generic });
}

async function seal(desk: JobDesk, wish: ContentWish, choice: Choice, by: Protector): Promise<Made> {
  const kind = await kindOfContent(desk, wish);
  const { content, count } = desk;
  desk.expect(2 * content.size);
  const { policy, label } = choice;
  const publication = { policy, label: label?.id ?? null, extension: kind.extension, name: wish.name };
  const published = await publish(publication, by.publisher, by.now());
  const read = countedSource(content, count);
  const inside = await toProtect(read, carrierFor(kind), insideOf(choice, "Privileged"), writerOf(by));
  const wrapping = wrappingFor(kind, content.size, inside, by);
  const plaintext = inside.content?.pieces() ?? streamOf(read, segmentBytes);
  const path = join(desk.folder, protectedName(wish.name, kind));
  const pieces = protect({ plaintext, wrapping }, published, authorOf(by), firstSave(by), by.engine);
  await writeTo(path, givingBack(pieces, by.engine.memory));
  const file = await resultAt(path, "document");
  await verifyWritten(countedSource(file.content, count), published, by);
  return { path, kind: { ...kind, note: kind.note ?? inside.note }, published, file };
}

async function writeTo(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for await (const piece of pieces)
      for (let done = 0; done < piece.length; ) done += (await file.write(piece, done)).bytesWritten;
  } catch (error) {
    throw fileError(error, path, "write");
  } finally {
    await file.close();
  }
}

async function resultAt(path: string, role: ResultFile["role"]): Promise<ResultFile> {
  const { name, bytes, close } = await openSource(path);
  return { name, role, content: bytes, close };
}

/** A document is protected with or without its copy. */
async function copyOf(made: Made, by: Protector, parts: LinkParts): Promise<ResultFile | RightsError> {
  const copies = new PdfCopies(parts.home);
  try {
    const copy = await copies.makeOne({ path: made.path, contentKey: made.published.contentKey }, by);
    if (copy instanceof RightsError) return copy;
    parts.protected(copy.published.license);
    return await resultAt(copy.path, "copy");
  } catch (error) {
    if (error instanceof RightsError) return error;
    throw error;
  } finally {
    await copies.close();
  }
}
