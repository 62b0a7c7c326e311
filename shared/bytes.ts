import { RightsError, type RightsErrorCode } from "./errors.js";

/** The one byte type: what Web Crypto accepts in Node and in browsers. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes that can be read at any place: a file, a Blob, an array. `size` is exact and does not change. */
export interface ByteSource {
  readonly size: number;
  /** Where the same bytes lie in an open file, for engines that read themselves. */
  readonly place?: FilePlace;
  /**
   * Exactly `length` bytes from `offset`, both inside `size`; fewer is an error of the implementation.
   * @param take - for bytes that have to be put somewhere first; a source that has them in memory shows them there.
   */
  read(offset: number, length: number, take?: Take): Promise<Bytes>;
}

/** A place in the file that this process has open under the number `file`. */
export interface FilePlace {
  readonly file: number;
  readonly offset: number;
  /** Is to hear of what is read there. */
  readonly count?: Count;
}

/** What is told how many bytes went by. */
export type Count = (bytes: number) => void;

/** Gives memory for `length` bytes, of any content. */
export type Take = (length: number) => Bytes;

export const newMemory: Take = (length) => new Uint8Array(length);

export const sourceOf = (bytes: Bytes): ByteSource => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});

/** `source` from `offset` to `offset + size`, as a source of its own. */
export const sliceSource = (source: ByteSource, offset: number, size = source.size - offset): ByteSource => ({
  size,
  place: source.place && { ...source.place, offset: source.place.offset + offset },
  read: (from, length, take) => source.read(offset + from, length, take),
});

/** The same source; `count` hears of every read. */
export const countedSource = ({ size, place, read }: ByteSource, count: Count): ByteSource => ({
  size,
  place: place && { ...place, count },
  async read(offset, length, take) {
    const bytes = await read(offset, length, take);
    count(bytes.length);
    return bytes;
  },
});

/** A source as a stream of pieces of `pieceBytes`, each read when it is asked for. */
export async function* streamOf(source: ByteSource, pieceBytes = 1 << 20, take?: Take): AsyncGenerator<Bytes> {
  for (let offset = 0; offset < source.size; offset += pieceBytes)
    yield await source.read(offset, Math.min(pieceBytes, source.size - offset), take);
}

/** The same pieces, the next one already on its way. For files only: who leaves early waits for it, however long. */
export async function* readAhead(stream: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  const pieces = stream[Symbol.asyncIterator]();
  let next = pieces.next();
  try {
    for (let piece = await next; !piece.done; piece = await next) {
      next = pieces.next();
      next.catch(() => undefined); // looked at in its turn
      yield piece.value;
    }
  } finally {
    await next.catch(() => undefined);
    await pieces.return?.();
  }
}

/** The last `length` bytes of a stream, or all it has, read to its end; of its pieces nothing is kept. */
export async function tailOf(stream: AsyncIterable<Bytes>, length: number): Promise<Bytes> {
  let tail: Bytes = new Uint8Array(0);
  for await (const piece of stream) {
    const last = piece.subarray(Math.max(0, piece.length - length));
    tail = concat(tail.subarray(Math.max(0, tail.length + last.length - length)), last);
  }
  return tail;
}

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** As every platform there is keeps 16-bit numbers: the low byte first. */
export function utf16le(text: string): Bytes {
  const ascii = utf8(text); // as licenses are; widening it natively is a matter of copying
  if (ascii.length === text.length) return new Uint8Array(new Uint16Array(ascii).buffer);
  return new Uint8Array(Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)).buffer);
}

export const concat = (...parts: readonly Uint8Array[]): Bytes => join(parts);

