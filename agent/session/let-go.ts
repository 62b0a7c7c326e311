import { homedir } from "node:os";
import { basename, join } from "node:path";
import { equalBytes, streamOf } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import type { Journal } from "../work/journal.js";
import { replaceFile } from "../work/replace-file.js";
import { openSource } from "../work/source-file.js";

/**
 * Puts a clear file of a session beside its document, or where that cannot be, into the folder of the person: it is of a kind
 * that the document's license does not protect, and its person may export. Nothing that is there is overwritten.
 * @returns where it is. @throws RightsError those of `replaceFile`.
 */
export async function letGo(path: string, folder: string, journal: Journal): Promise<string> {
  try {
    return await copyTo(path, folder, journal);
  } catch (error) {
    if (!(error instanceof RightsError)) throw error;
    return copyTo(path, homedir(), journal);
  }
}

async function copyTo(path: string, folder: string, journal: Journal): Promise<string> {
  const source = await openSource(path);
  try {
    return await replaceFile({
      source,
      target: join(folder, basename(path)),
      keep: true,
      journal,
      write: () => streamOf(source.bytes),
      async verify(written) {
        const is = streamOf(written);
        for await (const piece of streamOf(source.bytes)) {
          const other = await is.next();
          if (other.done || !equalBytes(piece, other.value))
            throw new RightsError("file-unwritable", "what was written could not be read back");
        }
      },
    });
  } finally {
    await source.close();
  }
}
