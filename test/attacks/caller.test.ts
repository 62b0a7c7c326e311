import { createHmac } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, importJWK, type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { SignedRequest } from "../../service/identity/caller.js";
import { openCallers } from "../../service/identity/callers.js";
import { signingKeys } from "../../service/identity/keys.js";
import { utf8 } from "../../shared/bytes.js";
import { newProofKey, type ProofKey, type ProofParts, prove, sha256 } from "../service/identity/client.js";
import { audience, type ScratchIdentity, scratchIdentity } from "../service/identity/scratch-identity.js";

/** Somebody signed in with a device, and what of a request an attacker may change. */
async function victim(clock?: { now: () => number }) {
  const identity = await scratchIdentity(clock);
  const key = await newProofKey();
  const token = await mint(identity, { cnf: { jkt: key.jkt } });
  const url = `${identity.publicUrl.origin}/api/v1/use-licenses`;
  const nowMs = () => identity.clock.now();
  const proof = async (parts: Partial<ProofParts> = {}, by = key) =>
    prove(by, {
      method: "POST",
      url,
      token,
      nonce: identity.callers.currentNonce(),
      body: "body",
      nowMs: nowMs(),
      ...parts,
    });
  const request = async (changed: Partial<SignedRequest> = {}): Promise<SignedRequest> => {
    const authorization = `DPoP ${token}`;
    const base = { method: "POST", url, authorization, body: utf8("body"), ip: "127.0.0.1" };
    return { ...base, proof: "proof" in changed ? changed.proof : await proof(), ...changed };
  };
  return { ...identity, key, token, url, proof, request };
}

/** A token as the provider makes them, but for `changed`; signed by the service's own key unless told. */
async function mint(
  { store, issuer, people, clock }: ScratchIdentity,
  changed: JWTPayload,
  header: { alg?: string; typ?: string } = {},
): Promise<string> {
  const [jwk] = (await signingKeys(store.settings)).keys;
  const seconds = Math.floor(clock.now() / 1000);
  const claims = {
    iss: issuer,
    aud: audience,
    sub: people.ada,
    jti: "t",
    iat: seconds,
    exp: seconds + 600,
    ...changed,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: jwk!.kid, ...header })
    .sign(await importJWK(jwk!, "ES256"));
}

const refusedAs = (reason: string) => ({ code: "sign-in-needed", reason });

describe("a recorded request", () => {
  it("is worth nothing a second time: at once, at the same moment, or later", async () => {
    let now = Date.now();
    const { request, callers, people, store } = await victim({ now: () => now });
    const recorded = await request();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => callers.identify(recorded)));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(outcomes.find((outcome) => outcome.status === "rejected")?.reason).toMatchObject(
      refusedAs("invalid_dpop_proof"),
    );
    for (const later of [1_000, 30_000, 29_000, 1_000, 60_000, 600_000]) {
      now += later;
      await store.sweep();
      await expect(callers.identify(recorded)).rejects.toMatchObject({ code: "sign-in-needed" });
    }
    now -= 721_000;
    expect(await callers.identify(await request())).toMatchObject({ subject: people.ada });
  });

  it("is worth nothing at another node that shares the store", async () => {
    const { request, callers, store, issuer } = await victim();
    const other = await openCallers({ store, issuer, audience });
    await callers.identify(await request());
    await expect(other.identify(await request())).rejects.toMatchObject(refusedAs("use_dpop_nonce"));
  });

  it("is not used up by an attempt that fails", async () => {
    const { request, callers, token } = await victim();
    const recorded = await request();
    await expect(callers.identify({ ...recorded, body: utf8("other") })).rejects.toThrow();
    await expect(
      callers.identify({ ...recorded, authorization: `DPoP ${token.slice(0, -8)}AAAAAAAA` }),
    ).rejects.toThrow();
    await callers.identify(recorded);
  });

  it.each<[string, Partial<SignedRequest>]>([
    ["method", { method: "GET" }],
    ["path", { url: "http://127.0.0.1/api/v1/documents/revoke" }],
    ["host", { url: "http://evil.example/api/v1/use-licenses" }],
    ["body", { body: utf8("bodY") }],
    ["body, left out", { body: new Uint8Array(0) }],
  ])("is worth nothing with another %s", async (_name, changed) => {
    const { request, callers } = await victim();
    await expect(callers.identify(await request(changed))).rejects.toMatchObject(refusedAs("invalid_dpop_proof"));
  });
});

