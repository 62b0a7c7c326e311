import type { FileStat } from "./file-ops.js";

/** By what a file is known again; `ctimeNs` also moves when only its name or mode changes. */
export type FileIdentity = Pick<FileStat, "dev" | "ino" | "size" | "mtimeNs" | "ctimeNs">;

/** The same file, and nobody touched it: neither content, nor name, nor mode. */
export const isUntouched = (now: FileStat, then: FileIdentity): boolean =>
  isSameContent(now, then) && now.dev === then.dev && now.ctimeNs === then.ctimeNs;

/**
 * The same file with the same content, perhaps under another name. The device is not compared: some file systems get
 * another number each time they are mounted, and the folder is known already.
 */
export const isSameContent = (now: FileStat, then: Omit<FileIdentity, "dev" | "ctimeNs">): boolean =>
  now.kind === "file" && now.ino === then.ino && now.size === then.size && now.mtimeNs === then.mtimeNs;

export type StoredIdentity = Record<keyof FileIdentity, string>;

export const storeIdentity = ({ dev, ino, size, mtimeNs, ctimeNs }: FileIdentity): StoredIdentity => ({
  dev: `${dev}`,
  ino: `${ino}`,
  size: `${size}`,
  mtimeNs: `${mtimeNs}`,
  ctimeNs: `${ctimeNs}`,
});

/** Throws a SyntaxError where a field is not a whole number. */
export const readIdentity = (stored: StoredIdentity): FileIdentity => ({
  dev: BigInt(stored.dev),
  ino: BigInt(stored.ino),
  size: BigInt(stored.size),
  mtimeNs: BigInt(stored.mtimeNs),
  ctimeNs: BigInt(stored.ctimeNs),
});
