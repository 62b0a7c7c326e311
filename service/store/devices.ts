import { RightsError } from "../../shared/errors.js";
import { newId } from "../../shared/ids.js";
import { giveUpAccountKey } from "./account-keys.js";
import { compileOnce } from "./compiled.js";
import type { Ask, Database, Write } from "./database.js";
import { endSignInsWith } from "./payloads.js";
import type { DeviceRow } from "./schema.js";

/** What was certified for one device of a person. Times in ms; kids as in docs/encodings.md. */
export interface Device {
  /** Of the device itself, the same with each new certificate. */
  id: string;
  racSerial: string;
  clcSerial: string;
  person: string;
  accountKid: string;
  /** The key the device made itself; another than its account key where the service keeps one for all devices. */
  deviceKid: string;
  licensorKid: string;
  /** RFC 7638 thumbprint of the device's proof key. */
  proofKey: string;
  /** What the device calls itself, and its operating system. */
  name: string | null;
  system: string | null;
  issued: number;
  until: number;
  revoked: number | null;
}

export type NewDevice = Omit<Device, "id" | "revoked">;

/** A device with the newest of its certificates, as people see it. */
export interface KnownDevice extends Device {
  /** When it was first certified. */
  added: number;
}

/** The certificates the service has issued, by serial, and the devices they are for. */
export class Devices {
  readonly #read: Database;
  readonly #write: Write;
  readonly #ask: Ask;
  readonly #byAccount;
  readonly #byLicensor;
  readonly #removed;

  constructor(read: Database, write: Write, ask: Ask) {
    this.#read = read;
    this.#write = write;
    this.#ask = ask;
    const devices = read.selectFrom("devices");
    const all = devices.selectAll();
    this.#byAccount = compileOnce((serial: string) => all.where("rac_serial", "=", serial));
    this.#byLicensor = compileOnce((serial: string) => all.where("clc_serial", "=", serial));
    this.#removed = compileOnce((proofKey: string) =>
      devices.select("revoked").where("proof_key", "=", proofKey).where("revoked", "is not", null).limit(1),
    );
  }

  /**
   * Keep a newly certified device; one with the same proof key is the same device. A key once certified belongs to its
   * person for good, and a removed device's keys are never certified again.
   * @throws RightsError account-mismatch, device-removed.
   */
  add(device: NewDevice): Promise<void> {
    return this.#write(async (tx) => {
      for (const kid of [device.accountKid, device.deviceKid, device.licensorKid])
        await claimKey(tx, kid, device.person);
      await refuseRemovedKeys(tx, device);
      const id = (await deviceWith(tx, device)) ?? newId();
      await tx
        .insertInto("devices")
        .values(toRow({ ...device, id }))
        .execute();
    });
  }

  /** The device with this account certificate. */
  async findByAccount(racSerial: string): Promise<Device | null> {
    const [row] = await this.#ask(this.#byAccount(racSerial));
    return row ? fromRow(row) : null;
  }

  /** The device with this client licensor certificate. */
  async findByLicensor(clcSerial: string): Promise<Device | null> {
    const [row] = await this.#ask(this.#byLicensor(clcSerial));
    return row ? fromRow(row) : null;
  }

  /** A person's devices, each with its newest certificate, the one certified last first. */
  async ofPerson(person: string): Promise<KnownDevice[]> {
    const newest = this.#read
      .selectFrom("devices")
      .select((row) => ["device", row.fn.max("issued").as("last"), row.fn.min("issued").as("added")])
      .where("person", "=", person)
      .groupBy("device")
      .as("newest");
    const rows = await this.#read
      .selectFrom("devices")
      .innerJoin(newest, (on) =>
        on.onRef("newest.device", "=", "devices.device").onRef("newest.last", "=", "devices.issued"),
      )
      .selectAll("devices")
      .select("newest.added")
      .orderBy("issued", "desc")
      .limit(1000)
      .execute();
    const known = new Map(rows.map(({ added, ...row }) => [row.device, { ...fromRow(row), added }]));
    return [...known.values()];
  }

  /** Whose device this is, by its newest certificate; `null` for an unknown id. */
  async find(id: string): Promise<Device | null> {
    const query = this.#read.selectFrom("devices").selectAll().where("device", "=", id);
    const row = await query.orderBy("issued", "desc").executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** When the device with this proof key was removed (ms); `null` for one that was not. */
  async removedAt(proofKey: string): Promise<number | null> {
    const [row] = await this.#ask(this.#removed(proofKey));
    return row?.revoked ?? null;
  }

  /** Withdraw all certificates of a device and end its sign-ins; the first time counts. `false` for an unknown id. */
  remove(id: string, revoked: number): Promise<boolean> {
    return this.#write(async (tx) => {
      const keys = await tx.selectFrom("devices").select("proof_key").distinct().where("device", "=", id).execute();
      for (const { proof_key } of keys) await endSignInsWith(tx, proof_key);
      await giveUpAccountKey(tx, id);
      const update = tx.updateTable("devices").set({ revoked }).where("device", "=", id).where("revoked", "is", null);
      await update.execute();
      return keys.length > 0;
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

/** Whoever has a removed device has its keys: a new certificate for them would let it in again. */
async function refuseRemovedKeys(tx: Database, { deviceKid, licensorKid, proofKey }: NewDevice): Promise<void> {
  const removed = await tx
    .selectFrom("devices")
    .select("device")
    .where("revoked", "is not", null)
    .where((is) =>
      is.or([
        is("proof_key", "=", proofKey),
        is("licensor_kid", "in", [deviceKid, licensorKid]),
        is("device_kid", "in", [deviceKid, licensorKid]),
      ]),
    )
    .executeTakeFirst();
  if (removed) throw new RightsError("device-removed", "these keys belong to a device that was removed; make new keys");
}

async function deviceWith(tx: Database, { person, proofKey }: NewDevice): Promise<string | null> {
  const query = tx.selectFrom("devices").select("device").where("proof_key", "=", proofKey);
  return (await query.where("person", "=", person).executeTakeFirst())?.device ?? null;
}

const toRow = (device: Omit<Device, "revoked">): DeviceRow => ({
  rac_serial: device.racSerial,
  clc_serial: device.clcSerial,
  person: device.person,
  account_kid: device.accountKid,
  device_kid: device.deviceKid,
  licensor_kid: device.licensorKid,
  proof_key: device.proofKey,
  device: device.id,
  name: device.name,
  system: device.system,
  issued: device.issued,
  until: device.until,
  revoked: null,
});

const fromRow = (row: DeviceRow): Device => ({
  id: row.device,
  racSerial: row.rac_serial,
  clcSerial: row.clc_serial,
  person: row.person,
  accountKid: row.account_kid,
  deviceKid: row.device_kid,
  licensorKid: row.licensor_kid,
  proofKey: row.proof_key,
  name: row.name,
  system: row.system,
  issued: row.issued,
  until: row.until,
  revoked: row.revoked,
});
