import { createHash } from "node:crypto";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it, vi } from "vitest";
import { identityRoutes } from "../../../service/identity/provider.js";
import { authorizationRequest, Browserless, newProofKey, prove, requestTokens, signInWithPassword } from "./client.js";
import { audience, password, scratchIdentity } from "./scratch-identity.js";

const ada = { username: "Ada@Trial.example", password };

describe("signing in without a browser", () => {
  it("ends in tokens for the service, bound to the key of the device", async () => {
    const { issuer, people, callers, publicUrl, audit } = await scratchIdentity();
    const key = await newProofKey();
    const { status, json } = await signInWithPassword({ issuer, audience }, ada, key);
    expect(status, JSON.stringify(json)).toBe(200);
    expect(json).toMatchObject({ token_type: "DPoP", expires_in: 600, refresh_token: expect.any(String) });
    expect(decodeProtectedHeader(json.access_token!)).toMatchObject({ alg: "ES256", typ: "at+jwt" });
    expect(decodeJwt(json.access_token!)).toMatchObject({
      iss: `${publicUrl.origin}/oidc`,
      aud: audience,
      sub: people.ada,
      client_id: "sealwright",
      cnf: { jkt: key.jkt },
    });
    expect(decodeJwt(json.id_token!)).toMatchObject({ sub: people.ada, aud: "sealwright" });

    const url = `${publicUrl.origin}/api/v1/policy`;
    const token = json.access_token!;
    const proof = await prove(key, { method: "GET", url, token, nonce: callers.currentNonce() });
    const request = { method: "GET", url, authorization: `DPoP ${token}`, proof, body: new Uint8Array(0), ip: "::1" };
    expect(await callers.identify(request)).toEqual({
      subject: people.ada,
      jkt: key.jkt,
      tokenId: decodeJwt(token).jti,
      ip: "::1",
    });
    expect((await audit.events({ action: "sign-in" }))[0]).toMatchObject({ result: "done", subject: people.ada });
  });

  it("says no twice in the same words to a wrong password and to a stranger", async () => {
    const { issuer, audit } = await scratchIdentity();
    const pages: string[] = [];
    for (const username of ["ada@trial.example", "eve@trial.example"]) {
      const browserless = new Browserless();
      const { url } = await browserless.follow(authorizationRequest(issuer, audience).url);
      const { page } = await browserless.submit(url, { action: "sign-in", username, password: "wrong" });
      expect(page?.status).toBe(401);
      pages.push((await page!.text()).replaceAll(username, "NAME"));
    }
    expect(pages[0]).toBe(pages[1]);
    expect(pages[0]).toContain("do not belong together");
    const events = await audit.events({ action: "sign-in" });
    expect(events.map(({ result, address }) => [result, address])).toEqual([
      ["sign-in-failed", undefined], // a stranger's name may be a password in the wrong field
      ["sign-in-failed", "ada@trial.example"],
    ]);
  });

  it("can be cancelled at each step", async () => {
    const { issuer } = await scratchIdentity();
    for (const steps of [[], [{ action: "sign-in", ...ada }]]) {
      const browserless = new Browserless();
      let { url } = await browserless.follow(authorizationRequest(issuer, audience).url);
      for (const fields of steps) ({ url } = await browserless.submit(url, fields));
      const { url: callback } = await browserless.submit(url, { action: "cancel" });
      expect(callback.searchParams.get("error")).toBe("access_denied");
      expect(callback.origin).toBe("http://127.0.0.1:54321");
    }
  });

  it("lets somebody else sign in within the same browser", async () => {
    const { issuer, people } = await scratchIdentity();
    const browserless = new Browserless();
    const key = await newProofKey();
    const signIn = async (username: string) => {
      const started = authorizationRequest(issuer, audience, { prompt: "login consent" });
      const first = await browserless.follow(started.url);
      const second = await browserless.submit(first.url, { action: "sign-in", username, password });
      expect(await second.page!.text()).toContain(username);
      const { url } = await browserless.submit(second.url, { action: "consent" });
      const code = url.searchParams.get("code")!;
      const fields = { grant_type: "authorization_code", code, code_verifier: started.verifier };
      const { json } = await requestTokens(issuer, key, { ...fields, redirect_uri: started.redirectUri });
      return decodeJwt(json.access_token!).sub;
    };
    expect(await signIn("ada@trial.example")).toBe(people.ada);
    expect(await signIn("bob@trial.example")).toBe(people.bob);
    expect(await signIn("ada@trial.example")).toBe(people.ada);
  });
});

