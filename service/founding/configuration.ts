import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { domainOf } from "../../shared/address.js";
import { utf8 } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import { defaults, encodeConfig, parseConfig, readConfig, type ServiceConfig } from "../config.js";
import { writeNewFile } from "../private-files.js";
import type { FoundingOptions } from "./options.js";

const defaultPort = 7443;

/**
 * The configuration in the file, or a new one in a new file.
 * @throws RightsError config-invalid for an option that says otherwise than the file that is there.
 */
export async function settleConfiguration(
  options: FoundingOptions,
): Promise<{ config: ServiceConfig; isNew: boolean }> {
  const { configFile } = options;
  if (existsSync(configFile)) {
    const config = await readConfig(configFile);
    refuseContradiction(config, options);
    return { config, isNew: false };
  }
  const text = encodeConfig(configurationOf(options));
  const config = parseConfig(utf8(text)); // whatever could not be started with is refused before it is written
  if (options.passphraseFile !== undefined && !existsSync(options.passphraseFile))
    throw new RightsError(
      "config-invalid",
      `${options.passphraseFile} is missing; make it, or leave out --passphrase-file`,
    );
  await mkdir(dirname(configFile), { recursive: true, mode: 0o700 });
  await writeNewFile(configFile, text);
  return { config, isNew: true };
}

function configurationOf({ administrator, configFile, ...options }: FoundingOptions): ServiceConfig {
  const folder = dirname(configFile);
  const { tls, dataFolder = join(folder, "data") } = options;
  const listen = options.listen ?? { host: tls ? "0.0.0.0" : "localhost", port: defaultPort };
  const publicUrl =
    options.publicUrl ?? (tls ? `https://${hostname()}:${listen.port}` : `http://localhost:${listen.port}`);
  return {
    organisation: options.organisation ?? domainOf(administrator),
    publicUrl: urlOf(publicUrl),
    listen,
    ...(tls ? { tls } : {}),
    dataFolder,
    tenantKey: pathToFileURL(join(dataFolder, "tenant.key")),
    tenantKeyPassphraseFile: options.passphraseFile ?? join(folder, "tenant.pass"),
    ...defaults,
  };
}

function urlOf(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new RightsError("usage", `${text} is no address; write --public-url like https://rms.contoso.example`);
}

/** A file that is there is never changed: an option may repeat what it says, and nothing else. */
function refuseContradiction(config: ServiceConfig, options: FoundingOptions): void {
  const { organisation, listen, dataFolder, tls, passphraseFile } = options;
  const publicUrl = options.publicUrl === undefined ? undefined : urlOf(options.publicUrl).origin;
  const pairs: Record<string, [unknown, unknown]> = {
    "--organisation": [organisation, config.organisation],
    "--public-url": [publicUrl, config.publicUrl.origin],
    "--listen": [listen, config.listen],
    "--data": [dataFolder, config.dataFolder],
    "--passphrase-file": [passphraseFile, config.tenantKeyPassphraseFile],
    "--tls-certificate": [tls, config.tls],
  };
  for (const [option, [given, there]] of Object.entries(pairs))
    if (given !== undefined && !isDeepStrictEqual(given, there))
      throw new RightsError(
        "config-invalid",
        `${options.configFile} is there already and says otherwise than ${option}; change it there, or leave the option out`,
      );
}
