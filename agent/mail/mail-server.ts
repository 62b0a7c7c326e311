import * as z from "zod";
import { utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { parseJson } from "../../shared/json.js";
import { isMailable } from "../../shared/mail-line.js";
import type { SecretFiles } from "../secret-files.js";

/** Where this person's mail goes out: kept as their keys are, sealed under the device key. */
export interface MailServer {
  /** `smtps://ada@mail.contoso.example`, without a password. */
  readonly url: string;
  /** The address mails come from. */
  readonly from: string;
  readonly password: string | null;
}

const Kept = z.object({ v: z.literal(1), url: z.string(), from: z.string(), password: z.string().nullable() });
const name = "mail-server";
const wrong = (message: string): RightsError => new RightsError("usage", message);

/** What an address of a mail server says. */
export interface MailPlace {
  readonly host: string;
  readonly port: number;
  /** `implicit`: encrypted from the first byte. `starttls`: before anything is said. `none`: on this computer only. */
  readonly tls: "implicit" | "starttls" | "none";
  readonly user: string | null;
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * `smtps://user@host` or `smtp://user@host:587`; in clear to this computer only.
 * @throws RightsError `usage`, with how it is written.
 */
export function parseMailPlace(text: string): MailPlace {
  const how = "write it like smtps://ada@mail.contoso.example or smtp://ada@mail.contoso.example:587";
  if (!URL.canParse(text) || text.length > 500) throw wrong(`this is no address of a mail server; ${how}`);
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  if (password !== "") throw wrong("a password is not written into the address; give it with --password-stdin");
  if (!["smtp:", "smtps:"].includes(protocol) || hostname === "" || !["", "/"].includes(pathname + search + hash))
    throw wrong(`this is no address of a mail server; ${how}`);
  const tls = protocol === "smtps:" ? "implicit" : loopback.test(hostname) ? "none" : "starttls";
  const usual = { implicit: 465, starttls: 587, none: 25 };
  const user = username === "" ? null : decodeURIComponent(username);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual[tls] : Number(port), tls, user };
}

/** Durable when this returns. @throws RightsError `usage`. */
export async function keepMailServer(secrets: SecretFiles, server: MailServer): Promise<void> {
  const { user } = parseMailPlace(server.url);
  if (!isMailable(server.from)) throw wrong(`mail cannot come from ${server.from}; name an address with --from`);
  if ((user === null) !== (server.password === null))
    throw wrong("a name in the address and --password-stdin belong together");
  await secrets.write(name, utf8(JSON.stringify({ v: 1, ...server })));
}

/** @returns `null` where none was set. @throws RightsError `state-damaged`, `keystore-unavailable`. */
export async function keptMailServer(secrets: SecretFiles): Promise<MailServer | null> {
  const bytes = await secrets.read(name);
  if (bytes === null) return null;
  const kept = Kept.safeParse(parseJson(bytes, "state-damaged"));
  if (kept.success) return kept.data;
  throw new RightsError(
    "state-damaged",
    "what is kept of the mail server is damaged; set it again with: seal mail set",
  );
}

export const forgetMailServer = (secrets: SecretFiles): Promise<void> => secrets.remove(name);
