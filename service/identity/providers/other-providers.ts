import { readFile } from "node:fs/promises";
import * as z from "zod";
import { domainOf } from "../../../shared/address.js";
import { codeOf, RightsError } from "../../../shared/errors.js";
import { minuteMs } from "../../../shared/time.js";
import type { Audit } from "../../audit.js";
import type { ProviderConfig } from "../../config.js";
import type { Account } from "../../store/accounts.js";
import type { Store } from "../../store/store.js";
import { addressOf } from "../passwords.js";
import { type Ask, askWithin } from "./answer.js";
import { RelyingParty, Sent } from "./relying-party.js";
import { personOf, type WhoTrouble } from "./who.js";

/** Why a sign-in with another provider did not go on. */
export type ProviderTrouble = WhoTrouble | "cancelled" | "unreachable" | "unbelievable";

const Trouble = z.enum([
  ...(["no-address", "unverified", "foreign-domain", "taken", "switched-off"] as const),
  ...(["cancelled", "unreachable", "unbelievable"] as const),
]);

/** What is remembered of a sign-in here that goes by way of another provider, by its uid. */
const Note = z.object({ provider: z.string(), sent: Sent.nullable(), trouble: Trouble.nullable() });
type Note = z.infer<typeof Note>;

const model = "OtherProvider";

/** As long as the sign-in itself lives. */
const noteMs = 15 * minuteMs;

export interface OtherProvidersOptions {
  readonly configs: readonly ProviderConfig[];
  /** Whether people may also sign in with a password of this service. */
  readonly passwords: boolean;
  readonly publicUrl: URL;
  readonly store: Pick<Store, "accounts" | "identities" | "payloads">;
  readonly audit: Audit;
  /** What went wrong, for whoever looks after the service. */
  readonly warn: (error: unknown) => void;
  readonly ask?: Ask;
  readonly now: () => number;
}

export const callbackPath = "/oidc/callback";

/** The OpenID providers of others that people sign in with, and what is between leaving for one and coming back. */
export class OtherProviders {
  readonly parties: readonly RelyingParty[];
  readonly passwords: boolean;
  readonly #options: OtherProvidersOptions;

  /** @throws RightsError `config-invalid` when the file of a client's secret cannot be read. */
  static async open(options: OtherProvidersOptions): Promise<OtherProviders> {
    const { configs, publicUrl, ask = askWithin(), now } = options;
    const parties = configs.map(async (config) => {
      const redirectUri = `${publicUrl.origin}${callbackPath}/${config.id}`;
      return new RelyingParty({ config, clientSecret: await secretOf(config), redirectUri, ask, now });
    });
    return new OtherProviders(await Promise.all(parties), options);
  }

  private constructor(parties: readonly RelyingParty[], options: OtherProvidersOptions) {
    this.parties = parties;
    this.passwords = options.passwords;
    this.#options = options;
  }

  find(id: string): RelyingParty | null {
    return this.parties.find(({ config }) => config.id === id) ?? null;
  }

  /** Where somebody is sent without being asked: the only way there is, or the one their address belongs to. */
  wayFor(expected: string | null): RelyingParty | null {
    const [only] = this.parties;
    if (!this.passwords && this.parties.length === 1) return only!;
    const address = addressOf(expected ?? "");
    return this.parties.find(({ config }) => address && config.domains.includes(domainOf(address))) ?? null;
  }

  /** @param expected - as `RelyingParty.begin`. @returns where to go, or `null`: then the trouble is noted. */
  async leave(party: RelyingParty, uid: string, expected: string | null): Promise<URL | null> {
    try {
      const { url, sent } = await party.begin(uid, expected);
      await this.#note(uid, { provider: party.config.id, sent, trouble: null });
      return url;
    } catch (error) {
      await this.#fail(uid, party, error);
      return null;
    }
  }

  /** @returns who came back, or `null`: then the trouble is noted. One answer is looked at, whatever it says. */
  async comeBack(party: RelyingParty, uid: string, answer: URLSearchParams, ip: string): Promise<Account | null> {
    const { store, audit } = this.#options;
    const sent = await this.#takeSent(uid, party);
    if (sent === null) throw new RightsError("request-malformed", "no answer of this provider is awaited");
    try {
      const claims = await party.finish(answer, sent);
      const who = claims === null ? "cancelled" : await personOf(claims, party.config, ip, { store, audit });
      if (typeof who !== "string") return who;
      await this.#note(uid, { provider: party.config.id, sent: null, trouble: who });
    } catch (error) {
      await this.#fail(uid, party, error);
    }
    return null;
  }

  /** What went wrong the last time in this sign-in. */
  async troubleOf(uid: string): Promise<{ party: RelyingParty; trouble: ProviderTrouble } | null> {
    const note = await this.#read(uid);
    const party = note && this.find(note.provider);
    return party && note.trouble ? { party, trouble: note.trouble } : null;
  }

  async #takeSent(uid: string, { config }: RelyingParty): Promise<Sent | null> {
    const note = await this.#read(uid);
    if (note?.provider !== config.id || !(await this.#options.store.payloads.consume(model, uid))) return null;
    return note.sent;
  }

  async #read(uid: string): Promise<Note | null> {
    const note = Note.safeParse(await this.#options.store.payloads.find(model, uid));
    return note.success ? note.data : null;
  }

  #note(uid: string, note: Note): Promise<void> {
    return this.#options.store.payloads.put(model, uid, note, this.#options.now() + noteMs);
  }

  async #fail(uid: string, { config }: RelyingParty, error: unknown): Promise<void> {
    const code = codeOf(error);
    if (code === "internal") throw error;
    this.#options.warn(error);
    const trouble = code === "service-unreachable" ? "unreachable" : "unbelievable";
    await this.#note(uid, { provider: config.id, sent: null, trouble });
  }
}

async function secretOf({ id, clientSecretFile }: ProviderConfig): Promise<string | null> {
  if (clientSecretFile === undefined) return null;
  const text = await readFile(clientSecretFile, "utf8").catch((cause) => {
    throw new RightsError("config-invalid", `the client secret of the provider ${id} cannot be read`, { cause });
  });
  const secret = text.trim();
  if (secret === "" || secret.length > 4096)
    throw new RightsError("config-invalid", `the file with the client secret of the provider ${id} holds none`);
  return secret;
}
