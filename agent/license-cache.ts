import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { type Bytes, fromBase64, toBase64, toHex, utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import type { UseLicense } from "../shared/license/use-license.js";
import type { SecretFiles } from "./secret-files.js";

/** More use licenses than this are not kept; the ones written longest ago go first. */
const maxLicenses = 10_000;

/** Counting all of them takes a while, so it is done now and then, and then with room for some time. */
const sweepEvery = 200;

const text = z.string().max(2 * 1024 * 1024);
const Kept = z.strictObject({ v: z.literal(1), useLicense: text, permit: text.nullable() });

/** A use license as the service gave it, not verified again yet. */
export interface KeptLicense {
  readonly useLicense: Bytes;
  readonly permit: Bytes | null;
}

/** Use licenses by the digest of their publishing license; a damaged one is none, and is removed. */
export class LicenseCache {
  readonly #files: SecretFiles;
  readonly #limit: number;
  #writes = 0;

  constructor(files: SecretFiles, limit = maxLicenses) {
    this.#files = files;
    this.#limit = limit;
  }

  /** @throws RightsError `keystore-unavailable`. */
  async get(digest: Bytes): Promise<KeptLicense | null> {
    try {
      const bytes = await this.#files.read(toHex(digest));
      if (bytes === null) return null;
      const { useLicense, permit } = Kept.parse(parseJson(bytes, "state-damaged"));
      const decode = (base64: string) => fromBase64(base64, "state-damaged");
      return { useLicense: decode(useLicense), permit: permit === null ? null : decode(permit) };
    } catch (error) {
      if (error instanceof RightsError && error.code !== "state-damaged") throw error;
      await this.remove(digest);
      return null;
    }
  }

  /** Keeps what may be kept; for what may not, whatever was kept before goes. */
  async put(use: UseLicense, kept: KeptLicense): Promise<void> {
    if (!use.mayStore) return this.remove(use.licenseDigest);
    if (this.#writes++ % sweepEvery === 0) await this.#sweep();
    const permit = kept.permit && toBase64(kept.permit);
    const content = { v: 1, useLicense: toBase64(kept.useLicense), permit } satisfies z.infer<typeof Kept>;
    await this.#files.write(toHex(use.licenseDigest), utf8(JSON.stringify(content)));
  }

  remove = (digest: Bytes): Promise<void> => this.#files.remove(toHex(digest));

  async #sweep(): Promise<void> {
    const names = await this.#files.names();
    if (names.length <= this.#limit - sweepEvery) return;
    const written = await Promise.all(names.map((name) => writtenMs(join(this.#files.folder, name))));
    const oldestFirst = names.map((name, i) => ({ name, ms: written[i]! })).sort((a, b) => a.ms - b.ms);
    const excess = names.length - Math.floor(this.#limit * 0.9);
    for (const { name } of oldestFirst.slice(0, Math.max(excess, 0)))
      await rm(join(this.#files.folder, name), { force: true });
  }
}

const writtenMs = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0, // another process removed it
  );
