import { randomBytes } from "node:crypto";
import { fromBase64url, toBase64url } from "../../shared/bytes.js";
import { RightsError } from "../../shared/errors.js";
import type { AnswerOf } from "../../shared/protocol/agent-answers.js";
import type { RequestOf } from "../../shared/protocol/agent-api.js";
import { linkProtocol, nonceBytes } from "../../shared/protocol/agent-limits.js";
import {
  type Exchange,
  isProvenBy,
  isSameSecret,
  newPairingKey,
  type PairingExchange,
  pairingSecrets,
  proveToken,
  tokenKey,
} from "../../shared/protocol/agent-proof.js";
import type { Failures } from "./failures.js";
import type { LinkParts } from "./link-parts.js";
import type { PairingCode, PairingCodes } from "./pairing-code.js";
import { addPairing, findPairing, noteUse, type Pairing } from "./pairings.js";

/** What all exchanges share. */
export interface ChannelDesk {
  readonly parts: LinkParts;
  readonly codes: PairingCodes;
  readonly failures: Failures;
  /** Lets the person see a code for a page that asks for one, where there is a way to show it. */
  showCode(origin: string): void;
}

export type Opening = RequestOf<"hello"> | RequestOf<"pair"> | RequestOf<"confirm"> | RequestOf<"authenticate">;

interface Greeted {
  readonly exchange: Exchange;
  readonly client: string;
}

interface PairingUnderWay {
  readonly code: PairingCode;
  readonly privateKey: CryptoKey;
  readonly exchange: PairingExchange;
}

/** Words for who is not who they must be; the same whatever was wrong. */
const notPaired = () => new RightsError("not-paired", "this page and the agent are not paired, or no longer");

/**
 * One exchange with one page, until each has proven itself to the other: hello, then pairing with the code that the agent
 * shows, or the proof of being paired. Nothing else is answered before.
 */
export class Channel {
  readonly #desk: ChannelDesk;
  readonly #origin: string;
  readonly #port: number;
  #greeted: Greeted | null = null;
  #underWay: PairingUnderWay | null = null;
  #pairing: Pairing | null = null;

  /** @param origin - as the browser said it, listed. @param port - the one that was connected to. */
  constructor(desk: ChannelDesk, origin: string, port: number) {
    this.#desk = desk;
    this.#origin = origin;
    this.#port = port;
  }

  /** Whose exchange this is. @throws RightsError `not-paired`. */
  get pairing(): Pairing {
    if (this.#pairing === null) throw notPaired();
    return this.#pairing;
  }

  get isProven(): boolean {
    return this.#pairing !== null;
  }

  /** @throws RightsError `sign-in-needed`, `not-paired`, `pairing-failed`, `rate-limited`, `version-mismatch`, `request-malformed`. */
  async open(request: Opening): Promise<AnswerOf<Opening["op"]>> {
    if (request.op === "hello") return this.#hello(request);
    const greeted = this.#greeted;
    if (greeted === null || this.#pairing !== null)
      throw new RightsError("request-malformed", "this comes out of turn");
    this.#desk.failures.check(this.#origin);
    await this.#desk.parts.signedIn();
    if (request.op === "pair") return this.#pair(request, greeted);
    if (request.op === "confirm") return this.#confirm(request, greeted);
    return this.#authenticate(request, greeted);
  }

  #hello({ protocol, nonce, client }: RequestOf<"hello">): AnswerOf<"hello"> {
    if (this.#greeted !== null) throw new RightsError("request-malformed", "this comes out of turn");
    if (protocol !== linkProtocol) throw otherVersion(protocol);
    const agentNonce = toBase64url(randomBytes(nonceBytes));
    const exchange = { origin: this.#origin, port: this.#port, pageNonce: nonce, agentNonce };
    this.#greeted = { exchange, client: client.name };
    return { protocol: linkProtocol, version: this.#desk.parts.version, nonce: agentNonce, session: null };
  }

  /** Each hello is good for one attempt: a proof is never looked at twice. */
  async #authenticate({ pairing: id, proof }: RequestOf<"authenticate">, { exchange }: Greeted) {
    this.#greeted = null;
    const account = this.#desk.parts.account();
    const found = await findPairing(account, id);
    // Of another origin it is as unknown as one that never was, and takes as long.
    const ours = found?.origin === this.#origin ? found : null;
    const key = await tokenKey(ours?.token ?? new Uint8Array(randomBytes(32)));
    const isProven = await isProvenBy(proof, key, "page", exchange, id);
    if (ours === null || !isProven) {
      this.#desk.failures.note(this.#origin);
      throw notPaired();
    }
    this.#pairing = ours;
    await noteUse(account, ours).catch(() => undefined); // the list is the poorer, nothing else
    return { proof: await proveToken(key, "agent", exchange, id) };
  }

  async #pair({ key: pageKey }: RequestOf<"pair">, { exchange }: Greeted): Promise<AnswerOf<"pair">> {
    const { codes } = this.#desk;
    if (codes.for(this.#origin) === null && codes.mayOpen()) this.#desk.showCode(this.#origin);
    const code = codes.for(this.#origin);
    if (code === null)
      throw new RightsError("pairing-failed", "the agent shows no code now; let it show one with: seal pair");
    const { privateKey, publicKey: agentKey } = await newPairingKey();
    this.#underWay = { code, privateKey, exchange: { ...exchange, pageKey, agentKey, salt: code.salt } };
    return { key: agentKey, salt: code.salt };
  }

  async #confirm({ proof }: RequestOf<"confirm">, { client }: Greeted): Promise<AnswerOf<"confirm">> {
    const underWay = this.#underWay;
    [this.#greeted, this.#underWay] = [null, null];
    if (underWay === null) throw new RightsError("request-malformed", "this comes out of turn");
    const { code, privateKey, exchange } = underWay;
    const { codes, parts, failures } = this.#desk;
    codes.take(code);
    const secrets = await pairingSecrets(code.code, privateKey, exchange.pageKey, exchange);
    if (!isSameSecret(fromBase64url(proof, "request-malformed"), secrets.page)) {
      failures.note(this.#origin);
      throw codes.failed(code);
    }
    if (!codes.use(code)) throw codes.failed(code);
    this.#pairing = await addPairing(parts.account(), this.#origin, client, secrets.token);
    return { pairing: this.#pairing.id, proof: toBase64url(secrets.agent) };
  }
}

function otherVersion(theirs: number): RightsError {
  const older = theirs < linkProtocol ? "page" : "agent";
  return new RightsError("version-mismatch", `the ${older} is of an older version than the other side; update it`);
}
