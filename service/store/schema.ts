import type { Generated } from "kysely";

/**
 * The tables, the same on every engine: text ids we make ourselves, milliseconds as bigint, JSON as text, 0 and 1 for
 * booleans. Addresses are normalized, key ids are those of docs/encodings.md.
 */
export interface Schema {
  settings: { name: string; value: string };
  people: PersonRow;
  /** `since` (ms): somebody else had the address before; what was protected earlier names them. */
  addresses: { address: string; person: string; position: number; since: number | null };
  /** Who had an address before: id of a person, or `group`. */
  former_addresses: { address: string; holder: string; until: number };
  groups: { address: string; name: string };
  group_members: { group_address: string; member: string };
  tenant_keys: TenantKeyRow;
  devices: DeviceRow;
  device_keys: { kid: string; person: string };
  account_keys: AccountKeyRow;
  templates: { id: string; version: number; json: string };
  labels: { id: string; json: string };
  /** Who may protect: ids of people, addresses of groups; everybody if there are none. */
  publishers: { member: string };
  super_access: SuperAccessRow;
  access_requests: AccessRequestRow;
  super_approvals: { access: string; person: string; time: number };
  /** One row: what holds for all labels, and how often they were changed. */
  policy: { name: "current"; version: number; mandatory: number };
  documents: DocumentRow;
  amendments: AmendmentRow;
  registered_licenses: RegisteredLicenseRow;
  proofs: { id: string; until: number };
  oidc_payloads: OidcPayloadRow;
  identities: { issuer: string; subject: string; person: string };
  /** People outside of the directory: `last` (ms) came in; `proven`: by a code that mail brought them. */
  guests: { person: string; address: string; made: number; last: number | null; proven: Generated<number | null> };
  guest_codes: GuestCodeRow;
  guest_passkeys: GuestPasskeyRow;
  audit: AuditRow;
}

/** Of a removed person the name stays, for what they protected. */
export type PersonState = "active" | "disabled" | "removed";

export interface PersonRow {
  id: string;
  name: string;
  password_hash: string | null;
  administrator: number;
  state: PersonState;
  must_change: Generated<number>;
}

export interface TenantKeyRow {
  kid: string;
  generation: number | null;
  added: number;
  archived: number | null;
  compromised: number | null;
  /** When that was said. */
  declared: number | null;
}

export interface DeviceRow {
  rac_serial: string;
  clc_serial: string;
  person: string;
  account_kid: string;
  /** The device's own key: the same, unless the person's devices share one that the service keeps. */
  device_kid: string;
  licensor_kid: string;
  proof_key: string;
  /** Id of the device, the same with each new certificate. */
  device: string;
  name: string | null;
  system: string | null;
  issued: number;
  until: number;
  revoked: number | null;
}

export interface AccountKeyRow {
  person: string;
  kid: string;
  public_key: string;
  sealed: string;
  tenant_kid: string;
  made: number;
}

export interface DocumentRow {
  family: string;
  issuer: string;
  content_id: string;
  name: string | null;
  label: string | null;
  template: string | null;
  registered: number;
  revoked: number | null;
  amendment: number | null;
  amended: number | null;
}

export interface AmendmentRow {
  family: string;
  issuer: string;
  version: number;
  id: string;
  person: string;
  time: number;
  shrank: number;
  json: string;
}

export interface SuperAccessRow {
  id: string;
  person: string;
  reason: string;
  hours: number;
  /** Approvals it takes. */
  needed: number;
  asked: number;
  until: number | null;
  ended: number | null;
}

/** One of each person about each document. */
export interface AccessRequestRow {
  id: string;
  family: string;
  issuer: string;
  /** Address of the owner, as the policy has it. */
  owner: string;
  /** When the license was made: whose the address was then. */
  issued: number;
  content_id: string;
  document: string | null;
  /** The chain as it stands in the file, base64; empty once it is answered. */
  license: string;
  person: string;
  reason: string;
  asked: number;
  state: "waiting" | "granted" | "refused";
  answered: number | null;
}

export interface RegisteredLicenseRow {
  digest: string;
  family: string;
  issuer: string;
  registered: number;
  /** Subject id of who registered it; none where that was not noted yet. */
  registrant: string | null;
}

export interface OidcPayloadRow {
  model: string;
  id: string;
  payload: string;
  grant_id: string | null;
  user_code: string | null;
  uid: string | null;
  /** Thumbprint of the key a token is bound to. */
  proof_key: string | null;
  /** Id of the person it belongs to. */
  account: string | null;
  until: number | null;
}

/** What somebody asked for who wants to be let in by a code; none was mailed as long as there is no `code`. */
export interface GuestCodeRow {
  /** SHA-256 of what only the page that asked has. */
  ticket: string;
  address: string;
  /** SHA-256 of the license it was asked for with. */
  license: string;
  challenge: string;
  nonce: string;
  /** A keyed hash. */
  code: string | null;
  tries: number;
  /** Before this (ms) nothing is tried. */
  next: number;
  until: number;
}

export interface AuditRow {
  seq: number;
  record: string;
  hash: string;
  time: number;
  action: string;
  subject: string | null;
  family: string | null;
  issuer: string | null;
  until: number | null;
}

export interface GuestPasskeyRow {
  /** Of the credential, base64url. */
  id: string;
  person: string;
  /** COSE, base64url. */
  public_key: string;
  /** How often it signed, as far as it counts. */
  counter: number;
  made: number;
  /** When it was last used, or made. */
  last: number;
}
