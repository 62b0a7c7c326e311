import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import * as z from "zod";
import type { Bytes } from "../../shared/bytes.js";
import { parseJson } from "../../shared/json.js";
import { Challenge, type SignedRequest } from "./caller.js";

/** How far the clock of a client may be off, in seconds. */
const clockSkewSeconds = 60;

const maxProofChars = 8192;

/** 43 characters: the 32 bytes of a P-256 coordinate or of a SHA-256. */
const thirtyTwoBytes = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const Header = z.object({
  typ: z.literal("dpop+jwt"),
  alg: z.literal("ES256"),
  jwk: z.object({
    kty: z.literal("EC"),
    crv: z.literal("P-256"),
    x: thirtyTwoBytes,
    y: thirtyTwoBytes,
    d: z.undefined().optional(),
  }),
  crit: z.undefined().optional(),
});

const Claims = z.object({
  /** At least 96 bits: 16 characters of base64url. */
  jti: z.string().min(16).max(256),
  htm: z.string(),
  htu: z.string(),
  iat: z.int(),
  ath: thirtyTwoBytes,
  bh: thirtyTwoBytes,
  nonce: z.string().max(256).optional(),
});

/** A proof of possession whose signature and claims hold for a request; whether it was used before is not known yet. */
export interface Proof {
  /** RFC 7638 thumbprint of the key that signed. */
  jkt: string;
  /** What to claim, so that it is never used again. */
  id: string;
  /** From when on (ms) it would be refused anyway. */
  until: number;
}

export interface ProofContext {
  accessToken: string;
  isNonceValid: (nonce: string) => boolean;
  nowMs: number;
}

/**
 * RFC 9449 with `ath`, `nonce` and our `bh` required (docs/encodings.md, DPoP).
 * @throws Challenge invalid_dpop_proof, or use_dpop_nonce when only the nonce is missing or stale.
 */
export function checkProof(request: SignedRequest, { accessToken, isNonceValid, nowMs }: ProofContext): Proof {
  const { claims, jkt } = verifiedProof(request.proof);
  const mismatch =
    (claims.htm !== request.method && "method") ||
    (!isSameUrl(claims.htu, request.url) && "address") ||
    (claims.ath !== sha256(accessToken) && "token") ||
    (claims.bh !== sha256(request.body) && "content") ||
    (Math.abs(nowMs / 1000 - claims.iat) > clockSkewSeconds && "time");
  if (mismatch) throw refuse(`the proof of possession was made for another ${mismatch}`);
  if (claims.nonce === undefined || !isNonceValid(claims.nonce))
    throw new Challenge("use_dpop_nonce", "the proof of possession needs the service's current nonce");
  return { jkt, id: sha256(`${jkt} ${claims.jti}`), until: (claims.iat + clockSkewSeconds + 1) * 1000 };
}

const refuse = (message: string, cause?: unknown) => new Challenge("invalid_dpop_proof", message, { cause });

const malformed = (cause?: unknown) => refuse("the proof of possession is not one this service understands", cause);

const sha256 = (content: string | Uint8Array): string => hash("sha256", content, "base64url");

interface VerifiedProof {
  claims: z.infer<typeof Claims>;
  jkt: string;
}

function verifiedProof(proof: SignedRequest["proof"]): VerifiedProof {
  if (proof === undefined) throw refuse("the proof of possession is missing");
  if (typeof proof !== "string" || proof.length > maxProofChars) throw malformed();
  const [header, payload, signature, ...more] = proof.split(".");
  if (!header || !payload || !signature || more.length > 0) throw malformed();
  const { key, jkt } = signerOf(header);
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, decode(signature)))
    throw refuse("the proof of possession is not signed by its key");
  return { claims: parse(Claims, payload), jkt };
}

interface ProofSigner {
  key: KeyObject;
  jkt: string;
}

/** By the header as it came: a client sends the same one each time, and reading it costs as much as verifying. */
const signers = new Map<string, ProofSigner>();
const maxSigners = 10_000;

function signerOf(header: string): ProofSigner {
  const known = signers.get(header);
  if (known) return known;
  const { kty, crv, x, y } = parse(Header, header).jwk;
  const jkt = sha256(JSON.stringify({ crv, kty, x, y })); // RFC 7638: these members in this order
  try {
    const signer = { key: createPublicKey({ key: { kty, crv, x, y }, format: "jwk" }), jkt };
    if (signers.size >= maxSigners) signers.clear();
    signers.set(header, signer);
    return signer;
  } catch (error) {
    throw malformed(error); // not a point of the curve
  }
}

/** Thumbprint of the key a proof names, whether it holds or not; `null` for what names none. */
export function namedKey(proof: string): string | null {
  try {
    return proof.length > maxProofChars ? null : signerOf(proof.split(".", 1)[0]!).jkt;
  } catch {
    return null;
  }
}

function parse<T>(schema: z.ZodType<T>, part: string): T {
  try {
    return schema.parse(parseJson(decode(part), "request-malformed"));
  } catch (error) {
    throw malformed(error);
  }
}

/** One spelling only, as `fromBase64url` wants it; on this path its generality costs more than the verification. */
function decode(part: string): Bytes {
  const bytes = Buffer.from(part, "base64url");
  if (bytes.toString("base64url") !== part) throw malformed();
  return new Uint8Array(bytes);
}

function isSameUrl(claimed: string, actual: string): boolean {
  if (claimed === actual && !/[?#]/.test(claimed)) return true; // as our own clients spell it
  if (!URL.canParse(claimed) || /[?#]/.test(claimed)) return false;
  const [one, other] = [new URL(claimed), new URL(actual)];
  return one.origin === other.origin && one.pathname === other.pathname;
}
