import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { People } from "../../../service/store/people.js";
import { newId } from "../../../shared/ids.js";
import { freePort } from "../../free-port.js";
import { scratchFolder } from "../scratch.js";
import { actionOf, authorizationRequest, Browserless, newProofKey, requestTokens } from "./client.js";
import { audience, scratchIdentity } from "./scratch-identity.js";
import { atSignIn, newSigningKey, scratchProvider, signInWith, troubleIn } from "./strange-provider.js";

/** The OpenID provider of npm, as another organisation would run it. */
async function certifiedProvider(redirectUri: string): Promise<{ origin: string }> {
  for (const method of ["info", "warn", "log"] as const) vi.spyOn(console, method).mockReturnValue(undefined);
  onTestFinished(() => void vi.restoreAllMocks());
  const { Provider } = await import("oidc-provider");
  const origin = `http://127.0.0.1:${await freePort()}`;
  const client = { client_id: "us", client_secret: "a secret of some length", redirect_uris: [redirectUri] };
  const provider = new Provider(origin, {
    clients: [{ ...client, application_type: "native" }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@contoso.example`, email_verified: true }),
    }),
  });
  const server = provider.listen(Number(new URL(origin).port), "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { origin };
}

const grace = "grace@contoso.example";
const prepared = {
  name: "Grace",
  addresses: [grace],
  administrator: false,
  state: "active" as const,
  passwordHash: null,
};

describe("signing in with another provider", () => {
  it("ends in tokens of this service, for a person made at the first time and known at the next", async () => {
    const { issuer, strange, store, audit } = await scratchProvider();
    const subjects: (string | undefined)[] = [];
    for (let time = 0; time < 2; time++) {
      const browserless = new Browserless();
      const [started, key] = [authorizationRequest(issuer, audience), await newProofKey()];
      const signIn = await browserless.follow(started.url);
      expect(await signIn.page!.text()).toContain("Continue with Strange &#38; Sons");
      const { url: there } = await browserless.follow(new URL(`${signIn.url.pathname}/with/strange`, signIn.url));
      const consent = await browserless.follow(await strange.signIn(there));
      expect(await consent.page!.text()).toContain(`Grace Hopper (${grace})`);
      const { url: callback } = await browserless.submit(consent.url, { action: "consent" });
      const code = callback.searchParams.get("code")!;
      const fields = { grant_type: "authorization_code", code, code_verifier: started.verifier };
      const { json } = await requestTokens(issuer, key, { ...fields, redirect_uri: started.redirectUri });
      const token = decodeJwt(json.access_token!);
      expect(token).toMatchObject({ iss: issuer, aud: audience, cnf: { jkt: key.jkt } });
      subjects.push(token.sub);
    }
    expect(subjects[0]).toBe(subjects[1]);
    expect(await store.accounts.findByAddress(grace)).toMatchObject({ id: subjects[0], administrator: false });
    const events = await audit.events({ action: "sign-in" });
    expect(events.map(({ result, detail, address }) => [result, detail, address])).toEqual([
      ["done", "strange: known", grace],
      ["done", "strange: made", grace],
    ]);
  });

  it("asks there with PKCE, state and nonce, for this service's own address", async () => {
    const { issuer, strange, publicUrl } = await scratchProvider();
    const { there } = await signInWith(strange, issuer);
    expect(Object.fromEntries(there.searchParams)).toMatchObject({
      response_type: "code",
      client_id: "sealwright-at-contoso",
      redirect_uri: `${publicUrl.origin}/oidc/callback/strange`,
      scope: "openid email profile",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]+\.[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("shows the secret of a confidential client to the provider, and nobody else", async () => {
    const file = join(await scratchFolder(), "secret");
    await writeFile(file, "s3cret & more\n");
    const { issuer, strange } = await scratchProvider({ clientSecretFile: file });
    expect(actionOf((await signInWith(strange, issuer)).html)).toBe("consent");
    const basic = `Basic ${Buffer.from("sealwright-at-contoso:s3cret+%26+more").toString("base64")}`;
    expect(strange.heard.filter((line) => line.includes(basic))).toHaveLength(1);
    await expect(scratchProvider({ clientSecretFile: `${file}-missing` })).rejects.toThrow("cannot be read");
  });

  it("goes there at once when an address of its domain is expected, and says what came of it only once", async () => {
    const { issuer, strange } = await scratchProvider();
    const { browserless, url, html } = await atSignIn(issuer, { login_hint: grace });
    const there = /<meta http-equiv="refresh" content="0;url=([^"]+)"/.exec(html)?.[1]?.replaceAll("&#38;", "&");
    expect(new URL(there!).searchParams.get("login_hint")).toBe(grace);
    strange.says = { back: ({ state, iss }) => ({ state: state!, iss: iss!, error: "access_denied" }) };
    const back = await browserless.follow(await strange.signIn(new URL(there!)));
    expect(troubleIn(await back.page!.text())).toBe("You did not sign in with Strange & Sons. Nothing changed.");
    const again = await (await browserless.follow(url)).page!.text();
    expect(actionOf(again)).toBe("sign-in"); // not there again by itself
    expect((await atSignIn(issuer, { login_hint: "grace@fabrikam.example" })).html).not.toContain("http-equiv");
  });

  it("goes there at once when it is the only way; nobody is asked for a password then", async () => {
    const { issuer, strange } = await scratchProvider({}, { passwords: false });
    const { browserless, url, html } = await atSignIn(issuer);
    expect(html).toContain('http-equiv="refresh"');
    const fields = { action: "sign-in", username: "ada@trial.example", password: "correct horse battery staple" };
    expect((await browserless.submit(url, fields)).page?.status).toBe(400);
    expect((await fetch(`${issuer}/password`)).status).toBe(404);
    expect(actionOf((await signInWith(strange, issuer)).html)).toBe("consent");
  });

  it("lets the person choose there when they said they are somebody else", async () => {
    const { issuer, strange } = await scratchProvider();
    const { browserless, callback } = await signInWith(strange, issuer);
    const consent = await browserless.follow(authorizationRequest(issuer, audience).url);
    expect(callback).not.toBeNull();
    const signIn = await browserless.submit(consent.url, { action: "other-account" });
    const { url: there } = await browserless.follow(new URL(`${signIn.url.pathname}/with/strange`, signIn.url));
    expect(there.searchParams.get("prompt")).toBe("select_account");
  });

  it("follows a provider that changes its keys, and asks for them seldom", async () => {
    const { issuer, strange, later } = await scratchProvider();
    const jwks = () => strange.heard.filter((line) => line.includes("/jwks")).length;
    expect(actionOf((await signInWith(strange, issuer)).html)).toBe("consent");
    strange.keys = [await newSigningKey("two")];
    later(16_000);
    expect(actionOf((await signInWith(strange, issuer)).html)).toBe("consent");
    expect(jwks()).toBe(2);
    strange.says = {
      token: async (claims) => (await import("./strange-provider.js")).signed(claims, await newSigningKey("three")),
    };
    for (let i = 0; i < 3; i++)
      expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("cannot be believed");
    expect(jwks()).toBe(2);
  });
});

describe("a certified provider", () => {
  it("and this service understand each other", async () => {
    const publicUrl = `http://127.0.0.1:${await freePort()}`;
    const file = join(await scratchFolder(), "secret");
    await writeFile(file, "a secret of some length");
    const { origin } = await certifiedProvider(`${publicUrl}/oidc/callback/certified`);
    const about = { name: "Certified", clientId: "us", clientSecretFile: file, verifiedClaim: "email_verified" };
    const config = { ...about, id: "certified", issuer: origin, domains: ["contoso.example"] };
    const { issuer } = await scratchIdentity({ now: Date.now }, { providers: [config], publicUrl: new URL(publicUrl) });
    const { browserless, url } = await atSignIn(issuer);
    const { url: there } = await browserless.follow(new URL(`${url.pathname}/with/certified`, url));
    const browserThere = new Browserless();
    const login = await browserThere.follow(there);
    const consent = await browserThere.submit(login.url, { prompt: "login", login: "grace", password: "any" });
    const { url: callback } = await browserThere.submit(consent.url, { prompt: "consent" });
    expect(callback.origin).toBe(publicUrl);
    const { page } = await browserless.follow(callback);
    expect(await page!.text()).toContain(`grace (${grace})`);
  });
});

