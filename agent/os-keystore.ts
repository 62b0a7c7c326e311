import { readdir, rm } from "node:fs/promises";
import * as z from "zod";
import { type Bytes, equalBytes, utf8 } from "../shared/bytes.js";
import { RightsError } from "../shared/errors.js";
import { isId, newId } from "../shared/ids.js";
import { parseJson } from "../shared/json.js";
import { deviceKeyFileBytes, openDeviceKeyFile, type Passphrase, sealDeviceKey } from "./device-key-file.js";
import type { Home } from "./home.js";
import { eraseOsStore, readOsStore, writeOsStore } from "./os-store.js";
import { isTemporary, readSmallFile, replaceSmallFile } from "./small-file.js";

/** Where the device key is: the system's store, a file under a passphrase of the user, or one under `device.pass`. */
export type KeystoreKind = "os" | "passphrase" | "device-pass";

/** The 32 bytes that seal everything secret on this device; they cannot be read back out. */
export interface DeviceKey {
  readonly kind: KeystoreKind;
  readonly key: CryptoKey;
}

const keyBytes = 32;
const maxPassphraseBytes = 4096;

/** `device.json`: decided once, so that every later start looks in the same place. */
const Device = z.strictObject({
  v: z.literal(1),
  id: z.string().refine(isId),
  keystore: z.enum(["os", "passphrase", "device-pass"]),
});
type Device = z.infer<typeof Device>;

const unavailable = (message: string, cause?: unknown) => new RightsError("keystore-unavailable", message, { cause });

const startAfresh = "seal logout, then seal login, starts afresh on this device";

const lost = (cause?: unknown) =>
  unavailable(`the key to what this device keeps has vanished, so it stays closed; ${startAfresh}`, cause);

async function readDevice(home: Home): Promise<Device | null> {
  const bytes = await readSmallFile(home.device, 1024);
  if (bytes === null) return null;
  const device = Device.safeParse(parseJson(bytes, "state-damaged"));
  if (device.success) return device.data;
  throw new RightsError("state-damaged", `${home.device} is damaged; ${startAfresh}`);
}

/** Where the device key is by what the home says, `null` before the first sign-in; opens nothing. */
export const keystoreKind = async (home: Home): Promise<KeystoreKind | null> =>
  (await readDevice(home))?.keystore ?? null;

/** @throws RightsError `keystore-unavailable` when the key is gone, its store locked, or the passphrase another. */
export async function openDeviceKey(home: Home): Promise<DeviceKey> {
  const device = await readDevice(home);
  if (device === null) throw lost();
  const raw = device.keystore === "os" ? await fromOsStore(device.id) : await fromFile(home, device);
  return deviceKeyOf(device.keystore, raw);
}

async function deviceKeyOf(kind: KeystoreKind, raw: Bytes): Promise<DeviceKey> {
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  raw.fill(0);
  return { kind, key };
}

async function fromOsStore(id: string): Promise<Bytes> {
  const raw = await readOsStore(id).catch((cause) => {
    throw unavailable("this computer's password store does not answer; unlock it and try again", cause);
  });
  if (raw?.length !== keyBytes) throw lost();
  return raw;
}

async function fromFile(home: Home, { id, keystore }: Device): Promise<Bytes> {
  const file = await readSmallFile(home.deviceKey, deviceKeyFileBytes);
  const passphrase = keystore === "passphrase" ? await givenPassphrase() : await devicePass(home);
  if (file === null || passphrase === null) throw lost();
  const raw = await openDeviceKeyFile(file, id, passphrase);
  if (raw !== null) return raw;
  throw keystore === "device-pass"
    ? lost()
    : unavailable("the passphrase in SEALWRIGHT_PASSPHRASE_FILE is not the one this device was set up with");
}

async function devicePass(home: Home): Promise<Passphrase | null> {
  const bytes = await readSmallFile(home.devicePass, keyBytes);
  return bytes?.length === keyBytes ? { bytes, isRandom: true } : null;
}

