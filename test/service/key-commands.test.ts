/// <reference path="../../service/custody/node-forge.d.ts" />
import { execFileSync } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import forge from "node-forge";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { readPkcs12 } from "../../service/custody/pkcs12-read.js";
import { encodePkcs12 } from "../../service/custody/pkcs12-write.js";
import { newPrivateKey } from "../../service/custody/software.js";
import { importKey } from "../../service/key-commands/import.js";
import { newRawContentKey } from "../../shared/crypto/keys.js";
import { codeOf } from "../../shared/errors.js";
import { seal } from "../scenarios/seal.js";
import { refusalOf } from "./licensing/device.js";
import { type ScratchService, scratchService } from "./licensing/scratch-service.js";
import { scratchFolder } from "./scratch.js";

vi.setConfig({ testTimeout: 120_000 });

/** As they stand beside the built service. */
const workerUrl = pathToFileURL(join(process.cwd(), "dist", "pkcs12-worker.js"));
const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });

let folder: string;
const at = (name: string) => join(folder, name);

/** A PKCS#12 file that OpenSSL made of a key that OpenSSL made; `own.pass` opens it. */
async function p12(name: string, key: readonly string[], ...options: string[]): Promise<string> {
  openssl(...key, "-out", at(`${name}.pem`));
  openssl("req", "-new", "-x509", "-key", at(`${name}.pem`), "-subj", "/CN=own", "-out", at(`${name}.crt`));
  const from = ["-inkey", at(`${name}.pem`), "-in", at(`${name}.crt`)];
  openssl("pkcs12", "-export", ...from, "-out", at(`${name}.p12`), "-passout", `file:${at("own.pass")}`, ...options);
  return at(`${name}.p12`);
}