describe("who somebody is", () => {
  it("is the person an administrator prepared with their address, if nobody signed in as them yet", async () => {
    const { issuer, strange, store, audit } = await scratchProvider();
    const id = newId();
    await store.accounts.add({ ...prepared, id, administrator: true });
    const { html } = await signInWith(strange, issuer);
    expect(html).toContain(`Grace (${grace})`);
    expect(await store.identities.find({ issuer: strange.origin, subject: "248289761001" })).toBe(id);
    expect((await audit.events({ action: "sign-in" }))[0]).toMatchObject({ subject: id, detail: "strange: linked" });
  });

  it("is the person for whom a first password was made, and that is worth nothing any more", async () => {
    const { issuer, strange, store } = await scratchProvider();
    const id = newId();
    await store.accounts.add({ ...prepared, id, passwordHash: "$argon2id$…", mustChange: true });
    expect((await signInWith(strange, issuer)).html).toContain(`Grace (${grace})`);
    expect(await store.accounts.find(id)).toMatchObject({ passwordHash: null, mustChange: false });
  });

  it("is not somebody whose password was lost and made anew: they were here before, on a device", async () => {
    const { issuer, strange, store } = await scratchProvider();
    const id = newId();
    await store.accounts.add({ ...prepared, id, passwordHash: "$argon2id$…", mustChange: true });
    const keys = { accountKid: "a", deviceKid: "a", licensorKid: "l", proofKey: "p" };
    const device = { ...keys, racSerial: newId(), clcSerial: newId(), name: null, system: null };
    await store.devices.add({ ...device, person: id, issued: 1, until: 2 });
    expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("is or was that of another account here");
  });

  it("stays the same whatever they are called there later", async () => {
    const { issuer, strange, store } = await scratchProvider();
    await signInWith(strange, issuer);
    const before = await store.accounts.findByAddress(grace);
    strange.person = {
      sub: strange.person.sub,
      email: "hopper@contoso.example",
      email_verified: true,
      name: "G. Murray",
    };
    expect((await signInWith(strange, issuer)).html).toContain(`Grace Hopper (${grace})`);
    strange.person = { sub: strange.person.sub };
    expect((await signInWith(strange, issuer)).html).toContain(`Grace Hopper (${grace})`);
    expect(await store.accounts.findByAddress(grace)).toEqual(before);
    expect(await store.accounts.findByAddress("hopper@contoso.example")).toBeNull();
  });

  it("is not the one who had the address before: a recycled address opens nothing", async () => {
    const { issuer, strange, audit } = await scratchProvider();
    await signInWith(strange, issuer);
    strange.person = { ...strange.person, sub: "somebody new" };
    expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("is or was that of another account here");
    expect((await audit.events({ action: "sign-in" }))[0]).toMatchObject({
      result: "sign-in-failed",
      subject: null,
      detail: "strange: taken",
    });
  });

  it.each<[string, (id: string) => object]>([
    ["a person with a password", () => ({ passwordHash: "$argon2id$…" })],
    ["a person who is switched off", () => ({ state: "disabled" })],
  ])("is not %s who has that address", async (_who, more) => {
    const { issuer, strange, store } = await scratchProvider();
    const id = newId();
    await store.accounts.add({ ...prepared, id, ...more(id) });
    expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("is or was that of another account here");
    expect(await store.identities.find({ issuer: strange.origin, subject: "248289761001" })).toBeNull();
  });

  it("is not somebody new at the address of a person who was removed, until an administrator makes them", async () => {
    const { issuer, strange, store } = await scratchProvider();
    await signInWith(strange, issuer);
    const first = (await store.accounts.findByAddress(grace))!.id;
    await store.write((tx) => new People(tx).remove(first, Date.now()));
    for (const sub of [strange.person.sub, "somebody new"]) {
      strange.person = { ...strange.person, sub };
      expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("is or was that of another account here");
    }
    await store.accounts.add({ ...prepared, id: newId() });
    expect(actionOf((await signInWith(strange, issuer)).html)).toBe("consent");
    expect((await store.accounts.findByAddress(grace))!.id).not.toBe(first);
  });

  it("is no group that has that address", async () => {
    const { issuer, strange, store } = await scratchProvider();
    await store.accounts.setGroup(grace, "Admirals", []);
    expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("is or was that of another account here");
  });

  it("is nobody once switched off here", async () => {
    const { issuer, strange, store } = await scratchProvider();
    await signInWith(strange, issuer);
    await store.accounts.setState((await store.accounts.findByAddress(grace))!.id, "disabled");
    expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("is switched off");
  });

  it("is one person when they come for the first time from two places at once", async () => {
    const { issuer, strange, store } = await scratchProvider();
    const pages = await Promise.all(Array.from({ length: 4 }, () => signInWith(strange, issuer)));
    expect(pages.map(({ html }) => actionOf(html))).toEqual(Array(4).fill("consent"));
    expect((await store.read.selectFrom("people").select("id").execute()).length).toBe(3);
  });

  it("has a name that stays in its line", async () => {
    const { issuer, strange, store } = await scratchProvider();
    strange.person = { ...strange.person, name: ` Grace\u0000\r\n\u202eHopper${"x".repeat(1000)}` };
    await signInWith(strange, issuer);
    const { name } = (await store.accounts.findByAddress(grace))!;
    expect([name.length, name.slice(0, 13)]).toEqual([256, "Grace Hopperx"]);
  });

  it("may be told by another claim than the usual one, as some providers do", async () => {
    const { issuer, strange } = await scratchProvider({ verifiedClaim: "xms_edov" });
    expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("has not verified");
    strange.person = { ...strange.person, xms_edov: "1" };
    expect(actionOf((await signInWith(strange, issuer)).html)).toBe("consent");
  });
});
