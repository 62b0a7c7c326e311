import { X509Certificate } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { parseJson } from "../../shared/json.js";
import { dayMs } from "../../shared/time.js";
import type { Home } from "../home.js";
import { readSmallFile, replaceSmallFile } from "../small-file.js";
import { type LinkCertificate, makeCertificate } from "./authority.js";

/** What the link keeps in the home: its certificate, where it listens, and what it is told. */

const maxBytes = 64 * 1024;
const certificateFile = (home: Home) => join(home.link, "certificate.pem");
const hereFile = (home: Home) => join(home.link, "here.json");

/** For browsers to trust; nothing secret. */
export const authorityFile = (home: Home): string => join(home.link, "authority.pem");

/** So long before its end another certificate is made, and has to be trusted anew. */
const renewBeforeMs = 14 * dayMs;

const blocks = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g;

/** The certificate of this home, `null` where there is none that holds. */
export async function readCertificate(home: Home, nowMs: number): Promise<LinkCertificate | null> {
  const bytes = await readSmallFile(certificateFile(home), maxBytes).catch(() => null);
  const [key, certificate, authority] = (bytes === null ? "" : new TextDecoder().decode(bytes)).match(blocks) ?? [];
  if (key === undefined || certificate === undefined || authority === undefined) return null;
  const until = endOf(certificate);
  return until !== null && until - nowMs > renewBeforeMs ? { key, certificate, authority } : null;
}

/** When a certificate ends, in ms; `null` where it is none. */
export function endOf(certificate: string): number | null {
  try {
    return Date.parse(new X509Certificate(certificate).validTo);
  } catch {
    return null;
  }
}

/** The same, made where there is none. One file, so that key and certificate are always of one another. */
export async function openCertificate(home: Home, nowMs = Date.now()): Promise<LinkCertificate> {
  await mkdir(home.link, { recursive: true, mode: 0o700 });
  const kept = await readCertificate(home, nowMs);
  if (kept !== null) return kept;
  const made = await makeCertificate(nowMs);
  const { key, certificate, authority } = made;
  await replaceSmallFile(certificateFile(home), utf8(`${key.trim()}\n${certificate.trim()}\n${authority.trim()}\n`));
  await replaceSmallFile(authorityFile(home), utf8(`${authority.trim()}\n`));
  return made;
}

/** SHA-256 of a certificate: who answers with it has its key. */
export const fingerprintOf = (certificate: string): string => new X509Certificate(certificate).fingerprint256;

const Here = z.object({ v: z.literal(1), port: z.int().min(1).max(65_535), pid: z.int(), fingerprint: z.string() });
/** Where the link listens, for programs of the same user: anything could listen on a port. */
export type Here = z.infer<typeof Here>;

export const announce = (home: Home, here: Omit<Here, "v">): Promise<void> =>
  replaceSmallFile(hereFile(home), utf8(JSON.stringify({ v: 1, ...here } satisfies Here)));

export const withdraw = (home: Home): Promise<void> => rm(hereFile(home), { force: true });

export async function whereIsLink(home: Home): Promise<Here | null> {
  const bytes = await readSmallFile(hereFile(home), maxBytes).catch(() => null);
  const parsed = bytes === null ? null : Here.safeParse(parseJson(bytes, "state-damaged"));
  return parsed?.success ? parsed.data : null;
}

/** `link.json` in the home. Unknown keys are refused. */
const LinkSettings = z.strictObject({
  /** Origins of pages that may pair, besides the service's own: `https://addin.contoso.example`, exactly as browsers say them. */
  origins: z.array(z.string().max(300)).max(16).default([]),
  /** Instead of the usual three: where more than three people use one computer. Pages have to be told, too. */
  ports: z.array(z.int().min(1024).max(65_535)).min(1).max(16).optional(),
  /** In development: a folder of pages that the agent serves under `https://localhost:PORT/`. */
  pages: z.string().max(4096).optional(),
});
export type LinkSettings = z.infer<typeof LinkSettings>;

/** @throws RightsError `config-invalid`. */
export async function readLinkSettings(home: Home): Promise<LinkSettings> {
  const bytes = await readSmallFile(home.linkSettings, maxBytes);
  const parsed = LinkSettings.safeParse(bytes === null ? {} : parseJson(bytes, "config-invalid"));
  const wrong = parsed.success ? parsed.data.origins.find((origin) => !isOrigin(origin)) : "it";
  if (parsed.success && wrong === undefined) return parsed.data;
  throw new RightsError(
    "config-invalid",
    `${home.linkSettings} is not as it must be${wrong === "it" ? "" : `: ${wrong} is no origin`}; write origins like https://addin.contoso.example`,
  );
}

/** As a browser spells it: scheme, host in lower case, and the port only where it is not the usual one. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return origin === text && (protocol === "https:" || protocol === "http:");
}