const rsa = (bits: number, ...options: string[]) =>
  ["genpkey", "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`, ...options] as const;

beforeAll(async () => {
  const { mkdtemp } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  folder = await mkdtemp(join(tmpdir(), "sealwright-p12-"));
  await writeFile(at("own.pass"), "correct horse battery staple\n");
  await writeFile(at("other.pass"), "another one, just as long\n");
});

const configOf = async ({ config }: ScratchService) => join(config.dataFolder, "service.json");

describe("a key of one's own", () => {
  it("is brought while the service runs, takes over, opens and signs, and leaves as OpenSSL reads it", async () => {
    const scratch = await scratchService();
    const [ines, ada] = await Promise.all([scratch.enrol("administrator"), scratch.enrol("writer")]);
    const config = await configOf(scratch);
    const file = await p12("own", rsa(3072));
    const bring = ["service", "keys", "import", file, "--config", config, "--passphrase-file", at("own.pass")];
    const brought = await seal(bring);
    expect(brought.code, brought.err).toBe(0);
    const id = brought.text.trim();
    expect(id).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
    expect(brought.err).toContain(`seal admin keys roll --to '${id}'`);
    expect((await seal(bring)).err).toMatch(/nothing uses this key yet/); // again is no harm
    const unused = (await ines.admin.keys()).keys.find(({ state }) => state === "unused")!;
    expect(unused.bits).toBe(3072);
    await ines.admin.rollKey(unused.kid);
    expect((await seal(bring)).err).toContain("this organisation has this key already");
    const writer = await ada.renew();
    const { license } = await writer.publish();
    expect((await writer.use(license)).use.rights).toEqual(["OWNER"]);
    const out = at("exported.p12");
    const take = ["service", "keys", "export", ...id.split(" "), "--config", config, "--out", out];
    const taken = await seal([...take, "--passphrase-file", at("other.pass")], { input: `${id}\n` });
    expect(taken.code, taken.err).toBe(0);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const said = openssl(
      "pkcs12",
      "-in",
      out,
      "-passin",
      `file:${at("other.pass")}`,
      "-nodes",
      "-nocerts",
      "-out",
      at("back.pem"),
    );
    expect(said.toString()).toBe("");
    const der = (pem: string) => openssl("pkey", "-in", at(pem), "-outform", "DER").toString("base64");
    expect(der("back.pem")).toBe(der("own.pem"));
    const twice = await seal([...take, "--passphrase-file", at("other.pass")], { input: `${id}\n` });
    expect(twice.err).toContain("never overwritten");
    const { events } = { events: await scratch.service.parts.audit.events({ action: "change-keys", limit: 10 }) };
    expect(events.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([expect.stringContaining("seal service keys import"), `seal service keys export: ${id}`]),
    );
    expect((await scratch.service.parts.audit.verify()).intact).toBe(true);
  });

  it("does not leave without its id being typed, nor under a short passphrase", async () => {
    const scratch = await scratchService();
    const config = await configOf(scratch);
    const listed = await seal(["service", "keys", "list", "--config", config]);
    const id = listed.text.slice(0, 39);
    expect(listed.text).toContain("2048 bits, active, generation 1");
    const out = at("never.p12");
    const take = ["service", "keys", "export", id, "--config", config, "--out", out, "--passphrase-file"];
    for (const typed of ["", "yes\n", `${id.slice(0, 20)}\n`]) {
      const refused = await seal([...take, at("own.pass")], { input: typed });
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("nothing was exported")]);
    }
    await writeFile(at("short.pass"), "short\n");
    expect((await seal([...take, at("short.pass")], { input: `${id}\n` })).err).toContain("at least 12 characters");
    expect((await seal(["service", "keys", "export", "ffff ffff", ...take.slice(4), at("own.pass")])).code).toBe(2);
    await expect(stat(out)).rejects.toThrow(/ENOENT/);
  });

  it("of 1024 bits only opens what was sealed to it, for ever", async () => {
    const scratch = await scratchService();
    const config = await configOf(scratch);
    const file = await p12("old", rsa(1024));
    const bring = (...more: string[]) =>
      importKey([file, `--config=${config}`, `--passphrase-file=${at("own.pass")}`, ...more], { workerUrl });
    await expect(bring()).rejects.toThrow(/too short to be used; it can be brought --archived/);
    await bring("--archived");
    const { tenant } = scratch.service.parts;
    await tenant.follow();
    const ines = await scratch.enrol("administrator");
    const old = (await ines.admin.keys()).keys.find(({ bits }) => bits === 1024)!;
    expect(old).toMatchObject({ state: "archived", generation: null });
    const contentKey = newRawContentKey();
    await writeFile(at("content.key"), contentKey);
    const oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256"];
    const sealed = openssl("pkeyutl", "-encrypt", "-inkey", at("old.pem"), "-in", at("content.key"), ...oaep);
    const opened = await tenant.keyring.find(old.kid)!.custody.unseal(Uint8Array.from(sealed));
    expect(opened).toEqual(contentKey);
    expect(tenant.trust.keys.has(old.kid)).toBe(false);
    expect((await refusalOf(ines.admin.rollKey(old.kid))).message).toContain("1024 bits");
  });
});

