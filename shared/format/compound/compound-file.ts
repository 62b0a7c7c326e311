import { RightsError } from "../../errors.js";

/** What reading and writing a compound file share ([MS-CFB] 2.1, docs/formats/compound-file.md). */

export const magic = Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);
export const byteOrder = 0xfffe;
export const headerBytes = 512;
/** How many sectors of the allocation table the header itself names. */
export const fatSectorsInHeader = 109;
export const miniSectorBytes = 64;
/** Streams below it lie in the mini stream. */
export const miniCutoffBytes = 4096;

/** Numbers that are no sector's. */
export const difatSector = 0xffff_fffc;
export const fatSector = 0xffff_fffd;
export const endOfChain = 0xffff_fffe;
export const noSector = 0xffff_ffff;

/** What an entry of the directory is. */
export const entryKind = { unused: 0, storage: 1, stream: 2, root: 5 } as const;
export const entryBytes = 128;
/** In UTF-16 units; a NUL follows. */
export const maxNameLength = 31;
/** Where a directory entry names no other. */
export const noEntry = 0xffff_ffff;

export const malformed = (detail: string) =>
  new RightsError("office-malformed", `this document is damaged (${detail}); ask for a new copy`);

/** [MS-CFB] 2.6.4: shorter names come first, equal lengths by the code units of the upper case. */
export function compareNames(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  const [upperA, upperB] = [upperCase(a), upperCase(b)];
  return upperA < upperB ? -1 : upperA > upperB ? 1 : 0;
}

/** Unit by unit, so that no name gets longer. */
export const upperCase = (name: string): string =>
  Array.from({ length: name.length }, (_, i) => {
    const upper = name.charAt(i).toUpperCase();
    return upper.length === 1 ? upper : name.charAt(i);
  }).join("");
