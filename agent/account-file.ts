import * as z from "zod";
import { utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { isId } from "../shared/ids.js";
import { parseJson } from "../shared/json.js";
import { maxServerCertificates } from "../shared/license/xrml.js";
import type { Home } from "./home.js";
import { readSmallFile, replaceSmallFile } from "./small-file.js";

const id = z.string().refine(isId);
const url = z.string().max(2048);
const document = z.string().max(256 * 1024);

/** An account key that the service keeps: what this device made itself (base64url SPKI), and the key sealed to that. */
const RoamingKey = z.strictObject({ device: z.string().max(800), sealed: z.string().max(8192) });
export type RoamingKey = z.infer<typeof RoamingKey>;

/** `account.json`: who is signed in where, whom the device believes, and its certificates. Nothing secret. */
const AccountRecord = z.strictObject({
  v: z.literal(1),
  service: url,
  api: url,
  token: url,
  /** Where the sign-in is ended; homes of before did not note it. */
  revocation: url.optional(),
  clientId: z.string().max(128),
  tenant: id,
  organisation: z.string().max(256),
  viewer: url.nullable(),
  subject: id,
  address: z.string().max(255),
  name: z.string().max(256),
  /** The oldest tenant key believed. */
  kid: z.string().max(64),
  /** The highest generation seen; it never goes down. */
  generation: z.int().min(1),
  accountCertificate: document,
  /** Where all devices of the person share one account key; `null` where this device made its own. */
  roaming: RoamingKey.nullable().default(null),
  /** `null` for who may open and not protect. */
  licensorCertificate: document.nullable(),
  /** What this device signs with (base64url SPKI); homes of before have it in the certificate alone. */
  licensorKey: z.string().max(800).optional(),
  /** The service said that this device was removed: nothing is done with it any more until somebody signs in. */
  removed: z.boolean().default(false),
  /** Tenant keys that others may have. Once heard, never taken back. */
  compromised: z.array(z.string().max(64)).max(maxServerCertificates).default([]),
  /** From the oldest tenant key believed to the newest. */
  serverCertificates: z.array(document).min(1).max(maxServerCertificates),
});
export type AccountRecord = z.infer<typeof AccountRecord>;

const maxBytes = 1024 * 1024;

/** @returns `null` when nobody is signed in. @throws RightsError `state-damaged`. */
export async function readAccountRecord(home: Home): Promise<AccountRecord | null> {
  const bytes = await readSmallFile(home.account, maxBytes);
  if (bytes === null) return null;
  const record = AccountRecord.safeParse(parseJson(bytes, "state-damaged"));
  if (record.success) return record.data;
  const message = `${home.account} is damaged; start afresh with: seal logout, then seal login`;
  throw new RightsError("state-damaged", message);
}

export const writeAccountRecord = (home: Home, record: AccountRecord): Promise<void> =>
  replaceSmallFile(home.account, utf8(JSON.stringify(record)));