describe("refresh tokens", () => {
  const refresh = (issuer: string, key: Awaited<ReturnType<typeof newProofKey>>, refresh_token: string) =>
    requestTokens(issuer, key, { grant_type: "refresh_token", refresh_token });

  it("are used once, and one used twice ends the whole sign-in", async () => {
    const { issuer } = await scratchIdentity();
    const key = await newProofKey();
    const first = (await signInWithPassword({ issuer, audience }, ada, key)).json.refresh_token!;
    const second = await refresh(issuer, key, first);
    expect(second.status, JSON.stringify(second.json)).toBe(200);
    expect(decodeJwt(second.json.access_token!)).toMatchObject({ aud: audience, cnf: { jkt: key.jkt } });
    expect(second.json.refresh_token).not.toBe(first);
    expect((await refresh(issuer, key, first)).status).toBe(400);
    expect((await refresh(issuer, key, second.json.refresh_token!)).status).toBe(400);
  });

  it("are worth nothing with another key", async () => {
    const { issuer } = await scratchIdentity();
    const { json } = await signInWithPassword({ issuer, audience }, ada, await newProofKey());
    expect((await refresh(issuer, await newProofKey(), json.refresh_token!)).status).toBe(400);
  });

  it("end when the account is switched off", async () => {
    const { issuer, store, people } = await scratchIdentity();
    const key = await newProofKey();
    const { json } = await signInWithPassword({ issuer, audience }, ada, key);
    await store.accounts.setState(people.ada, "disabled");
    expect((await refresh(issuer, key, json.refresh_token!)).status).toBe(400);
    await expect(signInWithPassword({ issuer, audience }, ada, key)).rejects.toThrow("no consent page: 401");
  });
});

describe("the provider", () => {
  it("keeps its keys and sign-ins over a restart", async () => {
    const { issuer, store, audit, directory, publicUrl } = await scratchIdentity();
    const jwks = async () => (await fetch(`${issuer}/jwks`)).json();
    const before = (await jwks()) as { keys: Record<string, string>[] };
    expect(before.keys).toHaveLength(1);
    expect(before.keys[0]).not.toHaveProperty("d");
    const Fastify = (await import("fastify")).default;
    const again = Fastify();
    await again.register(await identityRoutes({ store, directory, audit, publicUrl, organisation: "x", audience }));
    expect((await again.inject("/oidc/jwks")).json()).toEqual(before);
    await again.close();
  });

  it("says nothing on the console while it starts and works", async () => {
    const said = (["log", "info", "warn", "error"] as const).map((name) => vi.spyOn(console, name));
    const { issuer } = await scratchIdentity();
    const { json } = await signInWithPassword({ issuer, audience }, ada, await newProofKey());
    const body = new URLSearchParams({ client_id: "sealwright", token: json.refresh_token! });
    expect((await fetch(`${issuer}/token/revocation`, { method: "POST", body })).status).toBe(200);
    for (const spy of said) expect(spy.mock.calls).toEqual([]);
    vi.restoreAllMocks();
  });

  it("speaks of its public address whatever a request says", async () => {
    const { issuer, publicUrl } = await scratchIdentity();
    const { request } = await import("node:http");
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
    const body = await new Promise<string>((resolve, reject) => {
      const url = new URL(`${issuer}/.well-known/openid-configuration`);
      request(url, { headers }, (response) => {
        let text = "";
        response.on("data", (piece) => (text += piece)).on("end", () => resolve(text));
      })
        .on("error", reject)
        .end();
    });
    expect(body).not.toContain("evil");
    expect(JSON.parse(body)).toMatchObject({ issuer, token_endpoint: `${publicUrl.origin}/oidc/token` });
  });

  it("speaks the language a browser asks for", async () => {
    const { issuer } = await scratchIdentity();
    const titles: Record<string, string> = {};
    for (const language of [
      "",
      "de",
      "de-AT, en;q=0.8",
      "en;q=0.3, de;q=0.7",
      "fr, de;q=0",
      "*",
      "de;q=x",
      "x".repeat(5000),
    ]) {
      const page = await fetch(`${issuer}/password`, { headers: { "accept-language": language } });
      titles[language.slice(0, 20)] = /<html lang="(\w+)"/.exec(await page.text())![1]!;
    }
    expect(Object.values(titles)).toEqual(["en", "de", "de", "de", "en", "en", "en", "en"]);
  });

  it("shows pages with one script, which it names, and with names as text", async () => {
    const { issuer } = await scratchIdentity();
    const { page } = await new Browserless().follow(authorizationRequest(issuer, audience).url);
    const html = await page!.text();
    expect(html).not.toContain("<b>");
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
    expect(scripts).toHaveLength(1);
    const digest = createHash("sha256").update(scripts[0]!).digest("base64");
    expect(html).toContain("Trial &#38; &#60;b&#62;");
    const policy = page!.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'sha256-${digest}';`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page!.headers.get("x-frame-options")).toBe("DENY");
    expect(policy).toContain("form-action 'self' http://127.0.0.1:54321;");
    expect(page!.headers.get("cache-control")).toBe("no-store");
  });
});
