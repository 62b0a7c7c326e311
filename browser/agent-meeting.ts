import { fromBase64url, toBase64url } from "../shared/bytes.js";
import { codeOf, RightsError } from "../shared/errors.js";
import { linkPorts, linkProtocol, nonceBytes } from "../shared/protocol/agent-limits.js";
import {
  type Exchange,
  isProvenBy,
  isSameSecret,
  newPairingKey,
  normalizeCode,
  pairingSecrets,
  proveToken,
  tokenKey,
} from "../shared/protocol/agent-proof.js";
import { type Carrier, unreachable } from "./agent-carrier.js";
import type { KeptPairing } from "./agent-pairing.js";
import { PostCarrier } from "./agent-post.js";
import { openSocket, randomText } from "./agent-socket.js";

/** How a page finds its agent among what listens on this computer, and how each proves itself to the other. */

export interface Page {
  /** What the person sees of it: "Word". */
  readonly name: string;
  readonly version: string;
  /** As the browser says it. */
  readonly origin: string;
  /** Where an agent may be; in this order. */
  readonly ports?: readonly number[];
  /** Without WebSockets. */
  readonly byPost?: boolean;
  /** How long a connection may take to open. */
  readonly openMs?: number;
}

const usualOpenMs = 5000;

async function carrierTo(port: number, { byPost = false, openMs = usualOpenMs }: Page): Promise<Carrier> {
  return byPost ? new PostCarrier(port) : openSocket(port, openMs);
}

/** Says hello on every port in turn, until `meet` has found its agent there. @throws what says most of why there is none. */
async function onPorts<T>(page: Page, meet: (carrier: Carrier, exchange: Exchange) => Promise<T>): Promise<T> {
  let reason: unknown = unreachable();
  for (const port of page.ports ?? linkPorts) {
    let carrier: Carrier | null = null;
    try {
      carrier = await carrierTo(port, page);
      return await meet(carrier, await hello(carrier, page));
    } catch (error) {
      carrier?.close();
      if (weight(error) > weight(reason)) reason = error;
    }
  }
  throw reason;
}

/** Another agent that does not know this page says less than one that is not who it should be. */
const weights = [
  "agent-unreachable",
  "not-paired",
  "rate-limited",
  "sign-in-needed",
  "version-mismatch",
  "pairing-failed",
  "agent-untrusted",
];
const weight = (error: unknown): number => {
  const at = weights.indexOf(codeOf(error));
  return at < 0 ? weights.length : at;
};

async function hello(carrier: Carrier, { name, version, origin }: Page): Promise<Exchange> {
  const pageNonce = randomText(nonceBytes);
  const client = { name, version };
  const { nonce } = await carrier.ask("hello", { protocol: linkProtocol, nonce: pageNonce, client });
  return { origin, port: carrier.port, pageNonce, agentNonce: nonce };
}

/**
 * The agent this page was paired with.
 * @throws RightsError `agent-unreachable`, `not-paired`, `agent-untrusted` (something else listens there), `version-mismatch`.
 */
export const meetAgain = (page: Page, { id, key }: KeptPairing): Promise<Carrier> =>
  onPorts(page, async (carrier, exchange) => {
    const proof = await proveToken(key, "page", exchange, id);
    const theirs = await carrier.ask("authenticate", { pairing: id, proof });
    if (!(await isProvenBy(theirs.proof, key, "agent", exchange, id))) throw untrusted();
    return carrier;
  });

/**
 * Pairs with the agent that shows `code`.
 * @throws RightsError `pairing-failed`, `agent-unreachable`, `agent-untrusted`, `version-mismatch`.
 */
export function meetFirst(page: Page, typed: string): Promise<{ carrier: Carrier; pairing: KeptPairing }> {
  const code = normalizeCode(typed);
  if (code === null)
    throw new RightsError("pairing-failed", "a code has eight letters and digits, as the agent shows it");
  return onPorts(page, async (carrier, exchange) => {
    const own = await newPairingKey();
    const { key: agentKey, salt } = await carrier.ask("pair", { key: own.publicKey });
    const pairing = { ...exchange, pageKey: own.publicKey, agentKey, salt };
    const secrets = await pairingSecrets(code, own.privateKey, agentKey, pairing);
    const { pairing: id, proof } = await carrier.ask("confirm", { proof: toBase64url(secrets.page) });
    if (!isSameSecret(fromBase64url(proof, "agent-untrusted"), secrets.agent)) throw untrusted();
    const key = await tokenKey(secrets.token);
    secrets.token.fill(0);
    return { carrier, pairing: { id, key } };
  });
}

/** Whether there is an agent at all. @throws RightsError `agent-unreachable`, `version-mismatch`. */
export const greet = (page: Page): Promise<void> => onPorts(page, async (carrier) => carrier.close());

/** Makes the agent show a code, where it can show one by itself. @throws likewise. */
export const askForCode = (page: Page): Promise<void> =>
  onPorts(page, async (carrier) => {
    await carrier.ask("pair", { key: (await newPairingKey()).publicKey });
    carrier.close();
  });

const untrusted = () =>
  new RightsError("agent-untrusted", "what answers on this computer is not the agent that this page was paired with");
