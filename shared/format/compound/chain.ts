import { type ByteSource, type Bytes, join, sliceSource, sourceOf, type Take } from "../../bytes.js";
import { endOfChain, malformed } from "./compound-file.js";

/** Sectors one behind another: what a chain is made of. */
interface Extent {
  /** Where it begins in the stream, and in what the sectors lie in. */
  readonly at: number;
  readonly offset: number;
  length: number;
}

/** More pieces than any program leaves a file in. */
const maxExtents = 1_000_000;

/** What sectors lie in: the file for large ones, the mini stream for small ones. */
export interface Sectors {
  readonly source: ByteSource;
  readonly sectorBytes: number;
  /** Where sector 0 begins in `source`. */
  readonly firstOffset: number;
  /** For each sector the next one of its chain. */
  readonly next: Uint32Array;
}

/** Follows chains; no sector belongs to two, and none comes twice in one. */
export class Chains {
  readonly #sectors: Sectors;
  readonly #isTaken: Uint8Array;

  constructor(sectors: Sectors) {
    this.#sectors = sectors;
    this.#isTaken = new Uint8Array(sectors.next.length);
  }

  /** For sectors that belong to no chain: those of the table itself. */
  claim(sector: number): void {
    if (sector >= this.#isTaken.length) throw malformed("the file names a sector that it does not have");
    if (this.#isTaken[sector] === 1) throw malformed("two parts of the file lie in the same place");
    this.#isTaken[sector] = 1;
  }

  /**
   * The sectors from `start`, in order.
   * @param count - how many there must be; `null` where the chain alone says so.
   */
  follow(start: number, count: number | null): number[] {
    const runs: number[] = []; // first sector and length of each run
    let sector = start;
    for (let i = 0; count === null ? sector !== endOfChain : i < count; i++) {
      this.claim(sector);
      const isNext = runs.length > 0 && runs.at(-2)! + runs.at(-1)! === sector;
      if (isNext) runs[runs.length - 1]! += 1;
      else runs.push(sector, 1);
      if (runs.length > 2 * maxExtents) throw malformed("a stream lies in too many pieces");
      sector = this.#sectors.next[sector]!;
    }
    if (sector !== endOfChain) throw malformed("a stream does not end where it should");
    return runs;
  }

  /** The stream of `size` bytes that begins at `start`, as a source. */
  stream(start: number, size: number): ByteSource {
    if (size === 0) return sourceOf(new Uint8Array(0));
    const { source, sectorBytes } = this.#sectors;
    if (size > source.size) throw malformed("a stream is longer than the file");
    return sourceOfRuns(this.#sectors, this.follow(start, Math.ceil(size / sectorBytes)), size);
  }

  /** A chain whole, to the end of its last sector. */
  whole(start: number): ByteSource {
    const runs = this.follow(start, null);
    const sectors = runs.reduce((sum, length, i) => (i % 2 === 1 ? sum + length : sum), 0);
    return sourceOfRuns(this.#sectors, runs, sectors * this.#sectors.sectorBytes);
  }
}

/**
 * Sectors, given as runs (first sector and how many, in turn), as one source of `size` bytes.
 * @throws RightsError `office-malformed` where the file does not have them.
 */
export function sourceOfRuns(
  { source, sectorBytes, firstOffset }: Sectors,
  runs: readonly number[],
  size: number,
): ByteSource {
  const extents: Extent[] = [];
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const [offset, length] = [firstOffset + runs[i]! * sectorBytes, Math.min(runs[i + 1]! * sectorBytes, size - at)];
    if (offset + length > source.size) throw malformed("it ends too early");
    const last = extents.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else extents.push({ at, offset, length });
    at += length;
  }
  const [first] = extents;
  return extents.length === 1 ? sliceSource(source, first!.offset, size) : scattered(source, extents, size);
}

/** The last extent that begins at or before `offset`. */
function extentAt(extents: readonly Extent[], offset: number): number {
  let [low, high] = [0, extents.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (extents[middle]!.at <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function scattered(source: ByteSource, extents: readonly Extent[], size: number): ByteSource {
  return {
    size,
    async read(offset: number, length: number, take?: Take): Promise<Bytes> {
      const parts: Bytes[] = [];
      for (let i = extentAt(extents, offset), left = length; left > 0; i++) {
        const extent = extents[i]!;
        const from = Math.max(0, offset - extent.at);
        const wanted = Math.min(extent.length - from, left);
        parts.push(await source.read(extent.offset + from, wanted));
        left -= wanted;
      }
      if (take === undefined) return join(parts);
      const taken = take(length);
      taken.set(join(parts));
      return taken;
    },
  };
}
