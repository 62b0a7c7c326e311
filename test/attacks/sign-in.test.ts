import { describe, expect, it } from "vitest";
import {
  actionOf,
  authorizationRequest,
  Browserless,
  newProofKey,
  obtainCode,
  prove,
  requestTokens,
} from "../service/identity/client.js";
import { audience, password, scratchIdentity } from "../service/identity/scratch-identity.js";

const ada = { username: "ada@trial.example", password };

async function signInPage(issuer: string) {
  const browserless = new Browserless();
  const { url } = await browserless.follow(authorizationRequest(issuer, audience).url);
  return { browserless, url };
}

describe("guessing passwords", () => {
  it("ends after ten tries for one account, however they come, and goes on slowly", async () => {
    let now = Date.now();
    const { issuer } = await scratchIdentity({ now: () => now });
    const tries = Array.from({ length: 14 }, async (_, i) => {
      const { browserless, url } = await signInPage(issuer);
      const username = i % 2 ? ada.username : " ADA@trial.EXAMPLE ";
      return (await browserless.submit(url, { action: "sign-in", username, password: `guess ${i}` })).page!;
    });
    const answers = await Promise.all(tries);
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array(10).fill(401), ...Array(4).fill(429)]);
    const limited = answers.find((answer) => answer.status === 429)!;
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(20);
    expect(await limited.text()).toMatch(/Too many wrong passwords. Try again in \d+ seconds/);
    // The right one is not tried either, so a guesser learns nothing; others are not kept out.
    const { browserless, url } = await signInPage(issuer);
    expect((await browserless.submit(url, { action: "sign-in", ...ada })).page?.status).toBe(429);
    await obtainCode({ issuer, audience }, { ...ada, username: "bob@trial.example" });
    now += 31_000;
    await obtainCode({ issuer, audience }, ada);
  });

  it("ends after thirty tries from one network address, whatever the accounts", async () => {
    const now = Date.now(); // however long it takes, no time passes that would give tries back
    const { issuer } = await scratchIdentity({ now: () => now });
    const statuses: number[] = [];
    const { browserless, url } = await signInPage(issuer);
    for (let i = 0; i < 33; i++) {
      const fields = { action: "sign-in", username: `p${i}@trial.example`, password: "guess" };
      statuses.push((await browserless.submit(url, fields)).page!.status);
    }
    expect(statuses).toEqual([...Array(30).fill(401), ...Array(3).fill(429)]);
  });

  it("takes as long for a stranger as for somebody", async () => {
    const { issuer } = await scratchIdentity();
    const median = async (name: string) => {
      const times: number[] = [];
      const { browserless, url } = await signInPage(issuer);
      for (let i = 0; i < 7; i++) {
        const started = performance.now();
        await browserless.submit(url, { action: "sign-in", username: name, password: "guess" });
        times.push(performance.now() - started);
      }
      return times.sort((a, b) => a - b)[3]!;
    };
    const [known, unknown] = [await median("ada@trial.example"), await median("nobody@trial.example")];
    expect(unknown).toBeGreaterThan(known / 2); // without the dummy hash it is a tenth
  });
});

describe("hostile forms", () => {
  it("are refused from other sites, and taken from our own page", async () => {
    const { issuer, publicUrl } = await scratchIdentity();
    const { browserless, url } = await signInPage(issuer);
    const fields = { action: "sign-in", ...ada };
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `${publicUrl.origin}.evil.example` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ] as Record<string, string>[])
      expect((await browserless.submit(url, fields, headers)).page?.status).toBe(400);
    const { page } = await browserless.submit(url, fields, {
      origin: publicUrl.origin,
      "sec-fetch-site": "same-origin",
    });
    expect(actionOf(await page!.text())).toBe("consent");
  });

  it("are refused without the cookie, or with that of another sign-in", async () => {
    const { issuer } = await scratchIdentity();
    const [mine, other] = [await signInPage(issuer), await signInPage(issuer)];
    const fields = { action: "sign-in", ...ada };
    expect((await new Browserless().submit(mine.url, fields)).page?.status).toBe(400);
    expect((await other.browserless.submit(mine.url, fields)).page?.status).toBe(400);
  });

  it("do not sign in a session that somebody else made: its cookie is worth nothing afterwards", async () => {
    const { issuer } = await scratchIdentity();
    const device = async () => {
      const asked = { client_id: "sealwright", scope: "openid offline_access", resource: audience };
      const answer = await fetch(`${issuer}/device/auth`, { method: "POST", body: new URLSearchParams(asked) });
      return ((await answer.json()) as { verification_uri: string }).verification_uri;
    };
    const victim = new Browserless();
    const planted = (await victim.request(await device())).headers.getSetCookie().map((line) => line.split(";", 1)[0]!);
    expect(planted.some((cookie) => cookie.startsWith("_session="))).toBe(true);
    const { url } = await victim.follow(authorizationRequest(issuer, audience).url);
    const { page } = await victim.submit(url, { action: "sign-in", ...ada });
    expect(actionOf(await page!.text())).toBe("consent");
    const attacker = new Browserless();
    const start = await attacker.request(authorizationRequest(issuer, audience).url, {
      headers: { cookie: planted.join("; ") },
    });
    const { page: seen } = await attacker.follow(new URL(start.headers.get("location")!, issuer));
    expect(actionOf(await seen!.text())).toBe("sign-in");
  });

  it("are refused when they skip a step, ask for nonsense, or are endless", async () => {
    const { issuer } = await scratchIdentity();
    const { browserless, url } = await signInPage(issuer);
    for (const fields of [{ action: "consent" }, { action: "__proto__" }, {}] as Record<string, string>[])
      expect((await browserless.submit(url, fields)).page?.status).toBe(400);
    const long = await browserless.submit(url, { action: "sign-in", username: "x".repeat(20_000), password: "x" });
    expect(long.page?.status).toBe(413);
    const json = await browserless.request(url, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(json.status).toBe(400);
  });

  it("find names and passwords taken as data", async () => {
    const { issuer, store, people } = await scratchIdentity();
    const names = [
      "' or '1'='1",
      "ada@trial.example' --",
      "x'; drop table people; --@trial.example",
      "%@trial.example",
      "\u0000",
      '"><script>alert(1)</script>',
      "ada@trial.example\r\nx-injected: 1",
    ];
    for (const username of names) {
      const { browserless, url } = await signInPage(issuer);
      const { page } = await browserless.submit(url, { action: "sign-in", username, password: "' or 1=1" });
      expect(page?.status, username).toBe(401);
      expect(await page!.text()).not.toContain("<script>alert");
    }
    expect(await store.accounts.find(people.ada)).not.toBeNull();
  });

  it("find an account without a password closed", async () => {
    const { issuer, store } = await scratchIdentity();
    const account = { name: "N", addresses: ["n@trial.example"], administrator: false, state: "active" as const };
    await store.accounts.add({ ...account, id: "33333333-3333-4333-8333-333333333333", passwordHash: null });
    for (const guess of ["", "null", "no password hashes to this account"]) {
      const { browserless, url } = await signInPage(issuer);
      const fields = { action: "sign-in", username: "n@trial.example", password: guess };
      expect((await browserless.submit(url, fields)).page?.status).toBe(401);
    }
  });
});

