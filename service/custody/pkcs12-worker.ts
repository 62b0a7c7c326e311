import { parentPort, workerData } from "node:worker_threads";
import forge from "node-forge";

/** What a PKCS#12 file held: its private keys as PKCS#8, or what was wrong. */
export type Pkcs12Answer = { keys: Uint8Array[] } | { fault: "passphrase" | "damaged" };

/** One file, in a thread of its own: its rounds are the file's choice, and nothing else can stop them. */
const { file, passphrase } = workerData as { file: Uint8Array; passphrase: string };

const toDer = (asn1: forge.Asn1): Uint8Array =>
  Uint8Array.from(Buffer.from(forge.asn1.toDer(asn1).getBytes(), "binary"));

function keysIn(bytes: string): Uint8Array[] {
  const { pki, asn1, pkcs12 } = forge;
  const opened = pkcs12.pkcs12FromAsn1(asn1.fromDer(bytes, { strict: false, parseAllBytes: true }), false, passphrase);
  return ["pkcs8ShroudedKeyBag", "keyBag"].flatMap((name) => {
    const bagType = pki.oids[name]!;
    return (opened.getBags({ bagType })[bagType] ?? []).map(({ key, asn1: other }) =>
      toDer(key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key)) : other!),
    );
  });
}

function answer(): Pkcs12Answer {
  try {
    return { keys: keysIn(Buffer.from(file).toString("binary")) };
  } catch (error) {
    const words = error instanceof Error ? error.message : "";
    return { fault: /password/i.test(words) ? "passphrase" : "damaged" };
  }
}

parentPort!.postMessage(answer());
