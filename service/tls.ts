import { readFile } from "node:fs/promises";
import type { Server } from "node:https";
import { createSecureContext } from "node:tls";
import { RightsError } from "../shared/errors.js";
import type { ServiceConfig } from "./config.js";

type TlsFiles = NonNullable<ServiceConfig["tls"]>;

/** The certificate the service shows, as servers take it. */
export interface TlsCertificate {
  cert: Buffer;
  key: Buffer;
}

/** @throws RightsError config-invalid when a file cannot be read, or key and certificate do not belong together. */
export async function readTls({ certificateFile, keyFile }: TlsFiles): Promise<TlsCertificate> {
  const [cert, key] = await Promise.all([certificateFile, keyFile].map(readTlsFile));
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const message = `${certificateFile} and ${keyFile} are no certificate and its key; both must be PEM`;
    throw new RightsError("config-invalid", message, { cause });
  }
  return { cert: cert!, key: key! };
}

/** From the next connection on; what is wrong is said, and the certificate there was stays. */
export async function reloadTls(server: Server, files: TlsFiles): Promise<void> {
  server.setSecureContext(await readTls(files));
}

async function readTlsFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new RightsError("config-invalid", `${path} cannot be read; tls in the configuration names it`, { cause });
  }
}
