import { describe, expect, it } from "vitest";
import { passwordTrouble } from "../../../service/identity/password-rules.js";
import {
  actionOf,
  authorizationRequest,
  Browserless,
  newProofKey,
  obtainCode,
  requestTokens,
  signInWithPassword,
} from "./client.js";
import { audience, password, type ScratchIdentity, scratchIdentity } from "./scratch-identity.js";

const ada = "ada@trial.example";
const own = "seven quiet lanterns";

describe("a password somebody chooses", () => {
  const whose = { name: "Ada Lovelace", addresses: ["a.lovelace@contoso.example"], organisation: "Contoso & Söhne" };

  it.each([
    ["eleven char", "short"],
    ["ééééééééééé", "short"],
    ["", "short"],
    ["x1".repeat(600), "long"],
    ["aaaaaaaaaaaaaaaa", "repeated"],
    ["abababababababab", "repeated"],
    ["tango1tango1tango1", "repeated"],
    ["password1234", "common"],
    ["P@ssw0rd!2026", "common"],
    ["Passwort123456", "common"],
    ["qwertyuiop12", "common"],
    ["123456789012", "common"],
    ["abcdefghijklmn", "common"],
    ["Administrator1!", "common"],
    ["Willkommen2026!", "common"],
    ["lovelace rides 9", "personal"],
    ["my Contoso mail", "personal"],
    ["SÖHNE und Töchter", "personal"],
  ])("is not %j: %s", (chosen, trouble) => expect(passwordTrouble(chosen.slice(0, 1100), whose)).toBe(trouble));

  it.each([
    "seven quiet lanterns",
    "correct horse battery staple",
    "ada ist zu kurz",
    "739155209934",
    "päßwörter sind schön",
    "密码密码很长的一句话没有问题",
    "kibam-dotel-zurav",
    `${"x".repeat(3) + " unlike y".repeat(1)} 9!k`,
  ])("may be %j", (chosen) => expect(passwordTrouble(chosen, whose)).toBeNull());
});

describe("changing a password", () => {
  const change = async (issuer: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams({ username: ada, password, "new-password": own, again: own, ...fields });
    const page = await fetch(`${issuer}/password`, { method: "POST", body, headers });
    return { status: page.status, text: await page.text() };
  };

  it("ends every sign-in of that person and nobody else's, and is in the audit", async () => {
    const { issuer, audit, people } = await scratchIdentity();
    const key = await newProofKey();
    const refreshOf = async (username: string) =>
      (await signInWithPassword({ issuer, audience }, { username, password }, key)).json.refresh_token!;
    const [hers, hisToo] = [await refreshOf(ada), await refreshOf("bob@trial.example")];
    const pending = await obtainCode({ issuer, audience }, { username: ada, password });
    expect((await change(issuer, {})).status).toBe(200);
    const refresh = (refresh_token: string) =>
      requestTokens(issuer, key, { grant_type: "refresh_token", refresh_token });
    expect((await refresh(hers)).status).toBe(400);
    expect((await refresh(hisToo)).status).toBe(200);
    const { code, started } = pending;
    const fields = { grant_type: "authorization_code", code, code_verifier: started.verifier };
    expect((await requestTokens(issuer, key, { ...fields, redirect_uri: started.redirectUri })).status).toBe(400);
    await expect(obtainCode({ issuer, audience }, { username: ada, password })).rejects.toThrow("401");
    await obtainCode({ issuer, audience }, { username: ada, password: own });
    expect(await audit.events({ action: "change-password" })).toMatchObject([
      { result: "done", subject: people.ada, address: ada },
    ]);
  });

  it("ends the sign-in of a browser too", async () => {
    const { issuer } = await scratchIdentity();
    const browserless = new Browserless();
    const signIn = await browserless.follow(authorizationRequest(issuer, audience).url);
    await browserless.submit(signIn.url, { action: "sign-in", username: ada, password });
    const before = await browserless.follow(authorizationRequest(issuer, audience).url);
    expect(actionOf(await before.page!.text())).toBe("consent");
    await change(issuer, {});
    const after = await browserless.follow(authorizationRequest(issuer, audience).url);
    expect(actionOf(await after.page!.text())).toBe("sign-in");
  });

  it("says what is wrong with the new one, and keeps the old", async () => {
    const { issuer } = await scratchIdentity();
    const words: [Record<string, string>, string][] = [
      [{ "new-password": "short", again: "short" }, "too short"],
      [{ "new-password": "password1234", again: "password1234" }, "first passwords a guesser tries"],
      [{ "new-password": "trial and errors", again: "trial and errors" }, "name, address or organisation"],
      [{ again: "seven quiet lantern" }, "The two new passwords differ"],
      [{ "new-password": password, again: password }, "the password you have now"],
    ];
    for (const [fields, words_] of words) {
      const { status, text } = await change(issuer, fields);
      expect([status, text.includes(words_)], words_).toEqual([422, true]);
    }
    await obtainCode({ issuer, audience }, { username: ada, password });
  });

  it("needs the present one, in the same words for strangers, and no more guesses than signing in", async () => {
    const { issuer, audit } = await scratchIdentity();
    const pages = await Promise.all(
      [ada, "eve@trial.example"].map(async (username) => change(issuer, { username, password: "wrong" })),
    );
    expect(pages.map(({ status }) => status)).toEqual([401, 401]);
    expect(pages[0]!.text.replaceAll(ada, "NAME")).toBe(pages[1]!.text.replaceAll("eve@trial.example", "NAME"));
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) statuses.push((await change(issuer, { password: `guess ${i}` })).status);
    expect(statuses.at(-1)).toBe(429);
    await expect(obtainCode({ issuer, audience }, { username: ada, password })).rejects.toThrow("429");
    const failed = await audit.events({ action: "change-password" });
    expect(failed.every(({ result }) => result === "sign-in-failed")).toBe(true);
  });

  it("is refused to forms of other sites", async () => {
    const { issuer, publicUrl } = await scratchIdentity();
    for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }] as Record<
      string,
      string
    >[])
      expect((await change(issuer, {}, headers)).status).toBe(400);
    await obtainCode({ issuer, audience }, { username: ada, password });
    expect((await change(issuer, {}, { origin: publicUrl.origin })).status).toBe(200);
  });
});

