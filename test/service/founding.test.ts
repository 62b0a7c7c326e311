import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { auditHeadPath, databasePath, readConfig } from "../../service/config.js";
import { drawPassword } from "../../service/founding/drawn-password.js";
import { foundingOptions } from "../../service/founding/options.js";
import { foundOrganisation } from "../../service/founding/organisation.js";
import { checkPassword } from "../../service/identity/passwords.js";
import { openStore } from "../../service/store/store.js";
import { labelPath } from "../../shared/label.js";
import { discover } from "../../shared/protocol/service-client.js";
import { freePort } from "../free-port.js";
import { enrol } from "./licensing/device.js";
import { rsaWorkerUrl } from "./rsa-worker.js";
import { scratchFolder } from "./scratch.js";
import { type Ended, shippedService, startProcess } from "./service-process.js";

const ines = "ines@contoso.example";

/** The program, `service.cjs init …`, with `input` on its standard input. */
async function runInit(program: string, args: readonly string[], input = ""): Promise<Ended> {
  const child = spawn(process.execPath, [program, "init", ...args]);
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (piece) => {
      said[stream] += piece;
    });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, ...said };
}

/** What the program does, without the program around it; tells the passwords that were handed over. */
async function init(args: readonly string[], handOver: (password: string) => Promise<void> = async () => {}) {
  const handed: string[] = [];
  const { made } = await foundOrganisation({
    options: foundingOptions([...args]),
    firstPassword: async () => drawPassword(),
    handOver: async (password) => {
      await handOver(password);
      handed.push(password);
    },
    rsaWorker: await rsaWorkerUrl(),
  });
  return { made, handed };
}

async function scratchOptions(...more: string[]) {
  const folder = await scratchFolder();
  const config = join(folder, "etc", "service.json");
  return { folder, config, args: ["--config", config, "--admin", "Ines@Contoso.example", ...more] };
}

/** The store of an organisation, as long as the test runs. */
async function storeOf(configFile: string) {
  const store = await openStore({ path: databasePath(await readConfig(configFile)), create: false });
  onTestFinished(() => store.close());
  return store;
}

it("the program makes an organisation that starts, whose administrator signs in with the password printed once", async () => {
  const { folder, program } = await shippedService();
  const config = join(folder, "service.json");
  const args = ["--config", config, "--admin", ines, "--listen", String(await freePort()), "--name", "Ines Ortiz"];
  const { code, stdout, stderr } = await runInit(program, args);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^[a-z]{5}(-[a-z]{5}){3}\n$/);
  expect(stderr).toContain(`next: seal service --config ${config}`);
  const running = await startProcess(program, ["--config", config]);
  onTestFinished(() => running.kill());
  expect(await discover(running.ready.ready)).toMatchObject({ organisation: "contoso.example" });
  const device = await enrol(running.ready.ready, { user: ines, password: stdout.trim() }, { now: Date.now });
  expect(device.certified).toMatchObject({ address: ines, name: "Ines Ortiz" });
  expect(await device.admin.verifyAudit()).toMatchObject({ intact: true });

  const again = await runInit(program, args);
  expect(again).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("everything is there already") });
  const given = await runInit(program, [...args, "--reset-password", "--json"]);
  expect(JSON.parse(given.stdout)).toEqual({ administrator: ines, password: expect.any(String) });
  const typed = await runInit(program, [...args, "--reset-password", "--password-stdin"], "a password of mine\n");
  expect(typed).toMatchObject({ code: 0, stdout: "" });
  expect(await checkPassword((await storeOf(config)).accounts, ines, "a password of mine")).not.toBeNull();
  for (const input of ["too short\n", "two long lines\nof a password\n", "x".repeat(5000)])
    expect(await runInit(program, [...args, "--reset-password", "--password-stdin"], input)).toMatchObject({ code: 2 });
  expect(await runInit(program, ["--config", config])).toEqual({
    code: 2,
    stdout: "",
    stderr: "seal: error: say where and who: seal service init --config FILE --admin ADDRESS\n",
  });
});

