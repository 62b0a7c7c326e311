import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import { Worker } from "node:worker_threads";
import type { Bytes } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import type { Pkcs12Answer } from "./pkcs12-worker.js";
import { publicHalfOf } from "./software.js";

/** A file says itself how long it takes to open; more than this is no honest one, in ms. */
const patienceMs = 60_000;

export interface Pkcs12Options {
  /** The bundled worker, if not `pkcs12-worker.js` beside this bundle. */
  workerUrl?: URL;
  patienceMs?: number;
}

/**
 * The one tenant key in a PKCS#12 file, PKCS#8; to be overwritten after use.
 * @throws RightsError config-invalid with words for everything that is not one RSA key that works.
 */
export async function readPkcs12(file: Bytes, passphrase: string, options: Pkcs12Options = {}): Promise<Bytes> {
  const answer = await open(file, passphrase, options);
  if ("fault" in answer)
    throw invalid(
      answer.fault === "passphrase"
        ? "the passphrase does not open this file"
        : "this is no PKCS#12 file, or a damaged one; it usually ends in .p12 or .pfx",
    );
  const [pkcs8, ...more] = answer.keys as Bytes[];
  if (pkcs8 === undefined) throw invalid("there is no private key in this file");
  if (more.length > 0) throw invalid("there are several private keys in this file; bring one with one key");
  await proveKey(pkcs8);
  return pkcs8;
}

const invalid = (message: string, cause?: unknown) => new RightsError("config-invalid", message, { cause });

function open(file: Bytes, passphrase: string, options: Pkcs12Options): Promise<Pkcs12Answer> {
  const { workerUrl = new URL("./pkcs12-worker.js", import.meta.url), patienceMs: patience = patienceMs } = options;
  const worker = new Worker(workerUrl, { workerData: { file, passphrase } });
  return new Promise<Pkcs12Answer>((resolve, reject) => {
    const timer = setTimeout(() => {
      void worker.terminate();
      reject(invalid("this file takes too long to open; make it anew with fewer rounds"));
    }, patience);
    worker.once("message", (answer: Pkcs12Answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    worker.once("error", (cause) => {
      clearTimeout(timer);
      reject(new RightsError("internal", "the file could not be opened", { cause }));
    });
  });
}

/** A key whose halves do not fit together would be found out by the first document that does not open. */
async function proveKey(pkcs8: Bytes): Promise<void> {
  const key = privateKeyIn(pkcs8);
  await publicHalfOf(key);
  const half = createPublicKey(key);
  const message = randomBytes(32);
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  try {
    const opened = privateDecrypt({ key, ...padding }, publicEncrypt({ key: half, ...padding }, message));
    if (opened.equals(message) && verify("sha256", message, half, sign("sha256", message, key))) return;
  } catch (cause) {
    throw invalid("the key in this file does not work", cause);
  }
  throw invalid("the key in this file does not work");
}

function privateKeyIn(pkcs8: Bytes) {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  } catch (cause) {
    throw invalid("the key in this file is of no kind that is known here", cause);
  }
}