describe("a stolen token", () => {
  it("is no bearer token, and needs a proof", async () => {
    const { request, callers, token } = await victim();
    for (const scheme of ["Bearer", "bearer"])
      await expect(callers.identify(await request({ authorization: `${scheme} ${token}` }))).rejects.toMatchObject(
        refusedAs("invalid_token"),
      );
    await expect(callers.identify(await request({ proof: undefined }))).rejects.toMatchObject(
      refusedAs("invalid_dpop_proof"),
    );
    await expect(callers.identify(await request({ authorization: undefined }))).rejects.toMatchObject(
      refusedAs("no_token"),
    );
  });

  it("does not go with the proof of another key", async () => {
    const { request, callers, proof } = await victim();
    const stolen = await request({ proof: await proof({}, await newProofKey()) });
    await expect(callers.identify(stolen)).rejects.toMatchObject(refusedAs("invalid_token"));
  });
});

describe("a forged token", () => {
  const forged: Record<string, (identity: ScratchIdentity, key: ProofKey) => Promise<string>> = {
    "for another audience": (identity, { jkt }) => mint(identity, { aud: "urn:sealwright:other", cnf: { jkt } }),
    "for two audiences": (identity, { jkt }) => mint(identity, { aud: [audience, "urn:other"], cnf: { jkt } }),
    "of another issuer": (identity, { jkt }) => mint(identity, { iss: `${identity.issuer}/`, cnf: { jkt } }),
    "bound to no key": (identity) => mint(identity, {}),
    "bound to a list": (identity, { jkt }) => mint(identity, { cnf: [jkt] }),
    "of another type": (identity, { jkt }) => mint(identity, { cnf: { jkt } }, { typ: "JWT" }),
    "that has ended": (identity, { jkt }) => mint(identity, { exp: Math.floor(Date.now() / 1000), cnf: { jkt } }),
    "without an end": (identity, { jkt }) => mint(identity, { exp: undefined, cnf: { jkt } }),
    "without a subject": (identity, { jkt }) => mint(identity, { sub: undefined, cnf: { jkt } }),
    "without an id": (identity, { jkt }) => mint(identity, { jti: undefined, cnf: { jkt } }),
    "not valid yet": (identity, { jkt }) => mint(identity, { nbf: Math.floor(Date.now() / 1000) + 900, cnf: { jkt } }),
    "with alg none": async (identity, { jkt }) => {
      const [, payload] = (await mint(identity, { cnf: { jkt } })).split(".");
      return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${payload}.`;
    },
    "with alg none and a signature": async (identity, { jkt }) => {
      const [, payload, signature] = (await mint(identity, { cnf: { jkt } })).split(".");
      return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${payload}.${signature}`;
    },
    "with the public key as an HMAC secret": async (identity, { jkt }) => {
      const good = await mint(identity, { cnf: { jkt } });
      const header = { ...decodeProtectedHeader(good), alg: "HS256" };
      const signed = `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${good.split(".")[1]}`;
      const { keys } = (await (await fetch(`${identity.issuer}/jwks`)).json()) as { keys: object[] };
      return `${signed}.${createHmac("sha256", JSON.stringify(keys[0])).update(signed).digest("base64url")}`;
    },
    "signed by another key": async (identity, { jkt }) => {
      const good = await mint(identity, { cnf: { jkt } });
      const { privateKey } = await generateKeyPair("ES256");
      return new SignJWT(decodeJwt(good))
        .setProtectedHeader({ ...decodeProtectedHeader(good), alg: "ES256" })
        .sign(privateKey);
    },
    "that brings its own key": async (identity, { jkt }) => {
      const { privateKey, jwk } = await newProofKey();
      const claims = decodeJwt(await mint(identity, { cnf: { jkt } }));
      return new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "at+jwt", jwk }).sign(privateKey);
    },
    "with one claim changed": async (identity, { jkt }) => {
      const [header, payload, signature] = (await mint(identity, { cnf: { jkt } })).split(".");
      const claims = { ...JSON.parse(Buffer.from(payload!, "base64url").toString()), sub: identity.people.bob };
      return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
    },
    "that is endless": async () => `${"a".repeat(20_000)}.b.c`,
    "that is none": async () => "a.b.c",
  };

  it.each(Object.keys(forged))("%s is refused", async (name) => {
    const { request, callers, proof, key, ...identity } = await victim();
    const token = await forged[name]!({ ...identity, callers }, key);
    const attack = await request({ authorization: `DPoP ${token}`, proof: await proof({ token }) });
    await expect(callers.identify(attack)).rejects.toMatchObject(refusedAs("invalid_token"));
  });

  it("that was good a moment ago is refused once it has ended, remembered or not", async () => {
    let now = Date.now();
    const { request, callers } = await victim({ now: () => now });
    await callers.identify(await request());
    now += 601_000;
    await expect(callers.identify(await request())).rejects.toMatchObject(refusedAs("invalid_token"));
  });
});

