import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { inBrowser } from "../../../agent/agree/browser.js";
import { type ShownCode, withDeviceCode } from "../../../agent/agree/device-code.js";
import { browserCommand, hasDisplay } from "../../../agent/agree/open-page.js";
import { newDeviceKeys, proofKeyFrom } from "../../../agent/device-keys.js";
import { signInBy } from "../../../agent/sign-in.js";
import { pollForTokens } from "../../../shared/protocol/token-endpoint.js";
import { Browserless } from "../../service/identity/client.js";
import { outcome, scratchHome, scratchOrganisation } from "./scratch-home.js";

interface Person {
  user: string;
  password: string;
}

/** A person at a browser: signs in and agrees. @returns the page they see in the end. */
async function agreeAt(start: URL, { user: username, password }: Person): Promise<Response> {
  const browser = new Browserless();
  const signIn = await browser.follow(start);
  const consent = await browser.submit(signIn.url, { action: "sign-in", username, password });
  const { url: callback, page } = await browser.submit(consent.url, { action: "consent" });
  return page ?? fetch(callback);
}

describe("a sign-in in the browser", () => {
  it("ends with the person signed in here, and a page that says so and carries nothing", async () => {
    const { service } = await scratchOrganisation();
    const [home, pages] = [await scratchHome(), [] as Promise<Response>[]];
    const open = (url: URL) => void pages.push(agreeAt(url, service.people.writer));
    const { info } = await signInBy(home, service.origin, inBrowser({ open, user: service.people.writer.user }));
    expect(info.address).toBe(service.people.writer.user);
    const page = await pages[0]!;
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("You can close this window");
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    await expect(fetch(new URL("/", page.url))).rejects.toThrow(); // nobody listens any more
  });

  it("says in the browser too when it failed after all", async () => {
    const { service, signInAs } = await scratchOrganisation();
    const { home } = await signInAs("colleague");
    const pages: Promise<Response>[] = [];
    const open = (url: URL) => void pages.push(agreeAt(url, service.people.writer));
    expect(await outcome(signInBy(home, service.origin, inBrowser({ open })))).toBe("account-mismatch");
    expect(await (await pages[0]!).text()).toContain("You are not signed in");
  });

  it("is untouched by other programs that find the port", async () => {
    const { service } = await scratchOrganisation();
    const home = await scratchHome();
    const tried: number[] = [];
    const open = async (url: URL) => {
      const redirectUri = new URL(url.searchParams.get("redirect_uri")!);
      const state = url.searchParams.get("state")!;
      const issuer = `${service.origin}/oidc`;
      const attempts: [string, RequestInit?][] = [
        [`/callback?code=stolen&state=wrong&iss=${issuer}`],
        ["/callback?error=access_denied&state="],
        ["/callback"],
        [`/other?${new URLSearchParams({ state, code: "x", iss: issuer })}`],
        [`//evil.example/callback?${new URLSearchParams({ state })}`],
        [`/callback?${new URLSearchParams({ state, code: "x", iss: issuer })}`, { method: "POST" }],
        [`/callback?${new URLSearchParams({ state: `${state}x`, code: "x".repeat(9000) })}`],
      ];
      for (const [path, init] of attempts) {
        const { status, headers } = await fetch(redirectUri.origin + path, { ...init, redirect: "manual" });
        tried.push(status);
        expect(headers.get("location")).toBeNull();
      }
      await agreeAt(url, service.people.writer);
    };
    const { info } = await signInBy(home, service.origin, inBrowser({ open: (url) => void open(url) }));
    expect(info.address).toBe(service.people.writer.user);
    expect(tried).toEqual(Array(7).fill(404));
  });

  it("takes one answer, of the service that was asked, and no error but its own", async () => {
    const { service } = await scratchOrganisation();
    const answered = (fields: Record<string, string>) => {
      const open = (url: URL) => {
        const answer = { state: url.searchParams.get("state")!, ...fields };
        void fetch(`${url.searchParams.get("redirect_uri")}?${new URLSearchParams(answer)}`);
      };
      return scratchHome().then((home) => outcome(signInBy(home, service.origin, inBrowser({ open }))));
    };
    const iss = `${service.origin}/oidc`;
    expect(await answered({ code: "x" })).toBe("service-untrusted");
    expect(await answered({ code: "x", iss: `${iss}/` })).toBe("service-untrusted");
    expect(await answered({ code: "x", iss: "https://evil.example" })).toBe("service-untrusted");
    expect(await answered({ error: "access_denied", iss })).toBe("sign-in-failed");
    expect(await answered({ code: "made up", iss })).toBe("sign-in-failed");
  });

  it("ends when nobody agrees in time", async () => {
    const { service } = await scratchOrganisation();
    const way = inBrowser({ open: () => undefined, limitMs: 50 });
    await expect(signInBy(await scratchHome(), service.origin, way)).rejects.toThrow("nobody finished the sign-in");
  });

  it.each<[string, Record<string, string>, NodeJS.Platform, boolean]>([
    ["X11", { DISPLAY: ":0" }, "linux", true],
    ["Wayland", { WAYLAND_DISPLAY: "wayland-0" }, "linux", true],
    ["a chosen browser", { BROWSER: "w3m" }, "linux", true],
    ["a bare terminal", {}, "linux", false],
    ["Windows", {}, "win32", true],
    ["macOS", {}, "darwin", true],
    ["macOS from afar", { SSH_CONNECTION: "a b c d" }, "darwin", false],
  ])("is offered where there is a display: %s", (_where, env, platform, expected) =>
    expect(hasDisplay(env, platform)).toBe(expected),
  );

  it("opens the browser the user chose, with the address as one word", () => {
    const url = new URL("https://rms.example/oidc/auth?a=b&c=$(x)");
    const command = (env: Record<string, string>, platform: NodeJS.Platform = "linux") =>
      browserCommand(url, env, platform);
    expect(command({})).toEqual(["xdg-open", url.href]);
    expect(command({}, "darwin")).toEqual(["open", url.href]);
    expect(command({ BROWSER: "firefox -P work:chromium" })).toEqual(["firefox", "-P", "work", url.href]);
    expect(command({ BROWSER: "open-in --to=%s --quiet" })).toEqual(["open-in", `--to=${url.href}`, "--quiet"]);
  });
});

