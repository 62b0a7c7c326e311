import type { ByteSource } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";

/**
 * A file that a person picked, read where it lies: never more of it in memory than was asked for.
 * `read` @throws RightsError `file-unreadable` when it was changed, moved or removed since.
 */
export const blobSource = (blob: Blob): ByteSource => ({
  size: blob.size,
  async read(offset, length) {
    try {
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    } catch (cause) {
      throw new RightsError("file-unreadable", "the file was changed or moved since it was chosen", { cause });
    }
  },
});