/** What stands in the file `SEALWRIGHT_PASSPHRASE_FILE` names, without the line's end. */
async function givenPassphrase(): Promise<Passphrase> {
  const path = process.env.SEALWRIGHT_PASSPHRASE_FILE;
  if (!path) throw unavailable("this device was set up with a passphrase; name its file in SEALWRIGHT_PASSPHRASE_FILE");
  const bytes = await readSmallFile(path, maxPassphraseBytes).catch((cause) => {
    throw unavailable(`the passphrase file ${path} cannot be read`, cause);
  });
  const text = new TextDecoder().decode(bytes ?? new Uint8Array(0)).replace(/\r?\n$/, "");
  if (text === "") throw unavailable(`the passphrase file ${path} is missing or empty`);
  return { bytes: utf8(text), isRandom: false };
}

/**
 * The device key at sign-in: the one there is, or a new one. The first store that works is taken: the system's, a file
 * sealed with the passphrase in `SEALWRIGHT_PASSPHRASE_FILE`, a file sealed with a random `device.pass` beside it.
 * `SEALWRIGHT_KEYSTORE=os` insists on the first, `=file` leaves it out. Hold the lock `home`.
 * @throws RightsError `keystore-unavailable`; also when something is sealed here and its key is gone, since a new key
 * would bury it.
 */
export async function settleDeviceKey(home: Home): Promise<DeviceKey & { isNew: boolean }> {
  const device = await readDevice(home);
  if (device !== null) {
    refuseOtherKeystore(device.keystore);
    return { ...(await openDeviceKey(home)), isNew: false };
  }
  if (await holdsSecrets(home)) throw lost();
  const raw = crypto.getRandomValues(new Uint8Array(keyBytes));
  const id = newId();
  const keystore = (await keepInOsStore(id, raw)) ? "os" : await keepInFile(home, id, raw);
  await replaceSmallFile(home.device, utf8(JSON.stringify({ v: 1, id, keystore } satisfies Device)));
  return { ...(await deviceKeyOf(keystore, raw)), isNew: true };
}

function wantedKeystore(): "os" | "file" | undefined {
  const wanted = process.env.SEALWRIGHT_KEYSTORE || undefined;
  if (wanted === undefined || wanted === "os" || wanted === "file") return wanted;
  throw new RightsError("config-invalid", "SEALWRIGHT_KEYSTORE is either os or file");
}

function refuseOtherKeystore(kind: KeystoreKind): void {
  const wanted = wantedKeystore();
  if (wanted !== undefined && (wanted === "os") !== (kind === "os"))
    throw unavailable(`the device key is kept elsewhere than SEALWRIGHT_KEYSTORE=${wanted} says; ${startAfresh}`);
}

async function holdsSecrets(home: Home): Promise<boolean> {
  const names = await Promise.all([readdir(home.secrets), readdir(home.licenses)]);
  return names.flat().some((name) => !isTemporary(name));
}

/** Written and read back, for a store that only seems to work. */
async function keepInOsStore(id: string, raw: Bytes): Promise<boolean> {
  const wanted = wantedKeystore();
  if (wanted === "file") return false;
  try {
    await writeOsStore(id, raw);
    const kept = await readOsStore(id);
    if (kept !== null && equalBytes(kept, raw)) return true;
    throw new Error("what was written to the store is not what it gives back");
  } catch (cause) {
    if (wanted === undefined) return false;
    throw unavailable("this computer offers no password store here; leave SEALWRIGHT_KEYSTORE out", cause);
  }
}

async function keepInFile(home: Home, id: string, raw: Bytes): Promise<"passphrase" | "device-pass"> {
  const given = process.env.SEALWRIGHT_PASSPHRASE_FILE ? await givenPassphrase() : null;
  const passphrase = given ?? { bytes: crypto.getRandomValues(new Uint8Array(keyBytes)), isRandom: true };
  if (given === null) await replaceSmallFile(home.devicePass, passphrase.bytes);
  await replaceSmallFile(home.deviceKey, await sealDeviceKey(raw, id, passphrase));
  return given === null ? "device-pass" : "passphrase";
}

/** Makes what the device key sealed unreadable for good, also in copies of the home. */
export async function forgetDeviceKey(home: Home): Promise<void> {
  const device = await readDevice(home).catch(() => null);
  if (device?.keystore === "os") await eraseOsStore(device.id).catch(() => undefined); // gone or locked: the rest goes
  for (const path of [home.deviceKey, home.devicePass, home.device]) await rm(path, { force: true });
}
