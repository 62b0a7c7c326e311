import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { assetPath } from "../../protocol/page-api.js";

const pack = promisify(gzip);

const types: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".ttf": "font/ttf",
  ".pfb": "application/octet-stream",
  ".bcmap": "application/octet-stream",
};

/** A file that pages load. Its name changes with its content, so that it may be kept for good. */
export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** The same, compressed once. */
  packed(): Promise<Buffer>;
}

/** What the build made for pages, all in memory: a few files, and nobody names a path on the disk. */
export class Assets {
  readonly #files: ReadonlyMap<string, Asset>;

  private constructor(files: ReadonlyMap<string, Asset>) {
    this.#files = files;
  }

  /** @returns `null` where nothing was built: a service without pages. */
  static async read(folder: URL): Promise<Assets | null> {
    const names = await readdir(folder).catch(() => []);
    const served = names.filter((name) => extname(name) in types && /^[\w-][\w.-]*$/.test(name));
    if (served.length === 0) return null;
    return new Assets(
      new Map(await Promise.all(served.map(async (name) => [name, await readAsset(folder, name)] as const))),
    );
  }

  find = (name: string): Asset | null => this.#files.get(name) ?? null;

  /** Where the one built from `entry` is: "viewer.js" is at `/view/assets/viewer-HASH.js`. */
  pathOf = (entry: string): string => {
    const extension = extname(entry);
    const front = `${entry.slice(0, -extension.length)}-`;
    const name = [...this.#files.keys()].find(
      (one) => one.startsWith(front) && extname(one) === extension && !one.slice(front.length).includes("-"),
    );
    if (name === undefined) throw new Error(`the build has no ${entry}`);
    return assetPath + name;
  };
}

async function readAsset(folder: URL, name: string): Promise<Asset> {
  const bytes = await readFile(new URL(name, folder));
  let packing: Promise<Buffer> | null = null;
  const packed = () => {
    packing ??= pack(bytes, { level: 9 });
    return packing;
  };
  return { type: types[extname(name)]!, bytes, packed };
}
