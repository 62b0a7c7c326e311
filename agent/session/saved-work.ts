import type { Bytes } from "../../shared/bytes.js";
import type { Plaintext } from "../../shared/crypto/content-cipher.js";
import type { Engine } from "../../shared/crypto/engine.js";
import type { FileStat, OpenFile } from "../work/file-ops.js";
import { plaintextOf } from "../work/protect-file.js";
import { openSource, type SourceFile } from "../work/source-file.js";
import type { Look } from "./edit-record.js";
import { openKept } from "./kept-work.js";

/** What a person saved, wherever it lies: the clear file of a session, or sealed, where it waits. Close it. */
export interface SavedWork {
  readonly size: number;
  /** When it was saved; absent where nobody knows. */
  readonly mtimeNs?: bigint;
  /** How the clear file is known; `null` where there is none. */
  readonly look: Look | null;
  read(offset: number, length: number): Promise<Bytes>;
  plaintext(result: OpenFile): Plaintext;
  /** @throws RightsError `file-changed` where the program saved again meanwhile. */
  assertUntouched(): Promise<void>;
  close(): Promise<void>;
}

export const lookOf = ({ ino, size, mtimeNs }: Pick<FileStat, "ino" | "size" | "mtimeNs">): Look => ({
  ino: `${ino}`,
  size: `${size}`,
  mtimeNs: `${mtimeNs}`,
});

export const isSameLook = (one: Look | null, other: Look | null): boolean =>
  one !== null && other !== null && one.ino === other.ino && one.size === other.size && one.mtimeNs === other.mtimeNs;

/** The clear file at `path`. @throws RightsError `file-missing`, `file-unsuitable`, `file-unreadable`. */
export async function openClear(path: string, engine: Engine): Promise<SavedWork> {
  const source: SourceFile = await openSource(path);
  const { bytes, stat } = source;
  return {
    size: bytes.size,
    mtimeNs: stat.mtimeNs,
    look: lookOf(stat),
    read: bytes.read,
    plaintext: (result) => plaintextOf(bytes, result, engine),
    assertUntouched: () => source.assertUntouched(),
    close: () => source.close(),
  };
}

/** What was kept sealed. @throws RightsError `content-damaged`, `state-damaged`, `file-missing`. */
export async function openKeptWork(...of: Parameters<typeof openKept>): Promise<SavedWork> {
  const { content, close } = await openKept(...of);
  const read = async (offset: number, length: number) => {
    const bytes = new Uint8Array(length);
    let at = 0;
    for await (const piece of content.range(offset, length)) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  };
  return {
    size: content.size,
    look: null,
    read,
    plaintext: () => content.all(),
    assertUntouched: async () => undefined,
    close,
  };
}
