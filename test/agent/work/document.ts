import type { FileOps } from "../../../agent/work/file-ops.js";
import type { Journal } from "../../../agent/work/journal.js";
import { replaceFile } from "../../../agent/work/replace-file.js";
import { openSource } from "../../../agent/work/source-file.js";
import { type ByteSource, type Bytes, streamOf, utf8 } from "../../../shared/bytes.js";

/** Stands for protection: recognisable, and good only when it is whole. */
export const sealed = (text: string) => `sealed<${text}>`;

async function* seal(source: ByteSource): AsyncGenerator<Bytes> {
  yield utf8("sealed<");
  yield* streamOf(source, 7);
  yield utf8(">");
}

export async function assertSealed(written: ByteSource): Promise<void> {
  const text = new TextDecoder().decode(await written.read(0, written.size));
  if (!text.startsWith("sealed<") || !text.endsWith(">")) throw new Error("what was written is not whole");
}

export interface Job {
  path: string;
  target: string;
  journal: Journal;
  keep?: boolean;
  ops?: FileOps;
}

/** Replaces the file at `path` by its sealed form. */
export async function sealFile({ path, target, journal, keep = false, ops }: Job): Promise<string> {
  const source = await openSource(path, { ops });
  try {
    const write = () => seal(source.bytes);
    return await replaceFile({ source, target, keep, journal, ops, write, verify: assertSealed });
  } finally {
    await source.close();
  }
}

/** How many whole versions of `text` there are, clear or sealed. */
export const goodVersions = (files: Map<string, string>, text: string): string[] =>
  [...files].filter(([, content]) => content === text || content === sealed(text)).map(([name]) => name);