describe("a forged proof", () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

  it.each<[string, Partial<ProofParts>]>([
    ["without a body hash", { claims: { bh: undefined } }],
    ["without a token hash", { claims: { ath: undefined } }],
    ["for another token", { claims: { ath: sha256("other") } }],
    ["with a short id", { claims: { jti: "fifteen-letters" } }],
    ["with an endless id", { claims: { jti: "x".repeat(257) } }],
    ["with an id that is none", { claims: { jti: 1234567890123456 } }],
    ["without a time", { claims: { iat: undefined } }],
    ["with a query in its address", { claims: { htu: "http://127.0.0.1/api/v1/use-licenses?x" } }],
    ["of another type", { header: { typ: "jwt" } }],
    ["with critical extensions", { header: { crit: ["b64"], b64: true } }],
    ["without a key", { header: { jwk: undefined } }],
    ["with a symmetric key", { header: { jwk: { kty: "oct", k: "AAAA" } } }],
    [
      "with a point off the curve",
      { header: { jwk: { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) } } },
    ],
  ])("%s is refused", async (_name, parts) => {
    const { request, callers, proof } = await victim();
    await expect(callers.identify(await request({ proof: await proof(parts) }))).rejects.toMatchObject(
      refusedAs("invalid_dpop_proof"),
    );
  });

  it("more than a minute old or early is refused", async () => {
    const nowMs = 1_800_000_000_000;
    const { request, callers, proof } = await victim({ now: () => nowMs });
    for (const seconds of [-61, 61, -100_000, 2 ** 52])
      await expect(
        callers.identify(await request({ proof: await proof({ claims: { iat: nowMs / 1000 + seconds } }) })),
      ).rejects.toMatchObject(refusedAs("invalid_dpop_proof"));
    for (const seconds of [-60, 60])
      await callers.identify(await request({ proof: await proof({ claims: { iat: nowMs / 1000 + seconds } }) }));
  });

  it("that shows its private key, is signed otherwise, doubled or endless is refused", async () => {
    const { request, callers, proof, key } = await victim();
    const good = await proof();
    const [header, payload, signature] = good.split(".");
    const jwk = { ...key.jwk, d: "A".repeat(43) };
    const rsa = await generateKeyPair("RS256");
    const attacks = [
      await proof({ header: { jwk } }),
      [encode({ typ: "dpop+jwt", alg: "none", jwk: key.jwk }), payload, ""].join("."),
      [encode({ typ: "dpop+jwt", alg: "HS256", jwk: key.jwk }), payload, signature].join("."),
      await new SignJWT({}).setProtectedHeader({ typ: "dpop+jwt", alg: "RS256", jwk: key.jwk }).sign(rsa.privateKey),
      [header, payload, `${signature!.slice(0, -8)}AAAAAAAA`].join("."),
      [header, payload, Buffer.alloc(64).toString("base64url")].join("."),
      [header, payload, `${signature}=`].join("."),
      [header, payload].join("."),
      `${good}.${signature}`,
      "x".repeat(9000),
      [good, good],
    ];
    for (const attack of attacks)
      await expect(callers.identify(await request({ proof: attack }))).rejects.toMatchObject(
        refusedAs("invalid_dpop_proof"),
      );
    await callers.identify(await request({ proof: good }));
  });

  it("made in advance is refused: it lacks a current nonce", async () => {
    let now = Date.now();
    const { request, callers, proof } = await victim({ now: () => now });
    const inAdvance = await proof({ nowMs: now + 330_000 });
    for (const nonce of [undefined, "", "made-up", "x".repeat(256)])
      await expect(callers.identify(await request({ proof: await proof({ nonce }) }))).rejects.toMatchObject(
        refusedAs("use_dpop_nonce"),
      );
    now += 330_000;
    await expect(callers.identify(await request({ proof: inAdvance }))).rejects.toMatchObject(
      refusedAs("use_dpop_nonce"),
    );
    const challenge = await callers.identify(await request({ proof: inAdvance })).catch((error) => error);
    expect(challenge.header).toBe('DPoP error="use_dpop_nonce", algs="ES256"');
  });
});
