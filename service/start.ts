import type { Server } from "node:https";
import type { FastifyInstance } from "fastify";
import { usePrimitives } from "../shared/crypto/primitives.js";
import { Assets } from "../shared/node/pages/assets.js";
import { nodePrimitives } from "../shared/node/primitives.js";
import { requestsPath } from "../shared/protocol/page-api.js";
import { minuteMs } from "../shared/time.js";
import { type GuestWays, type LogTarget, openApp } from "./app.js";
import { openAudit } from "./audit.js";
import { auditHeadPath, databasePath, metricsTokenPath, type ServiceConfig } from "./config.js";
import { CurrentTenant } from "./current-tenant.js";
import { SoftwareKeys } from "./custody/software-keys.js";
import { CachedDirectory } from "./directory/cached.js";
import { EmbeddedDirectory } from "./directory/embedded.js";
import { GuestDoor } from "./guests/door.js";
import { Entrance, type EntranceOptions } from "./guests/entrance.js";
import { Outside } from "./guests/outside.js";
import { Passkeys } from "./guests/passkeys.js";
import { WithGuests } from "./guests/with-guests.js";
import { openCallers } from "./identity/callers.js";
import { issuerOf, openIdentity } from "./identity/provider.js";
import { settleAccountKeyMode } from "./licensing/account-key-mode.js";
import { CallerAccounts } from "./licensing/caller-account.js";
import { LicenseReader } from "./licensing/license-reader.js";
import { LicensorKeys } from "./licensing/licensor-keys.js";
import { openLimits } from "./licensing/limits.js";
import type { Parts } from "./licensing/parts.js";
import { RequestMails } from "./licensing/request-mails.js";
import { RoamingKeys } from "./licensing/roaming-keys.js";
import { SuperUsers } from "./licensing/super-users.js";
import { Mailer } from "./mail/mailer.js";
import { Measures } from "./operations/measures.js";
import { metricsToken } from "./operations/metrics-token.js";
import { Readiness } from "./operations/readiness.js";
import { openStore, type Store } from "./store/store.js";
import { readTls, reloadTls } from "./tls.js";

export interface StartOptions {
  /** The bundled `rsa-worker.js`, if not beside this bundle. */
  rsaWorker?: URL;
  /** The folder of what was built for pages, if not `viewer` beside this bundle. */
  pages?: URL;
  /** The log: from which level on, and where its lines go; standard error, from the configured level, unless told. */
  log?: LogTarget;
  now?: () => number;
}

/** A service that is ready to answer, not yet listening. */
export interface Service {
  readonly app: FastifyInstance;
  readonly parts: Parts;
  /** Reads the files of `tls` again, if there are any; what is wrong with them is logged, and nothing changes. */
  reload(): Promise<void>;
  /** Finishes what is under way, then closes everything. */
  close(): Promise<void>;
}

/** How often it is looked whether another process changed the tenant's keys, in ms. */
const followEveryMs = 5000;

/** How often what has run out is forgotten, in ms. */
const sweepEveryMs = 10 * 60_000;

/**
 * Builds a service from its configuration; the only place that names implementations.
 * @throws RightsError file-missing, config-invalid, state-damaged.
 */