describe("a file that is not one RSA key that works", () => {
  const read = async (path: string, passphrase = "correct horse battery staple", patienceMs = 60_000) =>
    readPkcs12(Uint8Array.from(await readFile(path)), passphrase, { workerUrl, patienceMs });

  it("is refused with words that say what it is", async () => {
    const good = await p12("good", rsa(2048));
    await expect(read(good, "wrong")).rejects.toThrow("the passphrase does not open this file");
    await expect(read(good, undefined, 1)).rejects.toThrow("takes too long to open");
    const ec = await p12("ec", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    await expect(read(ec)).rejects.toThrow("a tenant key is an RSA key, and this one is not");
    const three = await p12("three", rsa(2048, "-pkeyopt", "rsa_keygen_pubexp:3"));
    await expect(read(three)).rejects.toThrow("2048, 3072 or 4096 bits and the exponent 65537");
    const odd = await p12("odd", rsa(1536));
    await expect(read(odd)).rejects.toThrow("2048, 3072 or 4096 bits");
    openssl(
      "pkcs12",
      "-export",
      "-nokeys",
      "-in",
      at("good.crt"),
      "-out",
      at("none.p12"),
      "-passout",
      `file:${at("own.pass")}`,
    );
    await expect(read(at("none.p12"))).rejects.toThrow("there is no private key in this file");
    const legacy = await p12("legacy", rsa(2048), "-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES");
    expect((await read(legacy)).length).toBeGreaterThan(1000);
  });

  it("nor damaged, cut, or something else: never more than a sentence, whatever byte it is", async () => {
    const good = new Uint8Array(await readFile(await p12("whole", rsa(2048), "-iter", "10", "-maciter")));
    const outcomes = new Set<string>();
    const attempt = async (bytes: Uint8Array<ArrayBuffer>) => {
      const code = await readPkcs12(bytes, "correct horse battery staple", { workerUrl, patienceMs: 20_000 }).then(
        () => "opened",
        codeOf,
      );
      outcomes.add(code);
    };
    for (let cut = 0; cut < good.length; cut += Math.ceil(good.length / 12)) await attempt(good.slice(0, cut));
    for (let place = 0; place < 12; place++) {
      const flipped = good.slice();
      flipped[Math.floor((good.length * place) / 12)]! ^= 0x41;
      await attempt(flipped);
    }
    await attempt(new TextEncoder().encode("-----BEGIN PRIVATE KEY-----"));
    expect([...outcomes]).toEqual(["config-invalid"]);
  });

  it("nor several keys, nor longer than any such file", async () => {
    const [one, two] = await Promise.all([newPrivateKey(), newPrivateKey()]);
    const passphrase = "correct horse battery staple";
    const contentsOf = async (pkcs8: Uint8Array<ArrayBuffer>) => {
      const der = Buffer.from(await encodePkcs12(pkcs8, "key", passphrase)).toString("binary");
      const pfx = forge.asn1.fromDer(der, { strict: true, parseAllBytes: true }).value as forge.Asn1[];
      const octets = ((pfx[1]!.value as forge.Asn1[])[1]!.value as forge.Asn1[])[0]!.value as string;
      return { pfx, contents: forge.asn1.fromDer(octets, { strict: true, parseAllBytes: true }).value as forge.Asn1[] };
    };
    const [first, second] = [await contentsOf(one), await contentsOf(two)];
    const { asn1 } = forge;
    const make = (type: number, value: string | forge.Asn1[]) =>
      asn1.create(asn1.Class.UNIVERSAL, type, typeof value !== "string", value);
    const both = asn1.toDer(make(asn1.Type.SEQUENCE, [...first.contents, ...second.contents])).getBytes();
    const [version, safe] = first.pfx as [forge.Asn1, forge.Asn1];
    const [kind] = safe.value as forge.Asn1[];
    const content = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [make(asn1.Type.OCTETSTRING, both)]);
    const pfx = make(asn1.Type.SEQUENCE, [version, make(asn1.Type.SEQUENCE, [kind!, content])]);
    const file = Uint8Array.from(Buffer.from(asn1.toDer(pfx).getBytes(), "binary"));
    await expect(readPkcs12(file, passphrase, { workerUrl })).rejects.toThrow("several private keys");
    const scratch = await scratchFolder();
    await writeFile(join(scratch, "huge.p12"), new Uint8Array(2 * 1024 * 1024));
    const args = [join(scratch, "huge.p12"), "--config=none", `--passphrase-file=${at("own.pass")}`];
    await expect(importKey(args, { workerUrl })).rejects.toThrow("too long for a key");
    await expect(importKey([join(scratch, "none.p12"), ...args.slice(1)])).rejects.toThrow("is missing");
    await expect(importKey([])).rejects.toMatchObject({ code: "usage" });
  });
});
