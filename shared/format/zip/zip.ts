import { RightsError } from "../../errors.js";

/** What reading and writing a ZIP file share (APPNOTE.TXT 6.3 of PKWARE, docs/formats/zip.md). */

export const localMark = 0x0403_4b50;
export const centralMark = 0x0201_4b50;
export const endMark = 0x0605_4b50;
export const end64Mark = 0x0606_4b50;
export const locator64Mark = 0x0706_4b50;
export const descriptorMark = 0x0807_4b50;

export const localBytes = 30;
export const centralBytes = 46;
export const endBytes = 22;

/** In a field of 16 or 32 bits: the value stands in the ZIP64 part. */
export const in64 = { u16: 0xffff, u32: 0xffff_ffff } as const;

export const method = { stored: 0, deflated: 8 } as const;

/** Bits of the flags. */
export const flag = { encrypted: 1 << 0, descriptor: 1 << 3, utf8: 1 << 11 } as const;

export const zipMalformed = (detail: string, cause?: unknown): RightsError =>
  new RightsError("office-malformed", `this document is damaged (${detail}); ask for a new copy`, { cause });

export const zipUnsupported = (detail: string): RightsError =>
  new RightsError("office-unsupported", `this document is packed in a way that is not known here (${detail})`);

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  return crc;
});

/** CRC-32 of ISO 3309, as ZIP files carry it. @param before - of what stands in front. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}