describe("an authorization request", () => {
  it.each<[string, Record<string, string>]>([
    ["to another site", { redirect_uri: "https://evil.example/callback" }],
    ["to another path of the loopback", { redirect_uri: "http://127.0.0.1:1/other" }],
    ["to a look-alike of the loopback", { redirect_uri: "http://127.0.0.1.evil.example/callback" }],
    ["to the loopback by way of a user name", { redirect_uri: "http://127.0.0.1:80@evil.example/callback" }],
    ["of an unknown client", { client_id: "other" }],
  ])("%s is answered here and nowhere else", async (_name, changed) => {
    const { issuer } = await scratchIdentity();
    const { url, page } = await new Browserless().follow(authorizationRequest(issuer, audience, changed).url);
    expect(page?.status).toBe(400);
    expect(url.origin).toBe(new URL(issuer).origin);
  });

  it.each<[string, Record<string, string>, string]>([
    ["without a code challenge", { code_challenge: "" }, "invalid_request"],
    ["with a plain code challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["for tokens in the address", { response_type: "token" }, "unsupported_response_type"],
    ["for another resource", { resource: "urn:sealwright:other" }, "invalid_target"],
  ])("%s is refused", async (_name, changed, error) => {
    const { issuer } = await scratchIdentity();
    const { url } = await new Browserless().follow(authorizationRequest(issuer, audience, changed).url);
    expect(new URLSearchParams(url.search || url.hash.slice(1)).get("error")).toBe(error);
  });
});

describe("a stolen code", () => {
  const exchange = { grant_type: "authorization_code", redirect_uri: "http://127.0.0.1:54321/callback" };

  it("is worth nothing without the verifier, elsewhere, or without a proof", async () => {
    const { issuer } = await scratchIdentity();
    const { code, started } = await obtainCode({ issuer, audience }, ada);
    const key = await newProofKey();
    const fields = { ...exchange, code, code_verifier: started.verifier };
    expect((await requestTokens(issuer, key, { ...fields, code_verifier: "x".repeat(43) })).status).toBe(400);
    expect((await requestTokens(issuer, key, { ...fields, redirect_uri: "http://127.0.0.1:1/callback" })).status).toBe(
      400,
    );
    const body = new URLSearchParams({ client_id: "sealwright", ...fields });
    expect((await fetch(`${issuer}/token`, { method: "POST", body })).status).toBe(400);
    expect((await requestTokens(issuer, key, fields)).status).toBe(200);
  });

  it("is worth tokens to at most one of many who use it at once", async () => {
    const { issuer } = await scratchIdentity();
    const { code, started } = await obtainCode({ issuer, audience }, ada);
    const fields = { ...exchange, code, code_verifier: started.verifier };
    const uses = Array.from({ length: 6 }, async () => requestTokens(issuer, await newProofKey(), fields));
    const good = (await Promise.all(uses)).filter(({ status }) => status === 200);
    expect(good.length).toBeLessThanOrEqual(1);
  });

  it("does not come with a proof that can be used again", async () => {
    const { issuer } = await scratchIdentity();
    const { code, started } = await obtainCode({ issuer, audience }, ada);
    const key = await newProofKey();
    const url = `${issuer}/token`;
    const nonce = (await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ client_id: "sealwright", ...exchange, code, code_verifier: started.verifier }),
      headers: { dpop: await prove(key, { method: "POST", url }) },
    }).then((response) => response.headers.get("dpop-nonce")))!;
    const dpop = await prove(key, { method: "POST", url, nonce });
    const send = (fields: Record<string, string>) =>
      fetch(url, {
        method: "POST",
        body: new URLSearchParams({ client_id: "sealwright", ...fields }),
        headers: { dpop },
      });
    const first = await send({ ...exchange, code, code_verifier: started.verifier });
    expect(first.status).toBe(200);
    const { refresh_token } = (await first.json()) as { refresh_token: string };
    expect((await send({ grant_type: "refresh_token", refresh_token })).status).toBe(400);
  });
});
