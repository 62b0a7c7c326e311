import { mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceOf } from "../../shared/bytes.js";
import { parsePublishingLicense } from "../../shared/license/publishing-license.js";
import { parseChain } from "../../shared/license/xrml.js";
import { readProtected } from "../../shared/protect.js";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { appears, type Run, seal, stop, type Trial, until, up } from "./seal.js";

/** The tenant key the file is sealed to, by its id. */
async function sealedTo(path: string): Promise<string> {
  const { license } = await readProtected(sourceOf(new Uint8Array(await readFile(path))));
  return (await parsePublishingLicense((await parseChain(license))[0]!)).tenantKey.kid;
}

/** What people see of a new tenant key: nothing. Each step builds on the ones before. */
describe.sequential("a new tenant key", () => {
  let root: string;
  let trial: Trial;
  const homes: Record<string, string> = {};
  const as = (role: string, ...args: string[]): Promise<Run> => seal(args, { home: homes[role]!, cwd: root });
  const inFolder = (name: string) => join(trial.folder, name);
  const activeKey = async (): Promise<{ kid: string; generation: number }> =>
    JSON.parse((await as("administrator", "admin", "keys", "list", "--json")).text.split("\n")[0]!);

  async function drop(name: string): Promise<string> {
    await writeFile(join(root, "outside.part"), `content of ${name}`);
    await rename(join(root, "outside.part"), inFolder(name));
    await appears(inFolder(`${name}.pfile`));
    return inFolder(`${name}.pfile`);
  }

  const opens = async (role: string, path: string) => {
    const read = await as(role, "cat", path);
    expect([read.code, read.err], path).toEqual([0, ""]);
    expect(read.text).toMatch(/^content of /);
  };

  let first: { kid: string };
  let second: { kid: string };
  let third: { kid: string };
  let [before, meanwhile, after] = ["", "", ""];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-roll-"));
    trial = await up(join(root, "trial"), await freePort());
    homes.writer = trial.home;
    for (const role of ["colleague", "administrator"]) {
      homes[role] = join(root, role);
      const { user, password } = trial.people.find((one) => one.role === role)!;
      const signedIn = await seal(["login", trial.service, "--user", user, "--password-stdin"], {
        home: homes[role]!,
        input: password,
      });
      expect(signedIn.code, signedIn.err).toBe(0);
    }
  });

  afterAll(async () => {
    await stop(trial, "SIGKILL");
    await removeFolder(root);
  });

  it("finds documents that were opened before, and agents that have not heard of it", async () => {
    first = await activeKey();
    before = await drop("before.dwg");
    expect(await sealedTo(before)).toBe(first.kid);
    await opens("colleague", before);
    expect((await as("administrator", "admin", "keys", "roll")).code).toBe(0);
    second = await activeKey();
    expect(second).toMatchObject({ generation: 2 });
    meanwhile = await drop("meanwhile.dwg"); // by an agent that goes on without asking anybody
    expect([first.kid, second.kid]).toContain(await sealedTo(meanwhile));
    for (const path of [before, meanwhile]) await opens("colleague", path);
  });

  it("is taken up by the agent by itself, which protects with it and opens what is older", async () => {
    await opens("writer", meanwhile); // asks for a license: it comes from the new key
    after = await until(
      "a file under the new key",
      async () => {
        const path = await drop(`after ${Date.now()}.dwg`);
        return (await sealedTo(path)) === second.kid ? path : null;
      },
      60_000,
    );
    for (const path of [before, meanwhile, after]) await opens("writer", path);
  });

  it("is learned by who has only kept licenses, from the file that needs it", async () => {
    expect((await as("administrator", "admin", "keys", "roll")).code).toBe(0);
    third = await activeKey();
    await as("writer", "unprotect", after, "--out", join(root, "out"), "--keep");
    const path = join(root, "last.dwg");
    await writeFile(path, "content of last.dwg");
    const made = await as("writer", "protect", path, "--label", "Confidential/Project");
    expect(made.code, made.err).toBe(0);
    expect([second.kid, third.kid]).toContain(await sealedTo(`${path}.pfile`));
    const record = async () => JSON.parse(await readFile(join(homes.colleague!, "account.json"), "utf8"));
    expect((await record()).serverCertificates.length).toBeLessThan(4);
    await opens("colleague", `${path}.pfile`);
    await opens("colleague", after);
    expect((await record()).generation).toBe(3);
  });

  it("leaves what was opened before open while the service is away", async () => {
    await stop(trial, "SIGKILL");
    for (const path of [before, meanwhile, after]) await opens("colleague", path);
  });
});