describe("a password that was given to somebody", () => {
  async function givenPassword({ store, people }: ScratchIdentity) {
    const hash = (await store.accounts.find(people.ada))!.passwordHash!;
    await store.accounts.setPasswordHash(people.ada, hash, { mustChange: true });
  }

  async function atChoice(issuer: string) {
    const browserless = new Browserless();
    const { url } = await browserless.follow(authorizationRequest(issuer, audience).url);
    const { page } = await browserless.submit(url, { action: "sign-in", username: ada, password });
    return { browserless, url, action: actionOf(await page!.text()) };
  }

  it("is changed before anything else, and the sign-in goes on", async () => {
    const identity = await scratchIdentity();
    await givenPassword(identity);
    const { issuer, store, people } = identity;
    const { browserless, url, action } = await atChoice(issuer);
    expect(action).toBe("choose-password");
    const bad = await browserless.submit(url, { action, "new-password": "short", again: "short" } as Record<
      string,
      string
    >);
    expect(bad.page?.status).toBe(422);
    const next = await browserless.submit(url, { action: "choose-password", "new-password": own, again: own });
    expect(actionOf(await next.page!.text())).toBe("consent");
    expect(await store.accounts.find(people.ada)).toMatchObject({ mustChange: false });
    await obtainCode({ issuer, audience }, { username: ada, password: own });
  });

  it("opens nothing as long as it is not changed", async () => {
    const identity = await scratchIdentity();
    await givenPassword(identity);
    const { issuer } = identity;
    const { browserless, url } = await atChoice(issuer);
    for (const action of ["consent", "other-account"])
      expect((await browserless.submit(url, { action })).page?.status).toBe(400);
    const again = await browserless.follow(url);
    expect(actionOf(await again.page!.text())).toBe("sign-in");
  });

  it("is not changed by whoever did not give it first", async () => {
    const identity = await scratchIdentity();
    await givenPassword(identity);
    const { issuer } = identity;
    const waiting = await atChoice(issuer);
    const other = new Browserless();
    const { url } = await other.follow(authorizationRequest(issuer, audience).url);
    const fields = { action: "choose-password", "new-password": own, again: own };
    expect((await other.submit(url, fields)).page?.status).toBe(400);
    expect((await other.submit(waiting.url, fields)).page?.status).toBe(400);
    await identity.store.accounts.setState(identity.people.ada, "disabled");
    expect((await waiting.browserless.submit(waiting.url, fields)).page?.status).toBe(400);
  });
});
