import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openHome } from "../../../agent/home.js";
import { trustPlan } from "../../../agent/install/trust.js";
import { authorityFile, openCertificate } from "../../../agent/link/link-files.js";
import { launchWholeChromium } from "../../browser/chromium.js";
import { removeFolder } from "../../folders.js";
import { seal } from "../../scenarios/seal.js";

/** The certificate of the agent's link: what OpenSSL, Node and a browser make of it. */

async function person() {
  const folder = await mkdtemp(join(tmpdir(), "seal-trust-"));
  onTestFinished(() => removeFolder(folder));
  const home = await openHome(join(folder, ".sealwright"));
  return { folder, home };
}

it("is signed by its authority, which can sign for this computer's own name alone, and whose key is nowhere", async () => {
  const { home, folder } = await person();
  const { certificate, authority, key } = await openCertificate(home);
  const [leaf, root] = [new X509Certificate(certificate), new X509Certificate(authority)];
  expect([leaf.checkIssued(root), leaf.verify(root.publicKey), leaf.checkHost("localhost")]).toEqual([
    true,
    true,
    "localhost",
  ]);
  await writeFile(join(folder, "leaf.pem"), certificate);
  const verify = ["verify", "-x509_strict", "-CAfile", authorityFile(home), "-verify_hostname", "localhost"];
  expect(execFileSync("openssl", [...verify, join(folder, "leaf.pem")], { encoding: "utf8" })).toContain("OK");
  const text = execFileSync("openssl", ["x509", "-noout", "-text", "-in", authorityFile(home)], { encoding: "utf8" });
  expect(text).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:localhost\s+IP:127.0.0.1\/255.255.255.255/);
  const kept = await readFile(join(home.link, "certificate.pem"), "utf8");
  expect(kept.match(/BEGIN [A-Z ]*PRIVATE KEY/g)).toHaveLength(1);
  expect(kept).toContain(key.trim());
  expect((await stat(join(home.link, "certificate.pem"))).mode & 0o777).toBe(0o600);
  expect((await openCertificate(home)).certificate.trim()).toBe(certificate.trim()); // and stays
  expect((await openCertificate(home, Date.now() + 820 * 86_400_000)).certificate).not.toBe(certificate);
});

it("is trusted by a browser once seal install was run, and no longer after seal uninstall", async () => {
  const { folder, home } = await person();
  const { certificate, key } = await openCertificate(home);
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  const database = join(folder, ".pki/nssdb");
  await mkdir(database, { recursive: true });
  execFileSync("certutil", ["-d", `sql:${database}`, "-N", "--empty-password"]);
  const env = { HOME: folder, XDG_DATA_HOME: join(folder, "data"), XDG_CONFIG_HOME: join(folder, "config") };
  const visit = async () => {
    const browser = await launchWholeChromium([], env);
    try {
      const page = await browser.newPage();
      return await page.goto(url).then(
        async (response) => (await response!.body()).toString(),
        (error: Error) => /net::\w+/.exec(error.message)?.[0],
      );
    } finally {
      await browser.close();
    }
  };
  expect(await visit()).toBe("net::ERR_CERT_AUTHORITY_INVALID");
  for (const _time of ["the first", "again"]) {
    const run = await seal(["install"], { home: home.path, env });
    expect(run.text, run.err).toMatch(/^done +certutil -A .*: this browser trusts the agent's pages$/m);
  }
  expect(await visit()).toBe("here");
  expect((await seal(["uninstall"], { home: home.path, env })).text).toContain("this browser trusts them no longer");
  expect(await visit()).toBe("net::ERR_CERT_AUTHORITY_INVALID");
});

it("on macOS and Windows goes to the store of this person, and is taken from there by its fingerprint", async () => {
  const { home } = await person();
  const { authority } = await openCertificate(home);
  for (const platform of ["darwin", "win32"] as const) {
    const { trust, distrust } = trustPlan(platform, "/home/ada/authority.pem", authority, []);
    expect(trust.map(({ command }) => command.at(-1))).toEqual(["/home/ada/authority.pem"]);
    expect(distrust[0]!.command.at(-1)).toMatch(/^[0-9A-F]{40}$/);
  }
});
