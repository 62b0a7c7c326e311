import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { type Run, type RunOptions, seal, stop, type Trial, until, up } from "./seal.js";

/**
 * The device key in a real password store: GNOME's, behind the Secret Service of a session of this test's own. It is
 * unlocked, locked, gone in the middle, or never there.
 */
describe("the system's password store", () => {
  let root: string;
  let trial: Trial;
  let bus: ChildProcess;
  let env: Record<string, string>;
  let keyring: ChildProcess;
  const protectedFile = () => join(trial.folder, "Welcome.ptxt");

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-keyring-"));
    for (const folder of ["user", "data", "run"]) await mkdir(join(root, folder), { mode: 0o700 });
    // without the files that would start a store of the system's own: what dies stays dead
    const services = "<servicedir>/nowhere</servicedir>";
    const policy =
      '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>';
    const config = `<busconfig><type>session</type><listen>unix:dir=${root}/run</listen>${services}${policy}</busconfig>`;
    await writeFile(join(root, "bus.conf"), config);
    bus = spawn("dbus-daemon", [`--config-file=${root}/bus.conf`, "--nofork", "--print-address=1"]);
    const [address] = await once(createInterface(bus.stdout!), "line");
    env = {
      SEALWRIGHT_KEYSTORE: "",
      DBUS_SESSION_BUS_ADDRESS: String(address),
      HOME: join(root, "user"),
      XDG_DATA_HOME: join(root, "data"),
      XDG_RUNTIME_DIR: join(root, "run"),
    };
    trial = await up(join(root, "trial"), await freePort());
    await startKeyring("unlocked");
  });
  afterAll(async () => {
    for (const child of [keyring, bus]) child?.kill("SIGKILL");
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  async function startKeyring(how: "unlocked" | "locked"): Promise<void> {
    const unlock = how === "unlocked" ? ["--unlock"] : [];
    keyring = spawn("gnome-keyring-daemon", ["--foreground", "--components=secrets", ...unlock], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "ignore", "ignore"],
    });
    keyring.stdin!.end("the login password");
    await until("the store to answer", () => storeAnswers());
  }
  const storeAnswers = async (): Promise<boolean> => {
    const names = "org.freedesktop.DBus.NameHasOwner";
    const args = [
      "--session",
      "--print-reply",
      "--dest=org.freedesktop.DBus",
      "/",
      names,
      "string:org.freedesktop.secrets",
    ];
    const child = spawn("dbus-send", args, { env: { ...process.env, ...env } });
    let said = "";
    child.stdout.on("data", (piece: Buffer) => {
      said += piece;
    });
    await once(child, "close");
    return said.includes("boolean true");
  };
  async function endKeyring(): Promise<void> {
    keyring.kill("SIGKILL");
    await once(keyring, "exit");
    await until("the store to be gone", async () => !(await storeAnswers()));
  }

  const run = (home: string, args: readonly string[], options: RunOptions = {}): Promise<Run> =>
    seal(args, { home: join(root, home), ...options, env: { ...env, ...options.env } });
  const login = (home: string, more: Record<string, string> = {}) => {
    const { user, password } = trial.people.find(({ role }) => role === "colleague")!;
    const args = ["login", trial.service, "--user", user, "--password-stdin"];
    return run(home, args, { input: password, env: more });
  };
  const keyOf = async (home: string): Promise<string> =>
    JSON.parse(await readFile(join(root, home, "device.json"), "utf8")).keystore;

  /** What the store has of a device, asked by another program. */
  async function kept(id: string): Promise<string> {
    const script = `
      const { AsyncEntry } = require("@napi-rs/keyring");
      const entry = new AsyncEntry("Sealwright", "device-${id}", { linux: { store: "secret-service" } });
      entry.getSecret().then((secret) => console.log(secret?.length ?? "nothing"), (error) => console.log(error.message));
    `;
    const child = spawn(process.execPath, ["-e", script], { env: { ...process.env, ...env } });
    const [line] = await once(createInterface(child.stdout), "line");
    await once(child, "close");
    return String(line);
  }

  it("holds the device key: sign in, open in another process, and after the computer started anew", async () => {
    const signedIn = await login("one");
    expect(signedIn, signedIn.err).toMatchObject({ code: 0 });
    expect(signedIn.err).not.toContain("device.pass");
    expect(await keyOf("one")).toBe("os");
    for (const name of ["device.key", "device.pass"]) expect(existsSync(join(root, "one", name))).toBe(false);
    expect((await run("one", ["cat", protectedFile()])).code).toBe(0);
    await endKeyring();
    await startKeyring("unlocked");
    expect((await run("one", ["cat", protectedFile()])).code).toBe(0);
    expect((await run("one", ["doctor"])).text).toMatch(/^ok +device key +in the system's password store$/m);
  });

  it("has nothing of a device any more once its person signed out", async () => {
    expect((await login("two")).code).toBe(0);
    const { id } = JSON.parse(await readFile(join(root, "two", "device.json"), "utf8"));
    expect(await kept(id)).toBe("32");
    expect((await run("two", ["logout"])).code).toBe(0);
    expect(await kept(id)).not.toBe("32");
    expect(existsSync(join(root, "two", "device.json"))).toBe(false);
  });

  it("when it is locked, or died in the middle, nothing opens, the words say why, and nothing is lost", async () => {
    expect((await login("three")).code).toBe(0);
    const words = /this computer's password store does not answer; unlock it and try again/;
    await endKeyring();
    const dead = await run("three", ["cat", protectedFile()]);
    expect([dead.code, dead.text]).toEqual([1, ""]);
    expect(dead.err).toMatch(words);
    await startKeyring("locked");
    const locked = await run("three", ["cat", protectedFile()]);
    expect([locked.code, locked.text]).toEqual([1, ""]);
    expect(locked.err).toMatch(words);
    expect((await run("three", ["doctor"])).text).toMatch(/^wrong +device key +this computer's password store/m);
    expect((await run("three", ["cat", protectedFile()], { env: { DBUS_SESSION_BUS_ADDRESS: "" } })).err).toMatch(
      words,
    );
    await endKeyring();
    await startKeyring("unlocked");
    expect((await run("three", ["cat", protectedFile()])).code).toBe(0);
  });

  it("where it is locked at the first sign-in, or there is no session, the key goes to a file, said once", async () => {
    const without = await login("four", { DBUS_SESSION_BUS_ADDRESS: "" });
    expect(without).toMatchObject({ code: 0 });
    expect(without.err).toContain("the key to your keys lies in the file device.pass");
    expect(await keyOf("four")).toBe("device-pass");
    expect((await login("four", { DBUS_SESSION_BUS_ADDRESS: "" })).err).not.toContain("device.pass");
    await endKeyring();
    await startKeyring("locked");
    expect((await login("five")).err).toContain("device.pass");
    expect(await keyOf("five")).toBe("device-pass");
  });

  it("where one insists on it and there is none, the sign-in fails and leaves nothing", async () => {
    const refused = await login("six", { DBUS_SESSION_BUS_ADDRESS: "", SEALWRIGHT_KEYSTORE: "os" });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toContain("this computer offers no password store here; leave SEALWRIGHT_KEYSTORE out");
    for (const name of ["device.json", "device.key", "device.pass", "account.json"])
      expect(existsSync(join(root, "six", name)), name).toBe(false);
  });
});
