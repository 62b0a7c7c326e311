import { RightsError } from "../../shared/errors.js";
import type { Database, Write } from "./database.js";
import type { DeviceRow } from "./schema.js";

/** What was certified for one device of a person. Times in ms; kids as in docs/encodings.md. */
export interface Device {
  racSerial: string;
  clcSerial: string;
  person: string;
  accountKid: string;
  licensorKid: string;
  /** RFC 7638 thumbprint of the device's proof key. */
  proofKey: string;
  issued: number;
  until: number;
  revoked: number | null;
}

/** The certificates the service has issued, by serial. */
export class Devices {
  readonly #read: Database;
  readonly #write: Write;

  constructor(read: Database, write: Write) {
    this.#read = read;
    this.#write = write;
  }

  /** Keep a newly certified device. A key once certified belongs to its person for good:
   * @throws RightsError account-mismatch when the account or licensor key was certified for somebody else. */
  add(device: Omit<Device, "revoked">): Promise<void> {
    return this.#write(async (tx) => {
      for (const kid of [device.accountKid, device.licensorKid]) await claimKey(tx, kid, device.person);
      await tx.insertInto("devices").values(toRow(device)).execute();
    });
  }

  /** The device with this account certificate. */
  async findByAccount(racSerial: string): Promise<Device | null> {
    const row = await this.#read
      .selectFrom("devices")
      .selectAll()
      .where("rac_serial", "=", racSerial)
      .executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** The device with this client licensor certificate. */
  async findByLicensor(clcSerial: string): Promise<Device | null> {
    const row = await this.#read
      .selectFrom("devices")
      .selectAll()
      .where("clc_serial", "=", clcSerial)
      .executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** A person's devices, newest first. */
  async ofPerson(person: string): Promise<Device[]> {
    const query = this.#read.selectFrom("devices").selectAll().where("person", "=", person);
    return (await query.orderBy("issued", "desc").limit(1000).execute()).map(fromRow);
  }

  /** Withdraw both certificates of a device; the first time counts. `false` for an unknown serial. */
  revoke(racSerial: string, revoked: number): Promise<boolean> {
    return this.#write(async (tx) => {
      const result = await tx
        .updateTable("devices")
        .set((set) => ({ revoked: set.fn.coalesce("revoked", set.val(revoked)) }))
        .where("rac_serial", "=", racSerial)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    });
  }
}

async function claimKey(tx: Database, kid: string, person: string): Promise<void> {
  await tx
    .insertInto("device_keys")
    .values({ kid, person })
    .onConflict((conflict) => conflict.column("kid").doNothing())
    .execute();
  const holder = await tx.selectFrom("device_keys").select("person").where("kid", "=", kid).executeTakeFirstOrThrow();
  if (holder.person !== person)
    throw new RightsError("account-mismatch", "this key is certified for another account; make new keys");
}

const toRow = (device: Omit<Device, "revoked">): DeviceRow => ({
  rac_serial: device.racSerial,
  clc_serial: device.clcSerial,
  person: device.person,
  account_kid: device.accountKid,
  licensor_kid: device.licensorKid,
  proof_key: device.proofKey,
  issued: device.issued,
  until: device.until,
  revoked: null,
});

const fromRow = (row: DeviceRow): Device => ({
  racSerial: row.rac_serial,
  clcSerial: row.clc_serial,
  person: row.person,
  accountKid: row.account_kid,
  licensorKid: row.licensor_kid,
  proofKey: row.proof_key,
  issued: row.issued,
  until: row.until,
  revoked: row.revoked,
});
