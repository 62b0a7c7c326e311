import { open } from "node:fs/promises";
import { type Bytes, collect } from "../../../shared/bytes.js";
import { RightsError } from "../../../shared/errors.js";
import { piecesOfStream } from "../streams.js";

/** All of a file, or of standard input for `-`. @throws RightsError `file-missing`, `file-unreadable`, `usage`. */
export async function readInput(path: string, maxBytes: number): Promise<Bytes> {
  const input = path === "-" ? process.stdin : await openInput(path);
  try {
    return await collect(piecesOfStream(input), maxBytes);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== undefined && code !== "usage" && /^E[A-Z]+$/.test(code))
      throw new RightsError("file-unreadable", `${path} cannot be read`, { cause });
    throw new RightsError("usage", `${path} is longer than one request can be; bring it in parts`, { cause });
  }
}

async function openInput(path: string): Promise<AsyncIterable<Buffer>> {
  try {
    return (await open(path)).createReadStream();
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new RightsError(missing ? "file-missing" : "file-unreadable", `${path} cannot be read`, { cause });
  }
}
