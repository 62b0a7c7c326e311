import { open, rename } from "node:fs/promises";
import { streamOf, utf8 } from "../../shared/bytes.js";
import { type ContentBinding, type OpenContent, openContent, sealContent } from "../../shared/crypto/content-cipher.js";
import { segmentBytes } from "../../shared/crypto/content-layout.js";
import { type Engine, givingBack } from "../../shared/crypto/engine.js";
import { importContentKey, newRawContentKey, sha256 } from "../../shared/crypto/keys.js";
import { RightsError } from "../../shared/errors.js";
import type { SecretFiles } from "../secret-files.js";
import { syncFolder } from "../small-file.js";
import { fileError } from "../work/file-errors.js";
import { openSource } from "../work/source-file.js";
import type { EditNote } from "./edit-record.js";

/**
 * Changes that cannot be protected now, because the license ended, was withdrawn, or cannot be asked for, or the disk is full:
 * sealed under a key of the session's own, which lies under the device key. Nothing of the user's work is lost, and nobody can
 * read it, its user neither, before the license allows again.
 */

const secretName = (id: string): string => `edit-${id}`;

/** Draws the key of a session; made first of all, so that whatever happens later can be sealed. */
export async function drawKeepingKey(secrets: SecretFiles, id: string): Promise<void> {
  const raw = newRawContentKey();
  await secrets.write(secretName(id), raw).finally(() => raw.fill(0));
}

export const forgetKeepingKey = (secrets: SecretFiles, id: string): Promise<void> => secrets.remove(secretName(id));

/** @throws RightsError `state-damaged` where its key is gone, as after a sign-out. */
async function bindingOf(secrets: SecretFiles, id: string): Promise<ContentBinding> {
  const raw = await secrets.read(secretName(id));
  if (raw === null) throw new RightsError("state-damaged", "the key of these changes is gone: somebody signed out");
  const contentKey = await importContentKey(raw).finally(() => raw.fill(0));
  return { contentKey, licenseDigest: await sha256(utf8(`sealwright/edit/v1\0${id}`)) };
}

/**
 * Seals the clear file of a session beside its record. When this returns it survives a loss of power, and the clear file
 * may go. @throws RightsError `disk-full`, `file-unwritable`, `file-missing`.
 */
export async function keepSealed(note: EditNote, secrets: SecretFiles, engine: Engine): Promise<void> {
  const binding = await bindingOf(secrets, note.id);
  const source = await openSource(note.clearPath);
  const temporary = `${note.keptPath}.part`;
  try {
    const file = await open(temporary, "w", 0o600);
    try {
      const plaintext = streamOf(source.bytes, segmentBytes, engine.memory.take);
      for await (const piece of givingBack(sealContent(plaintext, binding, engine), engine.memory))
        await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, note.keptPath);
    await syncFolder(note.folder);
  } catch (error) {
    throw fileError(error, note.record.name, "write");
  } finally {
    await source.close();
  }
}

/** @throws RightsError `content-damaged`, `state-damaged`, `file-missing`. */
export async function openKept(
  note: EditNote,
  secrets: SecretFiles,
  engine: Engine,
): Promise<{ content: OpenContent; close(): Promise<void> }> {
  const binding = await bindingOf(secrets, note.id);
  const source = await openSource(note.keptPath);
  try {
    return { content: await openContent(source.bytes, binding, engine), close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}
