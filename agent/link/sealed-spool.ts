import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { type ByteSource, type Bytes, newMemory } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { fileError } from "../work/file-errors.js";

/** A piece as it is sealed: content of this length, but for the last, and its tag behind. */
const pieceBytes = 1 << 20;
const tagBytes = 16;
const algorithm = "aes-256-gcm";

/**
 * Content on its way, on disk only as long as a job lives, and never in clear: sealed under a key that is nowhere but in
 * this process (threat T26). Written from its beginning to its end, then read at any place.
 */
export class SealedSpool {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #key = randomBytes(32);
  #piece: Bytes = newMemory(pieceBytes);
  #filled = 0;
  #pieces = 0;
  #isWhole = false;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** @param path - where nothing is yet. */
  static async create(path: string): Promise<SealedSpool> {
    return new SealedSpool(await open(path, "wx+", 0o600), path);
  }

  /** How much was put in, in bytes. */
  get size(): number {
    return this.#pieces * pieceBytes + this.#filled;
  }

  /** @throws RightsError `disk-full`. One call at a time. */
  async append(bytes: Bytes): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, pieceBytes - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === pieceBytes) await this.#writePiece();
    }
  }

  /** Everything is in. @returns it, for as long as the spool is open. */
  async finish(): Promise<ByteSource> {
    const { size } = this;
    if (this.#filled > 0) await this.#writePiece();
    this.#isWhole = true;
    this.#piece = newMemory(0);
    return { size, read: (offset, length, take = newMemory) => this.#read(size, offset, take(length)) };
  }

  /** The key is gone with it. */
  async close(): Promise<void> {
    this.#key.fill(0);
    await this.#file.close().catch(() => undefined);
  }

  async #writePiece(): Promise<void> {
    const cipher = createCipheriv(algorithm, this.#key, nonceOf(this.#pieces));
    const sealed = cipher.update(this.#piece.subarray(0, this.#filled));
    cipher.final(); // nothing more comes of this mode, and without a copy there is less to collect
    const place = this.#pieces * (pieceBytes + tagBytes);
    try {
      await writeAll(this.#file, sealed, place);
      await writeAll(this.#file, cipher.getAuthTag(), place + sealed.length);
    } catch (error) {
      throw fileError(error, this.#path, "write");
    }
    this.#pieces++;
    this.#filled = 0;
  }

  async #read(size: number, offset: number, into: Bytes): Promise<Bytes> {
    if (!this.#isWhole || offset + into.length > size) throw new RightsError("internal", "read beyond what is there");
    for (let done = 0; done < into.length; ) {
      const index = Math.floor((offset + done) / pieceBytes);
      const piece = await this.#open(index, Math.min(pieceBytes, size - index * pieceBytes));
      const part = piece.subarray(offset + done - index * pieceBytes).subarray(0, into.length - done);
      into.set(part, done);
      done += part.length;
    }
    return into;
  }

  async #open(index: number, length: number): Promise<Buffer> {
    const sealed = Buffer.allocUnsafe(length + tagBytes);
    const { bytesRead } = await this.#file.read(sealed, 0, sealed.length, index * (pieceBytes + tagBytes));
    const decipher = createDecipheriv(algorithm, this.#key, nonceOf(index));
    decipher.setAuthTag(sealed.subarray(length));
    try {
      if (bytesRead < sealed.length) throw new RightsError("file-changed", "it is shorter than it was");
      const opened = decipher.update(sealed.subarray(0, length));
      decipher.final();
      return opened;
    } catch (cause) {
      throw new RightsError("file-changed", "what was kept for a moment was changed on the disk; try again", { cause });
    }
  }
}

/** The key is new for each spool, and every piece is written once. */
function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 8);
  return nonce;
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}