describe("an organisation that is founded", () => {
  it("keeps everything to its own user, and the passphrase apart from the key", async () => {
    const { folder, config, args } = await scratchOptions();
    await init(args);
    const { dataFolder, tenantKeyPassphraseFile } = await readConfig(config);
    expect(dataFolder).toBe(join(folder, "etc", "data"));
    expect(tenantKeyPassphraseFile).toBe(join(folder, "etc", "tenant.pass"));
    const files = [config, tenantKeyPassphraseFile, join(dataFolder, "tenant.key"), join(dataFolder, "sealwright.db")];
    for (const path of files) expect((await stat(path)).mode & 0o777, path).toBe(0o600);
    expect((await stat(dataFolder)).mode & 0o777).toBe(0o700);
  });

  it("has default labels that name no address, and an administrator who must choose a password", async () => {
    const { config, args } = await scratchOptions();
    const { handed } = await init(args);
    const store = await storeOf(config);
    const labels = await store.policies.labels();
    expect(labels.map((label) => labelPath(labels, label))).toContain("Confidential/Project");
    const named = (await store.policies.templates()).flatMap(({ grants }) => grants.flatMap(({ who }) => who));
    expect(new Set(named)).toEqual(new Set(["@contoso.example"]));
    const account = await checkPassword(store.accounts, ines, handed[0]!);
    expect(account).toMatchObject({ administrator: true, mustChange: true });
  });

  it("is left as it is the second time", async () => {
    const { config, args } = await scratchOptions();
    await init(args);
    const before = await readFile(config);
    const { tenantKey } = await readConfig(config);
    const key = await readFile(tenantKey);
    const store = await storeOf(config);
    const account = await store.accounts.findByAddress(ines);
    expect(await init(args)).toEqual({ made: [], handed: [] });
    expect(await readFile(config)).toEqual(before);
    expect(await readFile(tenantKey)).toEqual(key);
    expect(await store.accounts.findByAddress(ines)).toEqual(account);
  });

  it("is finished when its making was cut off", async () => {
    const { config, args } = await scratchOptions();
    await init(args);
    const { tenantKey, dataFolder } = await readConfig(config);
    const key = await readFile(tenantKey);
    for (const name of ["sealwright.db", "sealwright.db-wal", "sealwright.db-shm", "audit.head"])
      await rm(join(dataFolder, name), { force: true });
    const again = await init(args);
    expect(again).toMatchObject({ made: ["labels and templates", "administrator"], handed: [expect.any(String)] });
    expect(await readFile(tenantKey)).toEqual(key);
  });

  it("has no password that nobody was told of: it is handed over before it is kept", async () => {
    const { config, args } = await scratchOptions();
    const closed = new Error("standard output is closed");
    await expect(init(args, () => Promise.reject(closed))).rejects.toBe(closed);
    expect(await (await storeOf(config)).accounts.findByAddress(ines)).toBeNull();
    expect(await init(args)).toMatchObject({ made: ["administrator"] });
  });

  it("gives its administrator another first password only when asked to, and writes that down", async () => {
    const { config, args } = await scratchOptions();
    const [first] = (await init(args)).handed;
    const [second] = (await init([...args, "--reset-password"])).handed;
    const store = await storeOf(config);
    expect(await checkPassword(store.accounts, ines, first!)).toBeNull();
    expect(await checkPassword(store.accounts, ines, second!)).toMatchObject({ mustChange: true });
    const records = await store.read.selectFrom("audit").select("record").orderBy("seq").execute();
    expect(records.map(({ record }) => JSON.parse(record).detail)).toEqual([
      `seal service init: first administrator ${ines}`,
      `seal service init: first password for ${ines}`,
    ]);
    expect(await readFile(auditHeadPath(await readConfig(config)), "utf8")).toMatch(/^2 /);
  });

  it("gets no second administrator this way, and nobody else a password", async () => {
    const { config, args } = await scratchOptions();
    await init(args);
    const eve = ["--config", config, "--admin", "eve@contoso.example", "--reset-password"];
    await expect(init(eve)).rejects.toThrow("has an administrator already");
    const store = await storeOf(config);
    const person = { id: "e0000000-0000-4000-8000-000000000000", name: "Eve", addresses: ["eve@contoso.example"] };
    await store.accounts.add({ ...person, administrator: false, state: "active", passwordHash: null });
    await expect(init(eve)).rejects.toThrow("is here and no administrator");
  });
});

describe("founding is refused, with the reason, and makes no configuration", () => {
  it.each<[string, string[], string]>([
    ["without who", [], "--admin ADDRESS"],
    ["with an unknown option", ["--admin", ines, "--what"], "seal service init --help"],
    ["with what is no address", ["--admin", "ines"], "mail address"],
    ["with a port that is none", ["--admin", ines, "--listen", "host:0"], "host:0 is not where to listen"],
    ["for other computers without TLS", ["--admin", ines, "--listen", "0.0.0.0:7443"], "listen.host"],
    ["with a public address that is none", ["--admin", ines, "--public-url", "rms.contoso"], "is no address"],
    ["with plain http for others", ["--admin", ines, "--public-url", "http://rms.contoso.example"], "publicUrl"],
    ["with half of TLS", ["--admin", ines, "--tls-key", "x.pem"], "belong together"],
    ["with a passphrase file that is missing", ["--admin", ines, "--passphrase-file", "none"], "none is missing"],
  ])("%s", async (_what, more, words) => {
    const config = join(await scratchFolder(), "service.json");
    await expect(init(["--config", config, ...more])).rejects.toThrow(words);
    await expect(stat(config)).rejects.toThrow();
  });
});

describe("founding is refused", () => {
  it("for an option that says otherwise than the file that is there", async () => {
    const { folder, args } = await scratchOptions("--data", "data", "--listen", "[::1]:7443");
    const data = join(folder, "data");
    const given = [...args.slice(0, 4), "--data", data, "--listen", "[::1]:7443"];
    await init(given);
    expect((await init(given)).made).toEqual([]);
    await expect(init([...given, "--listen", "[::1]:7444"])).rejects.toThrow("says otherwise than --listen");
    await expect(init([...given, "--data", folder])).rejects.toThrow("says otherwise than --data");
  });

  it("in a folder that others may enter", async () => {
    const { folder, args } = await scratchOptions();
    const open = join(folder, "open");
    await mkdir(open);
    await chmod(open, 0o755);
    await expect(init([...args, "--data", open])).rejects.toThrow(`chmod 700 ${open}`);
    await chmod(open, 0o700);
    expect((await init([...args, "--data", open])).made).toContain("administrator");
  });

  it("with a passphrase that does not open the key that is there", async () => {
    const { folder, args } = await scratchOptions();
    await init(args);
    const passphrase = join(folder, "etc", "tenant.pass");
    await writeFile(passphrase, "another\n");
    await expect(init(args)).rejects.toThrow("does not open the tenant key");
    await rm(passphrase);
    await expect(init(args)).rejects.toThrow(`${passphrase} is missing`);
  });
});