export async function startService(config: ServiceConfig, options: StartOptions = {}): Promise<Service> {
  usePrimitives(nodePrimitives);
  const { now = Date.now } = options;
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closing.reverse().splice(0)) await end();
  };
  try {
    const measures = new Measures();
    closing.push(async () => measures.close());
    const onCommit = (tookMs: number) => measures.commits.observe({}, tookMs / 1000);
    const store = await openStore({ path: databasePath(config), create: false }, now, onCommit);
    closing.push(() => store.close());
    const assets = await Assets.read(options.pages ?? new URL("viewer/", import.meta.url));
    const mailing = await openMailing(config, assets !== null, now);
    closing.push(async () => mailing.mailer?.close());
    const parts = await openParts(config, store, measures, mailing, options, closing);
    const app = await mount(config, parts, measures, { assets, mailing }, options);
    mailing.failed = (cause) => app.log.error({ err: cause }, "a mail was not sent");
    closing.push(() => app.close());
    const follow = setInterval(
      () => parts.tenant.follow().catch((error) => app.log.error(error)),
      followEveryMs,
    ).unref();
    closing.push(async () => clearInterval(follow));
    const sweep = setInterval(() => store.sweep().catch((error) => app.log.error(error)), sweepEveryMs).unref();
    closing.push(async () => clearInterval(sweep));
    const reload = async () => {
      if (config.tls)
        await reloadTls(app.server as unknown as Server, config.tls).catch((error) => app.log.error(error));
    };
    return { app, parts, reload, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What mails are sent with, and where it is told that one was not. */
interface Mailing {
  readonly mailer: Mailer | null;
  /** Where owners answer requests; `null` where there are no pages. */
  readonly requestsPage: URL | null;
  failed(cause: unknown): void;
}

async function openMailing(
  { mail, organisation, publicUrl }: ServiceConfig,
  hasPages: boolean,
  now: () => number,
): Promise<Mailing> {
  const failed = (cause: unknown) => mailing.failed(cause);
  const mailing: Mailing = {
    mailer: mail === undefined ? null : await Mailer.open(mail, { organisation, failed, now }),
    requestsPage: hasPages ? new URL(requestsPath, publicUrl) : null,
    failed: () => {},
  };
  return mailing;
}

async function openParts(
  config: ServiceConfig,
  store: Store,
  measures: Measures,
  mailing: Mailing,
  { rsaWorker, now = Date.now }: StartOptions,
  closing: (() => Promise<unknown>)[],
): Promise<Parts> {
  const audit = measures.audit(await openAudit({ store, headFile: auditHeadPath(config), now }));
  closing.push(() => audit.close());
  const key = { url: config.tenantKey, passphraseFile: config.tenantKeyPassphraseFile };
  const keyPlace = measures.keyPlace(new SoftwareKeys(key, rsaWorker ? { workerUrl: rsaWorker } : {}));
  const tenant = await CurrentTenant.open({ store, place: keyPlace, publicUrl: config.publicUrl, now });
  closing.push(() => tenant.close());
  await settleAccountKeyMode(config.accountKeys, { store, audit });
  const roamingKeys = config.accountKeys === "roaming" ? new RoamingKeys(tenant, store, now) : null;
  const ttlMs = config.groupCacheMinutes * minuteMs;
  const outside = config.guests ? new Outside(config, store.read) : null;
  const presentDirectory = new WithGuests(new EmbeddedDirectory(store.accounts), store.guests, outside);
  const directory = new CachedDirectory(presentDirectory, { ttlMs, now });
  const { mailer, requestsPage: page } = mailing;
  const failed = (cause: unknown) => mailing.failed(cause);
  const requestMails = mailer && new RequestMails({ mailer, store, directory: presentDirectory, page, failed, now });
  closing.push(async () => requestMails?.close());
  return {
    tenant,
    keyPlace,
    store,
    directory,
    presentDirectory,
    audit,
    licenses: new LicenseReader(tenant, store),
    accounts: new CallerAccounts(tenant, store, directory, roamingKeys),
    roamingKeys,
    superUsers: config.superUsers ? new SuperUsers(config.superUsers, store, presentDirectory) : null,
    licensorKeys: new LicensorKeys(store),
    limits: openLimits(now),
    mailer,
    requestMails,
    certificateDays: config.accountCertificateDays,
    now,
  };
}

async function mount(
  config: ServiceConfig,
  parts: Parts,
  measures: Measures,
  { assets, mailing }: { assets: Assets | null; mailing: Mailing },
  options: StartOptions,
) {
  const { organisation, publicUrl, trustedProxies, agentPorts } = config;
  const { log = { level: config.logLevel, stream: process.stderr }, now = Date.now } = options;
  const tls = config.tls ? await readTls(config.tls) : null;
  const { store, audit, tenant, presentDirectory: directory } = parts; // who is switched off is out at once
  const { audience } = tenant;
  const { passwords, providers } = config;
  const others = { passwords, providers };
  const { routes: identity, letIn } = await openIdentity({
    ...{ store, directory, audit, publicUrl, organisation, others, audience, now },
  });
  const callers = await openCallers({ store, issuer: issuerOf(publicUrl), audience, now });
  const report = (part: string, cause: unknown) => app.log.error({ err: cause, part }, "not ready");
  const readiness = new Readiness({ store, tenant, audit, report });
  const operations = { measures, readiness, metricsToken: await metricsToken(metricsTokenPath(config)) };
  const app = await openApp({
    parts,
    callers,
    identity,
    guests: guestsOf(config, parts, mailing, letIn),
    organisation,
    publicUrl,
    assets,
    agentPorts,
    tls,
    trustedProxies,
    log,
    operations,
  });
  return app;
}

/** How guests come in; or why they do not. */
function guestsOf(
  config: ServiceConfig,
  parts: Parts,
  mailing: Mailing,
  letIn: EntranceOptions["letIn"],
): GuestWays | "no-mail" | "off" {
  if (!config.guests) return "off";
  const { mailer } = mailing;
  if (mailer === null) return "no-mail";
  const { organisation, publicUrl } = config;
  const failed = (cause: unknown) => mailing.failed(cause);
  const outside = new Outside(config, parts.store.read);
  const entrance = new Entrance({ parts, outside, letIn });
  const place = { origin: publicUrl.origin, host: publicUrl.hostname };
  return {
    codes: new GuestDoor({ parts, outside, entrance, mailer, organisation, failed }),
    passkeys: new Passkeys({ parts, entrance, place }),
  };
}
