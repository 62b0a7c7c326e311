import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { actionOf, authorizationRequest, Browserless, newProofKey, type ProofKey, requestTokens } from "./client.js";
import { audience, password, scratchIdentity } from "./scratch-identity.js";

const ada = { username: "ada@trial.example", password };
const grant_type = "urn:ietf:params:oauth:grant-type:device_code";

interface Device {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

async function newDevice(issuer: string, headers: Record<string, string> = {}): Promise<Device> {
  const body = new URLSearchParams({ client_id: "sealwright", scope: "openid offline_access", resource: audience });
  return (await fetch(`${issuer}/device/auth`, { method: "POST", body, headers })).json();
}

/** The form a browser sees at the device's address, and what it answers to a code. */
async function enter(browserless: Browserless, { verification_uri }: Device, user_code: string) {
  const { page } = await browserless.follow(new URL(verification_uri));
  const xsrf = /name="xsrf" value="(\w+)"/.exec(await page!.text())![1]!;
  return browserless.submit(new URL(verification_uri), { xsrf, confirm: "yes", user_code });
}

const poll = (issuer: string, key: ProofKey, { device_code }: Device) =>
  requestTokens(issuer, key, { grant_type, device_code });

describe("signing in on another device", () => {
  it("ends in tokens bound to the key of the device, once", async () => {
    const { issuer, people, publicUrl } = await scratchIdentity();
    const [device, key, browserless] = [await newDevice(issuer), await newProofKey(), new Browserless()];
    expect(device.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(device.verification_uri).toBe(`${publicUrl.origin}/oidc/device`);
    expect(device).toMatchObject({ expires_in: 600, interval: 2 });
    expect((await poll(issuer, key, device)).json.error).toBe("authorization_pending");
    const signIn = await enter(browserless, device, device.user_code.toLowerCase().replace("-", " "));
    const consent = await browserless.submit(signIn.url, { action: "sign-in", ...ada });
    const page = await consent.page!.text();
    expect(actionOf(page)).toBe("consent");
    expect(page).toContain(device.user_code);
    expect(page).toContain("127.0.0.1");
    expect((await poll(issuer, key, device)).json.error).toBe("authorization_pending");
    const done = await browserless.submit(consent.url, { action: "consent" });
    expect(await done.page!.text()).toContain("Your device is signed in");
    const { json } = await poll(issuer, key, device);
    expect(decodeJwt(json.access_token!)).toMatchObject({ sub: people.ada, aud: audience, cnf: { jkt: key.jkt } });
    expect((await poll(issuer, key, device)).json.error).toBe("invalid_grant");
    const refresh = { grant_type: "refresh_token", refresh_token: json.refresh_token! };
    expect((await requestTokens(issuer, key, refresh)).status).toBe(400); // a code used twice ends what came of it
  });

  it("is refused by whoever cancels", async () => {
    const { issuer } = await scratchIdentity();
    const [device, browserless] = [await newDevice(issuer), new Browserless()];
    const signIn = await enter(browserless, device, device.user_code);
    const { page } = await browserless.submit(signIn.url, { action: "cancel" });
    expect(await page!.text()).toContain("Nothing was allowed");
    expect((await poll(issuer, await newProofKey(), device)).json.error).toBe("access_denied");
  });

  it("says what is wrong with a code: none, unknown, used, ended", async () => {
    let now = Date.now();
    const { issuer } = await scratchIdentity({ now: () => now });
    const [device, browserless] = [await newDevice(issuer), new Browserless()];
    const said = async (code: string) => (await enter(browserless, device, code)).page!.text();
    expect(await said("")).toContain("Enter the code first");
    expect(await said("BBBB-BBBB")).toContain("There is no such code");
    expect(await said('"><script>alert(1)</script>')).not.toContain("<script>alert");
    await enter(browserless, device, device.user_code);
    expect(await said(device.user_code)).toContain("was used already");
    now += 601_000;
    expect(await said(device.user_code)).toMatch(/no such code|has ended/);
  });

  it("opens the given code in its field and asks to compare it, without a script", async () => {
    const { issuer } = await scratchIdentity();
    const device = await newDevice(issuer);
    const { page } = await new Browserless().follow(new URL(device.verification_uri_complete));
    const html = await page!.text();
    expect(html).toContain(`value="${device.user_code}"`);
    expect(html).toContain("Does your device show this code?");
    expect(html).not.toContain("<script");
    expect(page!.headers.get("content-security-policy")).toContain("form-action 'self'");
  });

  it("takes a code only with the form of this browser", async () => {
    const { issuer } = await scratchIdentity();
    const [device, browserless] = [await newDevice(issuer), new Browserless()];
    await browserless.follow(new URL(device.verification_uri));
    const fields = { confirm: "yes", user_code: device.user_code };
    for (const xsrf of ["", "0".repeat(48)]) {
      const { page } = await browserless.submit(new URL(device.verification_uri), { xsrf, ...fields });
      expect(page?.status).toBe(400);
    }
    expect((await poll(issuer, await newProofKey(), device)).json.error).toBe("authorization_pending");
  });

  it("begins anew where the browser lost its cookies", async () => {
    const { issuer } = await scratchIdentity();
    const device = await newDevice(issuer);
    const body = new URLSearchParams({ user_code: device.user_code, confirm: "yes" });
    for (const request of [
      new Request(device.verification_uri, { method: "POST", body }),
      new Request(`${issuer}/device/x`),
    ]) {
      const { status, headers } = await fetch(request, { redirect: "manual" });
      expect([status, headers.get("location")]).toEqual([302, "/oidc/device"]);
    }
  });

  it("lets nobody guess codes, and tells where a device asked from whatever that says", async () => {
    const { issuer } = await scratchIdentity();
    const device = await newDevice(issuer, { "x-forwarded-for": "203.0.113.9" });
    const browserless = new Browserless();
    const signIn = await enter(browserless, device, device.user_code);
    const consent = await browserless.submit(signIn.url, { action: "sign-in", ...ada });
    const page = await consent.page!.text();
    expect([page.includes("203.0.113.9"), page.includes("127.0.0.1")]).toEqual([false, true]);
    const statuses: number[] = [];
    for (let i = 0; i < 22; i++) {
      const body = new URLSearchParams({ user_code: "BBBB-BBBB" });
      statuses.push((await fetch(device.verification_uri, { method: "POST", body, redirect: "manual" })).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });
});

describe("signing out of a browser", () => {
  it("asks first, forgets the person, and is said to whoever is not signed in", async () => {
    const { issuer } = await scratchIdentity();
    const browserless = new Browserless();
    const end = new URL(`${issuer}/session/end`);
    expect(await (await browserless.follow(end)).page!.text()).toContain("You are signed out");
    const signIn = await browserless.follow(authorizationRequest(issuer, audience).url);
    await browserless.submit(signIn.url, { action: "sign-in", ...ada });
    const asked = await (await browserless.follow(end)).page!.text();
    const [xsrf, action] = [/name="xsrf" value="(\w+)"/.exec(asked)![1]!, /action="([^"]+)"/.exec(asked)![1]!];
    const done = await browserless.submit(new URL(action), { xsrf, logout: "yes" });
    expect(await done.page!.text()).toContain("You are signed out");
    const again = await browserless.follow(authorizationRequest(issuer, audience).url);
    expect(actionOf(await again.page!.text())).toBe("sign-in");
  });
});
