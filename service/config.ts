/** The service's one configuration file, JSON. Unknown keys stop the start. */
export interface ServiceConfig {
  /** The organisation's name, as people read it. */
  organisation: string;
  /** Where clients reach the service: an origin without path, `https:`, or `http:` on loopback only. */
  publicUrl: URL;
  /** Where it listens. Without TLS of its own this must be a loopback address: put a TLS proxy in front. */
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
export const databasePath = (config: ServiceConfig): string => `${config.dataFolder}/sealwright.db`;

/** `audit.head` in the data folder. */
export const auditHeadPath = (config: ServiceConfig): string => `${config.dataFolder}/audit.head`;
