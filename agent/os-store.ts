import type { AsyncEntry } from "@napi-rs/keyring";
import type { Bytes } from "../shared/bytes.js";

/** The user may have to unlock the store first; headless, nobody ever does. */
const patienceMs = 60_000;

/**
 * The entry of one device in Secret Service, Keychain or Credential Manager. On Linux the store is named: left to
 * itself the library falls back to the kernel's keyring, which forgets everything when the computer restarts.
 */
async function entryOf(id: string): Promise<AsyncEntry> {
  const { AsyncEntry } = await import("@napi-rs/keyring");
  return new AsyncEntry("Sealwright", `device-${id}`, { linux: { store: "secret-service" } });
}

async function patiently<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(patienceMs);
  const given = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  return Promise.race([work(signal), given]);
}

/** @throws an error of the library when there is no store, or it is locked. */
export async function readOsStore(id: string): Promise<Bytes | null> {
  const entry = await entryOf(id);
  const secret = await patiently((signal) => entry.getSecret(signal));
  return secret === null || secret === undefined ? null : Uint8Array.from(secret);
}

/** @throws an error of the library when there is no store, or it is locked. */
export async function writeOsStore(id: string, secret: Bytes): Promise<void> {
  const entry = await entryOf(id);
  await patiently((signal) => entry.setSecret(secret, signal));
}

/** @throws an error of the library when there is no store, or it is locked. */
export async function eraseOsStore(id: string): Promise<void> {
  const entry = await entryOf(id);
  await patiently((signal) => entry.deleteCredential(signal));
}
