import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { isAbsolute, join } from "node:path";
import * as z from "zod";
import { normalizeAddress, normalizeDomain } from "../shared/address.js";
import { RightsError } from "../shared/errors.js";
import { parseJson } from "../shared/json.js";
import { linkPorts } from "../shared/protocol/agent-limits.js";
import { maxSuperHours } from "../shared/protocol/super-api.js";
import { isLoopback } from "./loopback.js";
import { MailConfig } from "./mail/mail-config.js";

/** The service's one configuration file, JSON. Unknown keys stop the start. */
export interface ServiceConfig {
  /** The organisation's name, as people read it. */
  organisation: string;
  /** Where clients reach the service: an origin without path, `https:`, or `http:` on loopback only. */
  publicUrl: URL;
  /** Where it listens. Without `tls` on loopback only: then a TLS proxy in front serves other computers. */
  listen: { host: string; port: number };
  /** Absolute paths of the certificate chain and its key, both PEM; read again on SIGHUP. Optional: plain http. */
  tls?: { certificateFile: string; keyFile: string } | undefined;
  /** Network addresses or CIDR ranges of the proxies whose `X-Forwarded-For` is believed. Optional, default none. */
  trustedProxies: string[];
  /** Whether people sign in with a password of this service. Optional, default true. */
  passwords: boolean;
  /** Other OpenID providers people sign in with, at most 16. Optional, default none. */
  providers: ProviderConfig[];
  /** Absolute folder of the database and the audit's anchor; private to the service's user. */
  dataFolder: string;
  /**
   * Where the tenant keys lie: the `file:` URL of the first one, which `seal service init` makes. Later ones lie beside it,
   * and which of them is active is in the database.
   */
  tenantKey: URL;
  /** Absolute path of the file that holds the passphrase of the tenant keys. */
  tenantKeyPassphraseFile: string;
  /**
   * How long an account certificate is valid, in days. Optional, 1 to 31, default 31: no longer than a tenant key that was
   * archived goes on vouching.
   */
  accountCertificateDays: number;
  /**
   * Who makes the account keys, which licenses are sealed to. `device`: each device its own, and its private half never
   * leaves it. `roaming`: the service, one for each person, kept sealed to the tenant key and handed to each of their
   * devices. Optional, default `device`.
   */
  accountKeys: "device" | "roaming";
  /** Who may ask to read what nobody gave them. Optional, default nobody. */
  superUsers?: SuperUsersConfig | undefined;
  /** Whether people outside of the organisation whom a policy names get in by a code that is mailed. Optional, default true. */
  guests: boolean;
  /**
   * The organisation's own mail domains, in which nobody is a guest, besides those of `providers`. Optional: every domain
   * in which somebody of the directory, or a group, has an address or had one.
   */
  ownDomains?: string[] | undefined;
  /** How it sends mail. Optional, default not at all: then no codes for guests, and owners see requests only when they look. */
  mail?: MailConfig | undefined;
  /** How old people and groups may be when the service decides, in minutes. Optional, 0 to 1440, default 180. */
  groupCacheMinutes: number;
  /**
   * Where the add-in looks for the agent on a person's computer, in this order. Optional, default the ports agents listen on
   * unless their `link.json` says otherwise.
   */
  agentPorts: number[];
  /** From which level on standard error tells. Optional: `error`, `warn` or `info`, default `warn`. */
  logLevel: "error" | "warn" | "info";
}

/** Super users: `people`, by the address shown of each, or the members of one `group`; not both. */
export interface SuperUsersConfig {
  people?: string[] | undefined;
  group?: string | undefined;
  /** Administrators, other than who asks, that must approve. Optional, 1 to 10, default 2. */
  approvals: number;
  /** How long one approval may last. Optional, 1 to 168, default 8. */
  maxHours: number;
}

/** Another OpenID provider. For it we are a client with the redirect address `<publicUrl>/oidc/callback/<id>`. */
export interface ProviderConfig {
  /** In addresses: lower-case letters, digits and dashes. */
  id: string;
  /** "Continue with NAME". */
  name: string;
  /** Compared character by character; https, or http on this computer. */
  issuer: string;
  clientId: string;
  /** Absolute path of the file that holds the client's secret. Optional: a public client. */
  clientSecretFile?: string | undefined;
  /** The mail domains it speaks for; a domain belongs to one provider. */
  domains: string[];
  /** The claim that says the address was verified. Optional, default `email_verified`. */
  verifiedClaim: string;
}

/** Of what may be left out. */
export const defaults = {
  trustedProxies: [],
  passwords: true,
  providers: [],
  accountCertificateDays: 31,
  accountKeys: "device",
  guests: true,
  groupCacheMinutes: 180,
  agentPorts: [...linkPorts],
  logLevel: "warn",
} satisfies Partial<ServiceConfig>;

