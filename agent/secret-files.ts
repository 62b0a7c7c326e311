import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Bytes, concat, utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import type { DeviceKey } from "./os-keystore.js";
import { isTemporary, readSmallFile, replaceSmallFile } from "./small-file.js";

/** Files of one folder, each sealed under the device key to its subject and its own name (docs/encodings.md). */
export interface SecretFiles {
  readonly folder: string;
  /** @returns `null` when there is none. @throws RightsError `state-damaged`, `keystore-unavailable`. */
  read(name: string): Promise<Bytes | null>;
  /** When this returns, the new content survives a loss of power; before, the old one is whole. */
  write(name: string, content: Bytes): Promise<void>;
  remove(name: string): Promise<void>;
  names(): Promise<string[]>;
}

const nonceBytes = 12;
const tagBytes = 16;
const maxContentBytes = 4 * 1024 * 1024;

/** @param subject - whose secrets these are: a file of another person on the same device does not open. */
export function secretFiles(folder: string, subject: string, deviceKey: () => Promise<DeviceKey>): SecretFiles {
  const pathOf = (name: string) => {
    if (!/^[a-z0-9-]{1,100}$/.test(name)) throw new RightsError("internal", "a secret file has another name");
    return join(folder, name);
  };
  const parameters = (name: string, iv: Bytes) => ({
    name: "AES-GCM",
    iv,
    additionalData: utf8(`sealwright/device/v1\0${subject}\0${name}`),
  });
  return {
    folder,
    async read(name) {
      const file = await readSmallFile(pathOf(name), nonceBytes + maxContentBytes + tagBytes);
      if (file === null) return null;
      const { key } = await deviceKey();
      try {
        const iv = file.slice(0, nonceBytes);
        return new Uint8Array(await crypto.subtle.decrypt(parameters(name, iv), key, file.slice(nonceBytes)));
      } catch (cause) {
        throw new RightsError("state-damaged", `${pathOf(name)} is damaged or belongs to another device`, { cause });
      }
    },
    async write(name, content) {
      if (content.length > maxContentBytes) throw new RightsError("internal", "too much for a secret file");
      const { key } = await deviceKey();
      const iv = crypto.getRandomValues(new Uint8Array(nonceBytes));
      const sealed = await crypto.subtle.encrypt(parameters(name, iv), key, content);
      await replaceSmallFile(pathOf(name), concat(iv, new Uint8Array(sealed)));
    },
    remove: (name) => rm(pathOf(name), { force: true }),
    names: async () => (await readdir(folder)).filter((name) => !isTemporary(name)),
  };
}
