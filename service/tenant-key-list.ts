import type { TenantKeySummary } from "../shared/protocol/key-api.js";
import { secondTime } from "../shared/time.js";
import type { KeyPlace } from "./custody/custody.js";
import type { Store } from "./store/store.js";
import type { TenantKeyRecord } from "./store/tenant-keys.js";

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : secondTime(ms));

/** What the store says became of the keys, and where they lie what there is of them. */
export async function listTenantKeys({ tenantKeys }: Store, place: KeyPlace): Promise<TenantKeySummary[]> {
  const [records, placed] = await Promise.all([tenantKeys.all(), place.list()]);
  const bitsOf = new Map(placed.map(({ kid, bits }) => [kid, bits]));
  const known = new Set(records.map(({ kid }) => kid));
  const unused = placed.filter(({ kid }) => !known.has(kid));
  return [
    ...records.reverse().map((record) => summaryOf(record, bitsOf.get(record.kid) ?? 0)),
    ...unused.map(unusedOf),
  ];
}

const summaryOf = (
  { kid, generation, added, archived, compromised }: TenantKeyRecord,
  bits: number,
): TenantKeySummary => ({
  kid,
  bits,
  state: archived === null ? "active" : "archived",
  generation,
  since: secondTime(added),
  archived: timeOrNull(archived),
  compromised: timeOrNull(compromised),
});

const unusedOf = ({ kid, bits }: { kid: string; bits: number }): TenantKeySummary => ({
  kid,
  bits,
  state: "unused",
  generation: null,
  since: null,
  archived: null,
  compromised: null,
});