/** The same for a list of any length, which could be more than a call takes as arguments. */
export function join(parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Equality of public values; compare secrets with the platform's own constant-time function. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export const startsWith = (bytes: Uint8Array, prefix: Uint8Array): boolean =>
  equalBytes(bytes.subarray(0, prefix.length), prefix);

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromHex(text: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new RightsError("request-malformed", "not lower-case hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const alphabet = utf8("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const padding = 0x3d;
const noDigit = 0x40;
const digits = new Uint8Array(128).fill(noDigit);
for (const [digit, char] of alphabet.entries()) digits[char] = digit;
const decoder = new TextDecoder();

/** RFC 4648 §4 with padding: in XML and on the Microsoft side. By hand, since `btoa` takes many times as long. */
export function toBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const bits = (bytes[from]! << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    text[to] = alphabet[bits >> 18]!;
    text[to + 1] = alphabet[(bits >> 12) & 63]!;
    text[to + 2] = from + 1 < bytes.length ? alphabet[(bits >> 6) & 63]! : padding;
    text[to + 3] = from + 2 < bytes.length ? alphabet[bits & 63]! : padding;
  }
  return decoder.decode(text);
}

/** The only spelling is the one `toBase64` writes (docs/encodings.md): no other character, and no bit left over. */
export function fromBase64(text: string, code: RightsErrorCode): Bytes {
  const padded = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const chars = text.length - padded;
  const bytes = new Uint8Array(Math.floor((chars * 3) / 4));
  let wrong = text.length % 4;
  let bits = 0;
  for (let from = 0, to = 0; from < chars; from++) {
    const digit = digits[text.charCodeAt(from)] ?? noDigit;
    wrong |= digit & noDigit;
    bits = ((bits << 6) | digit) & 0xffff;
    if (from % 4 > 0) bytes[to++] = bits >> (6 - 2 * (from % 4));
  }
  const leftOver = bits & ((1 << (2 * padded)) - 1);
  if (wrong === 0 && leftOver === 0) return bytes;
  throw new RightsError(code, "a base64 value is not spelled as it must be");
}

/** RFC 4648 §5 without padding: in our JSON, headers and URLs. */
export const toBase64url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export function fromBase64url(text: string, code: RightsErrorCode): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new RightsError(code, "a base64url value is not spelled as it must be");
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(padded + "=".repeat((4 - (padded.length % 4)) % 4), code);
}

/** Reads little-endian fields in order; every read is checked against the end. */
export class ByteReader {
  readonly #bytes: Bytes;
  readonly #code: RightsErrorCode;
  #offset = 0;

  constructor(bytes: Bytes, code: RightsErrorCode) {
    this.#bytes = bytes;
    this.#code = code;
  }

  get offset(): number {
    return this.#offset;
  }

  take(length: number): Bytes {
    if (length > this.#bytes.length - this.#offset) throw new RightsError(this.#code, "the file ends too early");
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  u16(): number {
    const field = this.take(2);
    return new DataView(field.buffer, field.byteOffset, 2).getUint16(0, true);
  }

  u32(): number {
    const field = this.take(4);
    return new DataView(field.buffer, field.byteOffset, 4).getUint32(0, true);
  }

  u64(): bigint {
    const field = this.take(8);
    return new DataView(field.buffer, field.byteOffset, 8).getBigUint64(0, true);
  }
}

export const u16le = (value: number): Bytes => u32le(value).subarray(0, 2);

export function u32le(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64le(value: bigint): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

/**
 * The same bytes in pieces of exactly `size`, but for the last; nothing at all for an empty stream. Pieces that have
 * that size already pass as they are, all others are put together in memory from `take`.
 */
export async function* rechunk(stream: AsyncIterable<Bytes>, size: number, take = newMemory): AsyncGenerator<Bytes> {
  let piece: Bytes | null = null;
  let filled = 0;
  for await (let rest of stream) {
    if (piece === null && rest.length === size) {
      yield rest;
      continue;
    }
    while (rest.length > 0) {
      piece ??= take(size);
      const part = rest.subarray(0, size - filled);
      piece.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
      if (filled < size) break;
      yield piece;
      [piece, filled] = [null, 0];
    }
  }
  if (piece !== null) yield piece.subarray(0, filled);
}

/** A platform stream as the async iterable it is not yet in every browser. */
export async function* piecesOf(stream: ReadableStream<Bytes>): AsyncGenerator<Bytes> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined); // closed already, unless the consumer left early
  }
}

/** Everything a stream holds, at most `limit` bytes. */
export async function collect(stream: AsyncIterable<Bytes>, limit = Number.POSITIVE_INFINITY): Promise<Bytes> {
  const pieces: Bytes[] = [];
  let total = 0;
  for await (const piece of stream) {
    total += piece.length;
    if (total > limit) throw new RightsError("request-malformed", `longer than the ${limit} bytes allowed here`);
    pieces.push(piece);
  }
  return join(pieces);
}
