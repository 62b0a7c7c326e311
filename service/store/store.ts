import { dayMs } from "../../shared/time.js";
import { AccessRequests } from "./access-requests.js";
import { AccountKeys } from "./account-keys.js";
import { Accounts } from "./accounts.js";
import { Amendments } from "./amendments.js";
import type { Ask, Database, Write } from "./database.js";
import { Devices } from "./devices.js";
import { Documents } from "./documents.js";
import { GroupCommit } from "./group-commit.js";
import { GuestCodes } from "./guest-codes.js";
import { GuestPasskeys } from "./guest-passkeys.js";
import { Guests } from "./guests.js";
import { Identities } from "./identities.js";
import { migrate } from "./migrations.js";
import { Payloads } from "./payloads.js";
import { Policies } from "./policies.js";
import { Proofs } from "./proofs.js";
import { Settings } from "./settings.js";
import { openSqlite, type SqliteFile } from "./sqlite.js";
import { TenantKeys } from "./tenant-keys.js";

/** Requests for access, answered or not. */
const requestsKeptMs = 90 * dayMs;

/**
 * Everything the service remembers. A write resolves when it is on disk; writes that wait at the same time are flushed
 * together. Ask through the nouns; `write` and `read` are for what spans several of them.
 */
export interface Store {
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly identities: Identities;
  readonly tenantKeys: TenantKeys;
  readonly devices: Devices;
  readonly accountKeys: AccountKeys;
  readonly policies: Policies;
  readonly documents: Documents;
  readonly amendments: Amendments;
  readonly accessRequests: AccessRequests;
  readonly guests: Guests;
  readonly guestCodes: GuestCodes;
  readonly guestPasskeys: GuestPasskeys;
  readonly proofs: Proofs;
  readonly payloads: Payloads;
  /** What is committed; it cannot write. */
  readonly read: Database;
  readonly write: Write;
  /** Forget what has run out: used proofs, sessions, tokens, codes, requests for access. Call it now and then. */
  sweep(): Promise<void>;
  /** Waits for writes under way. */
  close(): Promise<void>;
}

/**
 * Open the database in `file` and bring its tables up to date.
 * @param onCommit - hears how long each transaction took.
 * @throws RightsError file-missing when there is none and it is not to be created.
 */
export async function openStore(
  file: SqliteFile,
  now: () => number = Date.now,
  onCommit?: (tookMs: number) => void,
): Promise<Store> {
  const { writing, reading, ask, flush, close } = openSqlite(file);
  try {
    await migrate(writing);
    await flush();
  } catch (error) {
    await close();
    throw error;
  }
  const commits = new GroupCommit(writing, flush, onCommit);
  return assemble({ read: reading, ask, commits, close }, now);
}

interface Opened {
  read: Database;
  ask: Ask;
  commits: GroupCommit;
  close: () => Promise<void>;
}

function assemble({ read, ask, commits, close }: Opened, now: () => number): Store {
  const { write } = commits;
  const proofs = new Proofs(read, commits.writeSoon);
  const accessRequests = new AccessRequests(read, write);
  const payloads = new Payloads(read, write, now);
  const guestCodes = new GuestCodes(read, write);
  return {
    settings: new Settings(read, write),
    accounts: new Accounts(read, write),
    identities: new Identities(read, write),
    tenantKeys: new TenantKeys(read, write),
    devices: new Devices(read, write, ask),
    accountKeys: new AccountKeys(read, write, ask),
    policies: new Policies(read, write, ask),
    documents: new Documents(read, write, ask),
    amendments: new Amendments(read, write),
    accessRequests,
    guests: new Guests(read, write),
    guestCodes,
    guestPasskeys: new GuestPasskeys(read, write),
    proofs,
    payloads,
    read,
    write,
    sweep: async () => {
      await Promise.all([
        proofs.forgetBefore(now()),
        payloads.forgetBefore(now()),
        accessRequests.forgetBefore(now() - requestsKeptMs),
        guestCodes.forgetBefore(now()),
      ]);
    },
    close: async () => {
      await commits.idle();
      await close();
    },
  };
}
