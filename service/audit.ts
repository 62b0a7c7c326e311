import type { Store } from "./store/store.js";

/** What people and programs did, or were refused. */
export type AuditAction =
  | "sign-in"
  | "certify"
  | "grant"
  | "publish"
  | "register"
  | "track"
  | "revoke"
  | "restore"
  | "administer";

/** One decision. Ids and digests only, and names as data: never key material, never content. */
export interface AuditEvent {
  action: AuditAction;
  /** `"done"`, or the code of the refusal. */
  result: string;
  /** Subject id of who asked; `null` when nobody is known. */
  subject: string | null;
  address?: string;
  name?: string;
  family?: string;
  /** Subject id of the document's issuer. */
  issuer?: string;
  contentId?: string;
  /** base64url of the publishing license's body digest. */
  licenseDigest?: string;
  /** Serial of the account certificate. */
  device?: string;
  /** RFC 7638 thumbprint of the key that proved possession. */
  proofKey?: string;
  tokenId?: string;
  ip?: string;
  correlationId?: string;
  /** Until when a use license that was given can be used (ms); none for one that is never stored. */
  until?: number;
  /** More, for people. */
  detail?: string;
}

export interface AuditRecord extends AuditEvent {
  /** From 1, without gaps. */
  seq: number;
  /** ms */
  time: number;
}

export interface AuditVerification {
  records: number;
  intact: boolean;
  /** `seq` of the first record that is not as it was written, or is missing. */
  firstBad: number | null;
  /** Hash of the last record, hex; 64 zeros when there is none. Kept elsewhere it proves what came before. */
  head: string;
}

export interface AuditQuery {
  family?: string;
  issuer?: string;
  subject?: string;
  action?: AuditAction;
  /** At most; 1000 unless told. */
  limit?: number;
}

export interface Audit {
  /** Resolves once the record is on disk: await it before a key leaves. */
  append(event: AuditEvent): Promise<void>;
  /** Newest first. */
  events(query: AuditQuery): Promise<AuditRecord[]>;
  /** The last moment (ms) a use license of a document can be used offline; `null` if none was ever given. */
  lastUse(family: string, issuer: string): Promise<number | null>;
  verify(): Promise<AuditVerification>;
  /** Writes the anchor a last time. */
  close(): Promise<void>;
}

export interface AuditOptions {
  store: Store;
  /** Where the head of the chain is noted outside the database (`audit.head`). */
  headFile: string;
  now?: () => number;
}