describe("a sign-in with a code", () => {
  it("ends with the person signed in here once they agreed on another device", async () => {
    const { service } = await scratchOrganisation();
    const home = await scratchHome();
    const agreed: Promise<string>[] = [];
    const agree = async ({ address, code }: ShownCode) => {
      const browser = new Browserless();
      const { page } = await browser.follow(new URL(address));
      const xsrf = /name="xsrf" value="(\w+)"/.exec(await page!.text())![1]!;
      const { user: username, password } = service.people.writer;
      const signIn = await browser.submit(new URL(address), { xsrf, confirm: "yes", user_code: code });
      const consent = await browser.submit(signIn.url, { action: "sign-in", username, password });
      return (await browser.submit(consent.url, { action: "consent" })).page!.text();
    };
    const way = withDeviceCode((shown) => void agreed.push(agree(shown)));
    const { info } = await signInBy(home, service.origin, way);
    expect(info.address).toBe(service.people.writer.user);
    expect(await agreed[0]!).toContain("Your device is signed in");
  });

  /** A token endpoint that gives these answers, one after the other. */
  async function tokenEndpoint(answers: [number, object][]): Promise<string> {
    const left = [...answers];
    const server = createServer((_request, response) => {
      const [status, body] = left.shift() ?? [400, { error: "invalid_grant" }];
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  }

  /** How it ended, and how long it waited each time, in seconds. */
  async function poll(answers: [number, object][], seconds = 600) {
    const waits: number[] = [];
    const pause = async (ms: number) => void waits.push(Math.round(ms / 1000));
    const polling = { intervalMs: 5000, untilMs: Date.now() + seconds * 1000 };
    const tokens = pollForTokens(
      await tokenEndpoint(answers),
      {},
      await proofKeyFrom((await newDeviceKeys()).proof),
      polling,
      pause,
    );
    return { outcome: await outcome(tokens), waits };
  }

  const granted = { access_token: "a", refresh_token: "r", token_type: "DPoP", expires_in: 600 };

  it("asks as seldom as the service wishes, and still when that was away for a while", async () => {
    const answers: [number, object][] = [
      [400, { error: "authorization_pending" }],
      [400, { error: "slow_down" }],
      [400, { error: "authorization_pending" }],
      [503, {}],
      [429, { code: "rate-limited" }],
      [200, granted],
    ];
    expect(await poll(answers)).toEqual({ outcome: "success", waits: [5, 5, 10, 10, 20, 25] });
  });

  it.each([
    ["was refused", "access_denied", "sign-in-failed"],
    ["took too long", "expired_token", "sign-in-failed"],
    ["met a code that is none", "invalid_grant", "sign-in-needed"],
    ["met something else", "server_error", "service-failed"],
  ])("ends when it %s", async (_what, error, code) => {
    expect(
      await poll([
        [400, { error: "authorization_pending" }],
        [400, { error }],
      ]),
    ).toMatchObject({ outcome: code });
  });

  it("ends by itself when the code has ended, whatever the service says", async () => {
    expect(await poll([], 0)).toEqual({ outcome: "sign-in-failed", waits: [] });
  });
});
