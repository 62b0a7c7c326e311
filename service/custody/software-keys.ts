import { createPublicKey } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Bytes, fromBase64url, toHex } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import type { Custody, KeyPlace, PlacedKey } from "./custody.js";
import { publicHalfIn } from "./key-file.js";
import {
  newPrivateKey,
  type OpenOptions,
  openSoftwareKey,
  publicHalfOf,
  readBounded,
  readSoftwareKey,
  type SoftwareKey,
  writeSoftwareKey,
} from "./software.js";

/**
 * Tenant keys in files: the first where the configuration names it (`tenant.key`), each later one beside it, named
 * after it and its own key id (`tenant.key.7e76cf97…`), all under one passphrase.
 */
export class SoftwareKeys implements KeyPlace {
  readonly #first: SoftwareKey;
  readonly #options: OpenOptions;

  constructor(first: SoftwareKey, options: OpenOptions = {}) {
    this.#first = first;
    this.#options = options;
  }

  first(): Promise<PlacedKey> {
    return placedIn(this.#first.url);
  }

  async list(): Promise<PlacedKey[]> {
    return (await this.#files()).map(({ kid, bits }) => ({ kid, bits }));
  }

  async make(): Promise<PlacedKey> {
    const pkcs8 = await newPrivateKey();
    try {
      return await this.add(pkcs8);
    } finally {
      pkcs8.fill(0);
    }
  }

  /** A key from elsewhere, PKCS#8. @throws RightsError config-invalid when it is there already, or cannot serve. */
  async add(pkcs8: Bytes): Promise<PlacedKey> {
    const urlOf = (kid: string) => pathToFileURL(`${fileURLToPath(this.#first.url)}.${nameOf(kid)}`);
    const { kid, bits } = await writeSoftwareKey(pkcs8, urlOf, this.#first.passphraseFile);
    return { kid, bits };
  }

  async open(kid: string, busy: boolean): Promise<Custody> {
    const custody = await openSoftwareKey(await this.#keyOf(kid), {
      ...this.#options,
      ...(busy ? {} : { threads: 1 }),
    });
    if (custody.publicKey.kid === kid) return custody;
    await custody.close();
    throw new RightsError("config-invalid", `the file of the tenant key ${nameOf(kid)} holds another key than it says`);
  }

  /** PKCS#8, to be overwritten after use. */
  async read(kid: string): Promise<Bytes> {
    return readSoftwareKey(await this.#keyOf(kid));
  }

  /** The files, for whoever copies them: sealed as they are. */
  async files(): Promise<URL[]> {
    return (await this.#files()).map(({ url }) => url);
  }

  async #keyOf(kid: string): Promise<SoftwareKey> {
    const file = (await this.#files()).find((one) => one.kid === kid);
    if (file) return { url: file.url, passphraseFile: this.#first.passphraseFile };
    const beside = fileURLToPath(this.#first.url);
    throw new RightsError(
      "file-missing",
      `the tenant key ${nameOf(kid)} is not there; put its file back as ${beside} or beside it, from your copy`,
    );
  }

  async #files() {
    const path = fileURLToPath(this.#first.url);
    const [folder, name] = [dirname(path), basename(path)];
    const later = (one: string) => one.startsWith(`${name}.`) && /^[0-9a-f]{32}$/.test(one.slice(name.length + 1));
    const names = (await readdir(folder).catch(() => [])).filter((one) => one === name || later(one));
    const files = names.map(async (one) => {
      const url = pathToFileURL(join(folder, one));
      // One that is damaged is as good as missing, and said so when it is asked for.
      return placedIn(url).then(
        (placed) => ({ url, ...placed }),
        () => null,
      );
    });
    return (await Promise.all(files)).filter((file) => file !== null);
  }
}

/** The first half of a key id, as people compare it, without its spaces. */
const nameOf = (kid: string): string => toHex(fromBase64url(kid, "internal").subarray(0, 16));

async function placedIn(url: URL): Promise<PlacedKey> {
  const spki = publicHalfIn(await readBounded(fileURLToPath(url)));
  const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  const { kid, bits } = await publicHalfOf(key);
  return { kid, bits };
}
