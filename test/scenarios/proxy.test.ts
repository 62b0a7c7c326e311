import { execFileSync } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeConfig } from "../../service/config.js";
import { prepareTrial, type TrialPerson } from "../../service/trial.js";
import { proxyFor } from "../../shared/node/proxy.js";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { type Running, startProcess } from "../service/service-process.js";
import { seal } from "./seal.js";

/** The command line of a computer that reaches the service through a proxy alone. */

const host = "rms.contoso.example"; // which this computer cannot find
let folder: string;
let service: Running;
let port: number;
let ines: TrialPerson;
const at = (...names: string[]) => join(folder, ...names);

/** Goes to the service whatever it is called, and says whom it was asked for. */
const asked: { to: string; by: string | undefined }[] = [];
let answer: "lets through" | "refuses" | "drips" = "lets through";
let said = 0;
const proxy = createServer().on("connect", ({ url, headers }: IncomingMessage, client: Socket) => {
  asked.push({ to: url!, by: headers["proxy-authorization"] });
  if (answer === "refuses") return void client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  if (answer === "drips") {
    const timer = setInterval(() => client.write("HTTP/1.1 200 Connection Established\r\n".charAt(said++ % 20)), 500);
    return void client.on("close", () => clearInterval(timer)).on("error", () => undefined);
  }
  const server = connect(port, "127.0.0.1", () => {
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    server.pipe(client).pipe(server);
  });
  for (const one of [client, server]) one.on("error", () => undefined);
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seal-proxy-"));
  port = await freePort();
  const tls = { certificateFile: at("cert.pem"), keyFile: at("key.pem") };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", tls.keyFile];
  const subject = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`, "-out", tls.certificateFile];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, ...subject], { stdio: "pipe" });
  const { config, configFile, people } = await prepareTrial(at("data"), port);
  const publicUrl = new URL(`https://${host}:${port}`);
  await writeFile(configFile, encodeConfig({ ...config, publicUrl, listen: { host: "127.0.0.1", port }, tls }));
  service = await startProcess(new URL("../../dist/service.cjs", import.meta.url).pathname, ["--config", configFile]);
  ines = people.find(({ role }) => role === "writer")!;
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await service?.kill();
  await removeFolder(folder);
});
beforeEach(() => {
  asked.length = 0;
  answer = "lets through";
});

const proxyAddress = (name = "") => `http://${name}127.0.0.1:${(proxy.address() as AddressInfo).port}`;
function signIn(env: Record<string, string>, home = "home") {
  const all = { NODE_EXTRA_CA_CERTS: at("cert.pem"), no_proxy: "", ...env };
  const login = ["login", `https://${host}:${port}`, "--user", ines.user, "--password-stdin"];
  return seal(login, { home: at(home), env: all, input: ines.password });
}

describe("behind a proxy", () => {
  it("signs in and protects through it, over a connection that it cannot read", async () => {
    const env = { HTTPS_PROXY: proxyAddress("ada:s%20cret@") };
    expect(await signIn(env)).toMatchObject({ code: 0 });
    const by = `Basic ${Buffer.from("ada:s cret").toString("base64")}`;
    expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ to: `${host}:${port}`, by })]),
    );
    await writeFile(at("plan.txt"), "the plan");
    const options = { home: at("home"), env: { ...env, NODE_EXTRA_CA_CERTS: at("cert.pem") } };
    expect((await seal(["protect", at("plan.txt"), "--label", "Confidential/Project"], options)).code).toBe(0);
    expect((await seal(["cat", at("plan.ptxt")], options)).text).toBe("the plan");
  });

  it("says that the service cannot be reached where it refuses, and where it is none", async () => {
    answer = "refuses";
    const refused = await signIn({ https_proxy: proxyAddress("ada:100%@") }, "other");
    expect(asked[0]!.by).toBe(`Basic ${Buffer.from("ada:100%").toString("base64")}`);
    expect([refused.code, asked.length > 0]).toEqual([5, true]);
    expect(refused.err).toContain("it wants a name and a password");
    expect(refused.err).not.toContain("100%");
    const wrong = await signIn({ https_proxy: "socks5://127.0.0.1:1080" }, "other");
    expect(wrong.err).toContain("HTTPS_PROXY names something else than an HTTP proxy");
  });

  it("is waited for so long and no longer", async () => {
    answer = "drips";
    const run = await signIn({ https_proxy: proxyAddress() }, "other");
    expect([run.code, run.err]).toEqual([5, expect.stringContaining("it does not answer")]);
  });

  it("is not asked for what it is not for", async () => {
    const direct = await signIn({ https_proxy: proxyAddress(), no_proxy: "contoso.example" }, "other");
    expect([direct.code, asked]).toEqual([5, []]);
  });
});

it.each([
  ["rms.contoso.example", { https_proxy: "http://p:3128" }, "http://p:3128/"],
  ["rms.contoso.example", { HTTPS_PROXY: "p:3128" }, "http://p:3128/"],
  ["rms.contoso.example", { ALL_PROXY: "http://p" }, "http://p/"],
  ["rms.contoso.example", { HTTP_PROXY: "http://p" }, null],
  ["rms.contoso.example", { https_proxy: "", HTTPS_PROXY: "http://big" }, "http://big/"],
  ["rms.contoso.example", { HTTPS_PROXY: "http://p", NO_PROXY: "*" }, null],
  ["rms.contoso.example", { HTTPS_PROXY: "http://p", NO_PROXY: "a.example, .contoso.example" }, null],
  ["rms.contoso.example", { HTTPS_PROXY: "http://p", NO_PROXY: "*.contoso.example:443" }, null],
  ["rms.contoso.example", { HTTPS_PROXY: "http://p", NO_PROXY: "contoso.example:8443" }, "http://p/"],
  ["rms.contoso.example", { HTTPS_PROXY: "http://p", NO_PROXY: "toso.example" }, "http://p/"],
  ["10.0.0.1", { HTTPS_PROXY: "http://p", NO_PROXY: "10.0.0.1" }, null],
  ["localhost", { HTTPS_PROXY: "http://p" }, null],
  ["127.0.0.2", { HTTPS_PROXY: "http://p" }, null],
  ["127.0.0.1.contoso.example", { HTTPS_PROXY: "http://p" }, "http://p/"],
])("%s with %o goes by %s", (to, env, by) => {
  expect(proxyFor(to, 443, env)?.href ?? null).toBe(by);
});
