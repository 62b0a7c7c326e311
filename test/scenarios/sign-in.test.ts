import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openAccount } from "../../agent/account.js";
import { openHome } from "../../agent/home.js";
import { utf8 } from "../../shared/bytes.js";
import { environment, scratchFolder } from "../agent/account/scratch-home.js";
import { Browserless } from "../service/identity/client.js";
import { type ScratchService, scratchService } from "../service/licensing/scratch-service.js";
import { seal, until } from "./seal.js";

/** `seal login` as a person meets it, in real processes. */

const program = new URL("../../bin/seal.mjs", import.meta.url).pathname;

/** A `seal` that is still running, and what it said so far. */
function running(args: string[], home: string, env: Record<string, string>) {
  const clean = { ...process.env, DISPLAY: "", WAYLAND_DISPLAY: "", BROWSER: "", SEALWRIGHT_KEYSTORE: "file" };
  const child: ChildProcess = spawn(process.execPath, [program, ...args], {
    env: { ...clean, SEALWRIGHT_HOME: home, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { err: "" };
  child.stderr!.on("data", (piece) => {
    said.err += piece;
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.on("close", (code, signal) => resolve(code ?? signal ?? "SIGKILL")),
  );
  return { child, said, ended };
}

/** Stands for a browser: notes the address it is to open. */
async function notingBrowser() {
  const folder = await scratchFolder();
  const [script, note] = [join(folder, "browser"), join(folder, "url")];
  await writeFile(script, `#!/bin/sh\nprintf %s "$1" > '${note}.part' && mv '${note}.part' '${note}'\n`, {
    mode: 0o755,
  });
  return {
    BROWSER: script,
    opened: () => until("the browser", () => (existsSync(note) ? readFile(note, "utf8") : "")),
  };
}

async function agreeAt(start: string, { people }: ScratchService, action = "consent") {
  const browser = new Browserless();
  const signIn = await browser.follow(new URL(start));
  const { user: username, password } = people.writer;
  const consent = await browser.submit(signIn.url, { action: "sign-in", username, password });
  return browser.submit(consent.url, { action });
}

async function newHome(): Promise<string> {
  environment({ SEALWRIGHT_PASSPHRASE_FILE: null });
  return join(await scratchFolder(), "home");
}

const signedIn = (home: string, { origin, people }: ScratchService) =>
  seal(["login", origin, "--user", people.writer.user, "--password-stdin"], { home, input: people.writer.password });

describe("seal login", () => {
  it("opens the browser where there is a display, and ends when the person agreed there", async () => {
    const [service, home, { BROWSER, opened }] = [await scratchService(), await newHome(), await notingBrowser()];
    const login = running(["login", service.origin, "--user", service.people.writer.user], home, { BROWSER });
    const address = await opened();
    expect(new URL(address).searchParams.get("login_hint")).toBe(service.people.writer.user);
    expect(login.said.err).toContain(address);
    const { url } = await agreeAt(address, service);
    expect(await (await fetch(url)).text()).toContain("You are signed in");
    expect([await login.ended, login.said.err]).toEqual([0, expect.stringContaining(" is signed in to Harbour Trial")]);
    const whoami = await seal(["whoami", "--json"], { home });
    expect(JSON.parse(whoami.text)).toMatchObject({ address: service.people.writer.user, service: service.origin });
  });

  it("ends with 4 when the person cancels in the browser, and nothing is kept", async () => {
    const [service, home, { BROWSER, opened }] = [await scratchService(), await newHome(), await notingBrowser()];
    const login = running(["login", service.origin], home, { BROWSER });
    const { url } = await agreeAt(await opened(), service, "cancel");
    const page = fetch(url);
    expect(await login.ended).toBe(4);
    expect(login.said.err).toContain("cancelled; nothing changed");
    expect(await (await page).text()).toContain("You are not signed in");
    expect(await seal(["whoami"], { home })).toMatchObject({ code: 4, err: expect.stringContaining("seal login URL") });
  });

  it("shows a code where there is none, and when asked to", async () => {
    const [service, home] = [await scratchService(), await newHome()];
    const login = running(["login", service.origin, "--no-browser"], home, { BROWSER: "/bin/false" });
    const code = await until("the code", () => /^seal: {3}([A-Z]{4}-[A-Z]{4})$/m.exec(login.said.err)?.[1]);
    expect(login.said.err).toContain(`${service.origin}/oidc/device\n`);
    const browser = new Browserless();
    const { url, page } = await browser.follow(new URL(`${service.origin}/oidc/device?user_code=${code}`));
    const xsrf = /name="xsrf" value="(\w+)"/.exec(await page!.text())![1]!;
    const { user: username, password } = service.people.writer;
    const signIn = await browser.submit(new URL("/oidc/device", url), { xsrf, confirm: "yes", user_code: code });
    const consent = await browser.submit(signIn.url, { action: "sign-in", username, password });
    await browser.submit(consent.url, { action: "consent" });
    expect(await login.ended).toBe(0);
  });

  it("ends at once by Ctrl-C, leaves nothing behind and nothing locked", async () => {
    const [service, home] = [await scratchService(), await newHome()];
    for (const env of [{}, { BROWSER: "/bin/true" }] as Record<string, string>[]) {
      const login = running(["login", service.origin], home, env);
      await until("it to wait", () => login.said.err.includes("sign in"));
      login.child.kill("SIGINT");
      expect(await login.ended).toBe("SIGINT");
      expect(login.said.err).not.toContain("Error");
    }
    expect(await seal(["whoami"], { home })).toMatchObject({ code: 4 });
    expect(await signedIn(home, service)).toMatchObject({ code: 0 });
  });

  it("wants to know whose password it is", async () => {
    const run = await seal(["login", "http://localhost:1", "--password-stdin"], { home: await newHome(), input: "x" });
    expect(run).toMatchObject({ code: 2, err: expect.stringContaining("--user ADDRESS") });
  });
});

describe("a sign-in that has ended", () => {
  it("is said with what to do, and exit 4", async () => {
    const [service, home] = [await scratchService(), await newHome()];
    expect(await signedIn(home, service)).toMatchObject({ code: 0 });
    const { store } = service.service.parts;
    const writer = (await store.accounts.findByAddress(service.people.writer.user))!;
    await store.accounts.setPasswordHash(writer.id, writer.passwordHash!); // as a change of the password does
    const account = await openAccount(await openHome(home));
    const tokens = JSON.parse(new TextDecoder().decode((await account.secrets.read("tokens"))!));
    await account.secrets.write("tokens", utf8(JSON.stringify({ ...tokens, untilMs: 0 })));
    const run = await seal(["labels"], { home });
    expect(run).toMatchObject({
      code: 4,
      err: expect.stringContaining(`sign in again with: seal login ${service.origin}`),
    });
  });

  it("by logout ends at the service too, and here even when that is away", async () => {
    const [service, home] = [await scratchService(), await newHome()];
    const { store } = service.service.parts;
    const refreshTokens = async () =>
      (await store.read.selectFrom("oidc_payloads").select("id").where("model", "=", "RefreshToken").execute()).length;
    await signedIn(home, service);
    expect(await refreshTokens()).toBe(1);
    const run = await seal(["logout"], { home });
    expect([run.code, run.err]).toEqual([0, `seal: ${service.people.writer.user} is signed out\n`]);
    expect(await refreshTokens()).toBe(0);
    await signedIn(home, service);
    await service.service.close();
    const away = await seal(["logout"], { home });
    expect(away).toMatchObject({ code: 0, err: expect.stringContaining("could not be told") });
    expect(await seal(["whoami"], { home })).toMatchObject({ code: 4 });
    expect(await seal(["logout"], { home })).toMatchObject({ code: 0, err: "seal: nobody was signed in\n" });
  });

  it("is forgotten even where its record is damaged", async () => {
    const [service, home] = [await scratchService(), await newHome()];
    await signedIn(home, service);
    await writeFile(join(home, "account.json"), "{}");
    expect(await seal(["whoami"], { home })).toMatchObject({ code: 1 });
    expect(await seal(["logout"], { home })).toMatchObject({ code: 0 });
    expect(await signedIn(home, service)).toMatchObject({ code: 0 });
  });
});
