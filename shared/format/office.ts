import { ByteReader, type ByteSource, type Bytes, sliceSource, u64le } from "../bytes.js";
import { malformed } from "./compound/compound-file.js";
import { type CompoundFile, isCompoundFile, readCompoundFile } from "./compound/read.js";
import { type CompoundEntry, encodeCompoundFile, maxStreamBytes } from "./compound/write.js";
import {
  checkVersionInfo,
  dataSpaceOf,
  encodeDefinition,
  encodeMap,
  encodeTransform,
  licenseOf,
  transformsOf,
  versionInfo,
  withoutMark,
} from "./data-spaces.js";

/** A natively protected Office document, as far as it is known without any key (docs/formats/office.md). */
export interface OfficeFile {
  readonly license: Bytes;
  /** What stands behind the length: the content region of ours, or what other programs encrypted. */
  readonly region: ByteSource;
  /** Length of the document inside, as the file says; what is inside proves it or not. */
  readonly plainSize: bigint;
  /** The label as other programs read it, in clear and unsigned; `null` where there is none. */
  readonly labelInfo: Bytes | null;
  /** `package`: a ZIP of .docx and its kin is inside; `binary`: a compound file of .doc and its kin. */
  readonly kind: "package" | "binary";
}

const dataSpaces = "\u0006DataSpaces";
const names = {
  package: { stream: "EncryptedPackage", space: "DRMEncryptedDataSpace", transform: "DRMEncryptedTransform" },
  binary: { stream: "\u0009DRMContent", space: "\u0009DRMDataSpace", transform: "\u0009DRMTransform" },
} as const;
const lengthBytes = 8;
/** Of the streams that say how the file is protected, without the license. */
const maxStructureBytes = 64 * 1024;
const maxTransformBytes = 1024 * 1024 + maxStructureBytes;
const maxLabelBytes = 256 * 1024;

/** The largest document that fits: its region must end below what a stream of this format may have. */
export const maxOfficeBytes = maxStreamBytes - (1 << 20);

/** What a new file is made of. */
export interface OfficeContent {
  readonly license: Bytes;
  readonly labelInfo: Bytes | null;
  readonly plainSize: number;
  readonly region: { readonly size: number; readonly pieces: AsyncIterable<Bytes> };
}

/**
 * A natively protected document: the compound file that Office writes for one, front to back in one pass.
 * @throws RightsError `file-unsuitable` for what does not fit; `file-changed` where the region is not as long as it said.
 */
export function encodeOffice({ license, labelInfo, plainSize, region }: OfficeContent): AsyncGenerator<Bytes> {
  const { stream, space, transform } = names.package;
  const label = labelInfo === null ? [] : [{ name: "LabelInfo", content: labelInfo }];
  const primary = { name: "\u0006Primary", content: encodeTransform(withoutMark(license)) };
  const structure: CompoundEntry = {
    name: dataSpaces,
    children: [
      { name: "Version", content: versionInfo },
      { name: "DataSpaceMap", content: encodeMap(stream, space) },
      { name: "DataSpaceInfo", children: [{ name: space, content: encodeDefinition(transform) }] },
      { name: "TransformInfo", children: [{ name: transform, children: [primary] }, ...label] },
    ],
  };
  const content = { size: lengthBytes + region.size, pieces: behindLength(plainSize, region.pieces) };
  return encodeCompoundFile([structure, { name: stream, content }]);
}

async function* behindLength(plainSize: number, region: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  yield u64le(BigInt(plainSize));
  yield* region;
}

/** Why a compound file is not one of ours to open. */
export type OtherCompound = "password" | "other";

/**
 * @returns `null` for what is no compound file; "password" for an Office document encrypted with a password; "other" for any
 * other compound file, such as a .doc or .msi. None of these is an error.
 * @throws RightsError `office-malformed`, `office-unsupported`.
 */
export async function readOffice(source: ByteSource): Promise<OfficeFile | OtherCompound | null> {
  const head = await source.read(0, Math.min(source.size, 8));
  if (!isCompoundFile(head)) return null;
  const file = await readCompoundFile(source);
  if (file.stream("EncryptionInfo") !== null) return "password";
  if (file.stream(dataSpaces, "DataSpaceMap") === null) return "other";
  for (const kind of ["package", "binary"] as const) {
    const content = file.stream(names[kind].stream);
    if (content === null) continue;
    const license = await readLicense(file, names[kind].stream);
    if (license === null) continue;
    return { kind, license, ...(await readContent(content)), labelInfo: await readLabel(file) };
  }
  return "other";
}

/** Through map, data space and transform, as the file names them; `null` where that does not lead to a license. */
async function readLicense(file: CompoundFile, stream: string): Promise<Bytes | null> {
  checkVersionInfo(await structure(file, dataSpaces, "Version"));
  const space = dataSpaceOf(await structure(file, dataSpaces, "DataSpaceMap"), stream);
  if (space === null) return null;
  const [transform, ...more] = transformsOf(await structure(file, dataSpaces, "DataSpaceInfo", space));
  if (transform === undefined || more.length > 0) return null;
  const primary = await bounded(file, maxTransformBytes, dataSpaces, "TransformInfo", transform, "\u0006Primary");
  const license = licenseOf(primary);
  return license === null ? null : withoutMark(license);
}

const structure = (file: CompoundFile, ...path: string[]) => bounded(file, maxStructureBytes, ...path);

async function bounded(file: CompoundFile, limit: number, ...path: string[]): Promise<Bytes> {
  const source = file.stream(...path);
  if (source === null) throw malformed("a part of the data spaces is missing");
  if (source.size > limit) throw malformed("a part of the data spaces is longer than any");
  return source.read(0, source.size);
}

async function readContent(source: ByteSource): Promise<{ plainSize: bigint; region: ByteSource }> {
  if (source.size < lengthBytes) throw malformed("it ends too early");
  const plainSize = new ByteReader(await source.read(0, lengthBytes), "office-malformed").u64();
  return { plainSize, region: sliceSource(source, lengthBytes) };
}

/** The label is only shown, and the license has its own: one that is too long is none. */
async function readLabel(file: CompoundFile): Promise<Bytes | null> {
  const source = file.stream(dataSpaces, "TransformInfo", "LabelInfo");
  return source === null || source.size > maxLabelBytes ? null : source.read(0, source.size);
}
