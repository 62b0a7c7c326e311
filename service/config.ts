import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { RightsError } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";

/** The service's one configuration file, JSON. Unknown keys stop the start. */
export interface ServiceConfig {
  /** The organisation's name, as people read it. */
  organisation: string;
  /** Where clients reach the service: an origin without path, `https:`, or `http:` on loopback only. */
  publicUrl: URL;
  /** Where it listens, always on loopback: for other computers put a TLS proxy in front. */
  listen: { host: string; port: number };
  /** Absolute folder of the database and the audit's anchor; private to the service's user. */
  dataFolder: string;
  /** The tenant key, a `file:` URL. It must exist already: make it with `seal service init`. */
  tenantKey: URL;
  /** Absolute path of the file that holds the passphrase of `tenantKey`. */
  tenantKeyPassphraseFile: string;
  /** How long an account certificate is valid, in days. Optional, 1 to 366, default 31. */
  accountCertificateDays: number;
}

/** `sealwright.db` in the data folder. */
export const databasePath = (config: ServiceConfig): string => join(config.dataFolder, "sealwright.db");

/** `audit.head` in the data folder. */
export const auditHeadPath = (config: ServiceConfig): string => join(config.dataFolder, "audit.head");

const maxFileBytes = 64 * 1024;

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);

const Url = z
  .string()
  .refine((text) => URL.canParse(text), "is no URL")
  .transform((text) => new URL(text));

const PublicUrl = Url.refine((url) => url.href === `${url.origin}/`, "has more than scheme, host and port").refine(
  (url) => url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)),
  "must be https, or http on this computer",
);

const Folder = z.string().refine(isAbsolute, "must be an absolute path");

const ConfigFile = z.strictObject({
  organisation: z.string().trim().min(1).max(200),
  publicUrl: PublicUrl,
  listen: z.strictObject({
    host: z.string().refine(isLoopback, "must be a loopback address; put a TLS proxy in front for other computers"),
    port: z.int().min(1).max(65_535),
  }),
  dataFolder: Folder,
  tenantKey: Url.refine((url) => url.protocol === "file:", "must be a file: URL"),
  tenantKeyPassphraseFile: Folder,
  accountCertificateDays: z.int().min(1).max(366).default(31),
});

/** @throws RightsError config-invalid that names the first field that is wrong. */
export function parseConfig(text: Uint8Array<ArrayBuffer>): ServiceConfig {
  if (text.length > maxFileBytes) throw new RightsError("config-invalid", "the configuration is too long");
  const parsed = ConfigFile.safeParse(parseJson(text, "config-invalid"));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new RightsError("config-invalid", `the configuration is wrong: ${[path.join("."), message].join(" ").trim()}`);
}

/** What `parseConfig` reads back. */
export const encodeConfig = (config: ServiceConfig): string => `${JSON.stringify(config, null, 2)}\n`;

/** @throws RightsError file-missing, or config-invalid. */
export async function readConfig(path: string): Promise<ServiceConfig> {
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const code = error.code === "ENOENT" ? "file-missing" : "file-unreadable";
    throw new RightsError(code, `the configuration ${path} cannot be read`, { cause: error });
  });
  return parseConfig(Uint8Array.from(text));
}