/** `sealwright.db` in the data folder. */
export const databasePath = (config: ServiceConfig): string => join(config.dataFolder, "sealwright.db");

/** `metrics.token` in the data folder. */
export const metricsTokenPath = (config: ServiceConfig): string => join(config.dataFolder, "metrics.token");

/** `audit.head` in the data folder. */
export const auditHeadPath = (config: ServiceConfig): string => join(config.dataFolder, "audit.head");

const maxFileBytes = 64 * 1024;

const Url = z
  .string()
  .refine((text) => URL.canParse(text), "is no URL")
  .transform((text) => new URL(text));

const PublicUrl = Url.refine((url) => url.href === `${url.origin}/`, "has more than scheme, host and port").refine(
  (url) => url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)),
  "must be https, or http on this computer",
);

const Path = z.string().refine(isAbsolute, "must be an absolute path");

const Domain = z.string().transform((text, context) => {
  try {
    return normalizeDomain(text);
  } catch {
    context.addIssue("is no mail domain");
    return z.NEVER;
  }
});

const Address = z.string().transform((text, context) => {
  try {
    return normalizeAddress(text);
  } catch {
    context.addIssue("is no mail address");
    return z.NEVER;
  }
});

const SuperUsers = z
  .strictObject({
    people: z.array(Address).min(1).max(100).optional(),
    group: Address.optional(),
    approvals: z.int().min(1).max(10).default(2),
    maxHours: z.int().min(1).max(maxSuperHours).default(8),
  })
  .refine(({ people, group }) => (people === undefined) !== (group === undefined), "are people, or one group");

const Issuer = Url.refine(
  ({ protocol, hostname, search, hash }) =>
    (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) && search === "" && hash === "",
  "must be https, or http on this computer, with no query",
);

const Provider = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/, "must be lower-case letters, digits and dashes"),
  name: z.string().trim().min(1).max(100),
  issuer: z
    .string()
    .max(2048)
    .refine((text) => Issuer.safeParse(text).success, "must be an https address"),
  clientId: z.string().min(1).max(512),
  clientSecretFile: Path.optional(),
  domains: z.array(Domain).min(1).max(256),
  verifiedClaim: z.string().min(1).max(128).default("email_verified"),
});

const unique = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

const Providers = z
  .array(Provider)
  .max(16)
  .refine((all) => unique(all.map(({ id }) => id)), "have two of one id")
  .refine((all) => unique(all.map(({ issuer }) => issuer)), "have two of one issuer")
  .refine((all) => unique(all.flatMap(({ domains }) => domains)), "name a domain twice");

const Network = z.string().refine(isNetwork, "must be a network address, or a range like 10.0.0.0/8");

function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const most = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= most));
}

const ConfigFile = z
  .strictObject({
    organisation: z.string().trim().min(1).max(200),
    publicUrl: PublicUrl,
    listen: z.strictObject({ host: z.string().min(1).max(253), port: z.int().min(1).max(65_535) }),
    tls: z.strictObject({ certificateFile: Path, keyFile: Path }).optional(),
    trustedProxies: z.array(Network).max(64).default(defaults.trustedProxies),
    passwords: z.boolean().default(defaults.passwords),
    providers: Providers.default(defaults.providers),
    dataFolder: Path,
    tenantKey: Url.refine((url) => url.protocol === "file:", "must be a file: URL"),
    tenantKeyPassphraseFile: Path,
    accountCertificateDays: z.int().min(1).max(31).default(defaults.accountCertificateDays),
    accountKeys: z.enum(["device", "roaming"]).default(defaults.accountKeys),
    superUsers: SuperUsers.optional(),
    guests: z.boolean().default(defaults.guests),
    ownDomains: z.array(Domain).min(1).max(256).optional(),
    mail: MailConfig.optional(),
    groupCacheMinutes: z.int().min(0).max(1440).default(defaults.groupCacheMinutes),
    agentPorts: z.array(z.int().min(1024).max(65_535)).min(1).max(16).default(defaults.agentPorts),
    logLevel: z.enum(["error", "warn", "info"]).default(defaults.logLevel),
  })
  .refine(({ tls, listen }) => tls !== undefined || isLoopback(listen.host), {
    path: ["listen", "host"],
    message: "must be a loopback address without tls; set tls, or put a TLS proxy in front for other computers",
  })
  .refine(({ passwords, providers }) => passwords || providers.length > 0, {
    path: ["passwords"],
    message: "are the only way to sign in without providers",
  })
  .refine(({ tls, publicUrl }) => tls === undefined || publicUrl.protocol === "https:", {
    path: ["publicUrl"],
    message: "must be https where tls is set",
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
