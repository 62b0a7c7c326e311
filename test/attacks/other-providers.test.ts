import { exportJWK, exportSPKI, importJWK, type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { askWithin } from "../../service/identity/providers/answer.js";
import { actionOf, Browserless } from "../service/identity/client.js";
import { scratchIdentity } from "../service/identity/scratch-identity.js";
import {
  atSignIn,
  newSigningKey,
  type Says,
  StrangeProvider,
  scratchProvider,
  signed,
  signInWith,
  troubleIn,
} from "../service/identity/strange-provider.js";

const now = () => Math.floor(Date.now() / 1000);
const unsigned = (claims: JWTPayload, alg = "none"): string =>
  `${[{ alg }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;

/** Nobody got in: the page says why, and no person was made. */
async function refused(says: Says | ((strange: StrangeProvider) => Promise<Says>)): Promise<string> {
  const { issuer, strange, store } = await scratchProvider({}, { ask: askWithin(1500) });
  strange.says = typeof says === "function" ? await says(strange) : says;
  const { html } = await signInWith(strange, issuer);
  expect(actionOf(html)).toBe("sign-in");
  expect(await store.read.selectFrom("identities").selectAll().execute()).toEqual([]);
  expect((await store.read.selectFrom("people").select("id").execute()).length).toBe(2);
  return troubleIn(html);
}

describe("an ID token", () => {
  it.each<[string, (good: JWTPayload) => JWTPayload]>([
    ["of another issuer", (good) => ({ ...good, iss: "https://evil.example" })],
    ["of the issuer with a slash behind it", (good) => ({ ...good, iss: `${good.iss}/` })],
    ["of the issuer in capitals", (good) => ({ ...good, iss: good.iss!.toUpperCase() })],
    ["without issuer", ({ iss: _iss, ...good }) => good],
    ["for another client", (good) => ({ ...good, aud: "other" })],
    ["for another client too", (good) => ({ ...good, aud: [good.aud as string, "other"] })],
    ["for nobody", (good) => ({ ...good, aud: [] })],
    ["used by another client", (good) => ({ ...good, azp: "other" })],
    ["without nonce", ({ nonce: _nonce, ...good }) => good],
    ["with the nonce of another sign-in", (good) => ({ ...good, nonce: "replayed" })],
    ["that has ended", (good) => ({ ...good, iat: now() - 200, exp: now() - 61 })],
    ["without an end", ({ exp: _exp, ...good }) => good],
    ["of the future", (good) => ({ ...good, iat: now() + 120, exp: now() + 500 })],
    ["that is not valid yet", (good) => ({ ...good, nbf: now() + 120 })],
    ["that is old, and still valid", (good) => ({ ...good, iat: now() - 400 })],
    ["about nobody", ({ sub: _sub, ...good }) => good],
    ["about an empty name", (good) => ({ ...good, sub: "" })],
    ["about an endless name", (good) => ({ ...good, sub: "x".repeat(256) })],
    ["about a list", (good) => ({ ...good, sub: ["x"] as never })],
  ])("%s is not believed", async (_what, claims) => {
    expect(await refused({ claims })).toContain("cannot be believed");
  });

  it("of a clock that is a little ahead is believed", async () => {
    const { issuer, strange } = await scratchProvider();
    strange.says = { claims: (good) => ({ ...good, iat: now() + 50 }) };
    expect(actionOf((await signInWith(strange, issuer)).html)).toBe("consent");
  });

  it.each<[string, NonNullable<Says["token"]>]>([
    ["that nobody signed", (claims) => unsigned(claims)],
    ["that nobody signed, spelled otherwise", (claims) => unsigned(claims, "NONE")],
    ["whose signature was cut off", async (claims, key) => (await signed(claims, key)).replace(/[^.]+$/, "")],
    [
      "signed with the public key as a secret",
      async (claims, { jwk }) => {
        const spki = await exportSPKI((await importJWK(jwk, "ES256")) as CryptoKey);
        return new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: jwk.kid! }).sign(Buffer.from(spki));
      },
    ],
    [
      "signed by somebody else under the provider's key id",
      async (claims) => signed(claims, await newSigningKey("one")),
    ],
    [
      "signed with a key that it brings along",
      async (claims) => {
        const key = await newSigningKey("own");
        return signed(claims, key, { jwk: key.jwk });
      },
    ],
    [
      "changed after it was signed",
      async (claims, key) => {
        const [header, , signature] = (await signed(claims, key)).split(".");
        const other = Buffer.from(JSON.stringify({ ...claims, sub: "admin" })).toString("base64url");
        return [header, other, signature].join(".");
      },
    ],
    ["that is none", () => "not a token"],
    ["that is endless", () => "x".repeat(40_000)],
    [
      "with an extension that must be understood",
      async (claims, key) => signed(claims, key, { crit: ["x"], x: 1 }).catch(() => "x"),
    ],
  ])("%s is not believed", async (_what, token) => {
    expect(await refused({ token })).toContain("cannot be believed");
  });

  it("signed with a weak RSA key is not believed", async () => {
    const { generateKeyPairSync, sign } = await import("node:crypto");
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const says = async (strange: StrangeProvider): Promise<Says> => {
      const jwk = { ...(await exportJWK(publicKey)), kid: "weak", alg: "RS256", use: "sig" };
      strange.keys = [{ ...strange.keys[0]!, jwk }];
      return {
        token: (claims) => {
          const parts = [{ alg: "RS256", kid: "weak" }, claims].map((part) =>
            Buffer.from(JSON.stringify(part)).toString("base64url"),
          );
          return `${parts.join(".")}.${sign("sha256", Buffer.from(parts.join(".")), privateKey).toString("base64url")}`;
        },
      };
    };
    expect(await refused(says)).toContain("cannot be believed");
  });
});

describe("an address that a provider claims", () => {
  it.each<[string, object, string]>([
    ["without saying that it is verified", { email_verified: undefined }, "has not verified"],
    ["as unverified", { email_verified: false }, "has not verified"],
    ["as unverified, in a word", { email_verified: "false" }, "has not verified"],
    ["as verified, in other words", { email_verified: "yes" }, "has not verified"],
    ["in a domain of others", { email: "ada@trial.example" }, "does not speak for the domain"],
    ["in a subdomain", { email: "grace@mail.contoso.example" }, "does not speak for the domain"],
    ["in a look-alike domain", { email: "grace@cont\u043eso.example" }, "does not speak for the domain"],
    [
      "in its own domain, with another behind it",
      { email: "grace@contoso.example@evil.example" },
      "does not tell your mail address",
    ],
    ["as a list", { email: ["grace@contoso.example"] }, "does not tell your mail address"],
    ["that is none", { email: "grace" }, "does not tell your mail address"],
    ["not at all", { email: undefined }, "does not tell your mail address"],
  ])("%s opens nothing", async (_how, more, sentence) => {
    expect(await refused({ claims: (good) => ({ ...good, ...more }) })).toContain(sentence);
  });
});

describe("an answer", () => {
  it.each<[string, NonNullable<Says["back"]>]>([
    ["without the issuer it promised", ({ iss: _iss, ...good }) => good],
    ["of another issuer", (good) => ({ ...good, iss: "https://evil.example" })],
    ["of the issuer with a slash behind it", (good) => ({ ...good, iss: `${good.iss}/` })],
    [
      "with another state",
      (good) => ({ ...good, state: good.state!.replace(/.$/, (last) => (last === "A" ? "B" : "A")) }),
    ],
    ["without a code", ({ code: _code, ...good }) => good],
    ["with an endless code", (good) => ({ ...good, code: "x".repeat(5000) })],
    ["with a code that is none", (good) => ({ ...good, code: "made-up" })],
    ["with an error besides the code", (good) => ({ ...good, error: "server_error" })],
  ])("%s is not taken", async (_what, back) => {
    expect(await refused({ back })).toContain("cannot be believed");
  });

  it("is taken once", async () => {
    const { issuer, strange } = await scratchProvider();
    const { browserless, callback } = await signInWith(strange, issuer);
    expect((await browserless.follow(callback!)).page?.status).toBe(400);
  });

  it("is taken once when it comes several times at the same moment", async () => {
    const { issuer, strange } = await scratchProvider();
    const { browserless, url } = await atSignIn(issuer);
    const { url: there } = await browserless.follow(new URL(`${url.pathname}/with/strange`, url));
    const callback = await strange.signIn(there);
    const from = new URL(`${url.pathname}/from/strange${callback.search}`, url);
    const answers = await Promise.all(Array.from({ length: 5 }, () => browserless.request(from)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400, 400, 400]);
    expect(strange.heard.filter((line) => line.startsWith("POST /token"))).toHaveLength(1);
  });

  it("is taken in the browser that asked, and in no other", async () => {
    const { issuer, strange } = await scratchProvider();
    const { browserless, url } = await atSignIn(issuer);
    const { url: there } = await browserless.follow(new URL(`${url.pathname}/with/strange`, url));
    const callback = await strange.signIn(there);
    const victim = await atSignIn(issuer);
    for (const other of [new Browserless(), victim.browserless])
      expect((await other.follow(callback)).page?.status).toBe(400);
    const { page } = await browserless.follow(callback);
    expect(actionOf(await page!.text())).toBe("consent");
  });

  it("without a question leads nowhere, whatever it names", async () => {
    const { issuer, publicUrl } = await scratchProvider();
    const { browserless, url } = await atSignIn(issuer);
    const uid = url.pathname.split("/").at(-1);
    const queries = [
      "",
      "?state=",
      "?state=//evil.example/x.aaaa",
      `?state=..%2F..%2F.${"a".repeat(43)}`,
      `?state=${uid}.${"a".repeat(43)}&code=x`,
      `?state=${"a".repeat(3000)}`,
    ];
    for (const query of queries) {
      const { url: at, page } = await browserless.follow(new URL(`${publicUrl.origin}/oidc/callback/strange${query}`));
      expect([page?.status, at.origin], query).toEqual([400, publicUrl.origin]);
    }
    expect(
      (await browserless.follow(new URL(`${publicUrl.origin}/oidc/callback/none?state=${uid}.${"a".repeat(43)}`))).page
        ?.status,
    ).toBe(400);
  });

  it("of one provider is not taken for that of another (mix-up)", async () => {
    const [good, evil] = [await StrangeProvider.start(), await StrangeProvider.start()];
    const providers = [good.config({ id: "good" }), evil.config({ id: "evil", domains: ["evil.example"] })];
    const { issuer, publicUrl } = await scratchIdentity({ now: Date.now }, { providers });
    const { browserless, url } = await atSignIn(issuer);
    const leave = async (id: string) => (await browserless.follow(new URL(`${url.pathname}/with/${id}`, url))).url;
    // The person means the evil one, which sends them on to the good one: its code would come back to the evil one's address.
    const asked = await leave("evil");
    const sentOn = new URL(`${good.origin}/authorize?${asked.searchParams}`);
    const stolen = await good.signIn(sentOn);
    const { page } = await browserless.follow(stolen);
    expect(troubleIn(await page!.text())).toContain("cannot be believed");
    expect(evil.heard.filter((line) => line.includes("POST /token"))).toEqual([]); // the good one's code never got there
    // And an answer at the other's address belongs to no question.
    const back = await good.signIn(await leave("good"));
    const moved = new URL(`${publicUrl.origin}/oidc/callback/evil${back.search}`);
    expect((await browserless.follow(moved)).page?.status).toBe(400);
  });

  it("of two providers with one subject is of two people", async () => {
    const [one, two] = [await StrangeProvider.start(), await StrangeProvider.start()];
    two.person = { ...two.person, email: "grace@fabrikam.example" };
    const providers = [one.config({ id: "one" }), two.config({ id: "two", domains: ["fabrikam.example"] })];
    const { issuer, store } = await scratchIdentity({ now: Date.now }, { providers });
    expect(actionOf((await signInWith(one, issuer, "one")).html)).toBe("consent");
    expect(actionOf((await signInWith(two, issuer, "two")).html)).toBe("consent");
    const people = (await store.read.selectFrom("identities").select("person").execute()).map(({ person }) => person);
    expect(new Set(people).size).toBe(2);
  });
});

describe("a provider", () => {
  it.each<[string, Says]>([
    ["says that it is another", { metadata: () => ({ issuer: "https://evil.example" }) }],
    ["has a slash behind its name", { metadata: (origin) => ({ issuer: `${origin}/` }) }],
    ["sends people to an unsafe address", { metadata: () => ({ authorization_endpoint: "http://evil.example/" }) }],
    ["sends people to a script", { metadata: () => ({ authorization_endpoint: "javascript:alert(1)" }) }],
    ["takes codes at an unsafe address", { metadata: () => ({ token_endpoint: "http://evil.example/" }) }],
    ["keeps its keys at an unsafe address", { metadata: () => ({ jwks_uri: "ftp://evil.example/" }) }],
    ["keeps its keys in a file", { metadata: () => ({ jwks_uri: "file:///etc/passwd" }) }],
  ])("that %s is not asked", async (_what, says) => {
    expect(await refused(says)).toContain("cannot be believed");
  });

  const redirecting =
    (at: string, to: string): NonNullable<Says["answer"]> =>
    (path, response) => {
      if (path === at) response.writeHead(302, { location: to }).end();
      return path === at;
    };

  it("that redirects is not followed: not its metadata, its keys, its tokens", async () => {
    const elsewhere = await StrangeProvider.start();
    const discovery = "/.well-known/openid-configuration";
    for (const path of [discovery, "/jwks", "/token"])
      expect(await refused({ answer: redirecting(path, `${elsewhere.origin}${path}`) })).toContain(
        "cannot be believed",
      );
    expect(elsewhere.heard).toEqual([]);
  });

  it.each<[string, NonNullable<Says["answer"]>]>([
    ["hangs", (path) => path === "/token"],
    [
      "answers without end",
      (path, response) => {
        if (path === "/token") response.writeHead(200).end(Buffer.alloc(10 * 1024 * 1024, " "));
        return path === "/token";
      },
    ],
    [
      "drips",
      (path, response) => {
        if (path !== "/token") return false;
        const drip = setInterval(() => response.write(" "), 50);
        response.on("close", () => clearInterval(drip));
        return true;
      },
    ],
    [
      "breaks off",
      (path, response) => {
        if (path === "/token") response.destroy();
        return path === "/token";
      },
    ],
  ])("whose token endpoint %s is out of reach, and the person is told", async (_what, answer) => {
    const started = performance.now();
    expect(await refused({ answer })).toContain("cannot be reached now");
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it.each<[string, string]>([
    ["is no JSON", "<html>"],
    ["has two names alike", '{"id_token":"a","id_token":"b"}'],
    ["has no token", "{}"],
    ["has a token that is no text", '{"id_token":{}}'],
  ])("whose answer %s is not believed", async (_what, text) => {
    const answer: NonNullable<Says["answer"]> = (path, response) => {
      if (path === "/token") response.writeHead(200).end(text);
      return path === "/token";
    };
    expect(await refused({ answer })).toContain("cannot be believed");
  });

  it("that was away is asked again", async () => {
    const { issuer, strange } = await scratchProvider();
    strange.says = {
      answer: (path, response) => {
        if (path.startsWith("/.well-known")) response.destroy();
        return path.startsWith("/.well-known");
      },
    };
    expect(troubleIn((await signInWith(strange, issuer)).html)).toContain("cannot be reached now");
    strange.says = {};
    expect(actionOf((await signInWith(strange, issuer)).html)).toBe("consent");
  });

  it("cannot put anything into our pages", async () => {
    const { issuer, strange } = await scratchProvider({ name: '<img src=x onerror=alert(1)>"' });
    strange.person = { ...strange.person, name: '<script>alert(1)</script>"' };
    expect((await atSignIn(issuer)).html).not.toContain("<img");
    expect((await signInWith(strange, issuer)).html).not.toContain("<script>alert");
  });
});
