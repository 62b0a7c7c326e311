import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { proxyFor } from "../../shared/node/proxy.js";
import { SecureOrganisation } from "../addin/secure-organisation.js";

/** The command line of a computer that reaches the service through a proxy alone. */

const host = "rms.contoso.example"; // which this computer cannot find
let contoso: SecureOrganisation;

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
  const server = connect(Number(new URL(contoso.origin).port), "127.0.0.1", () => {
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    server.pipe(client).pipe(server);
  });
  for (const one of [client, server]) one.on("error", () => undefined);
});

beforeAll(async () => {
  contoso = await SecureOrganisation.found({ host });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await contoso?.end();
});
beforeEach(() => {
  asked.length = 0;
  answer = "lets through";
});

const proxyAddress = (name = "") => `http://${name}127.0.0.1:${(proxy.address() as AddressInfo).port}`;
function signIn(env: Record<string, string>, role: "writer" | "colleague" = "colleague") {
  const { user, password } = contoso.person(role);
  const login = ["login", contoso.origin, "--user", user, "--password-stdin"];
  return contoso.seal(role, login, password, { no_proxy: "", ...env });
}

describe("behind a proxy", () => {
  it("signs in and protects through it, over a connection that it cannot read", async () => {
    const env = { HTTPS_PROXY: proxyAddress("ada:s%20cret@") };
    expect(await signIn(env, "writer")).toMatchObject({ code: 0 });
    const by = `Basic ${Buffer.from("ada:s cret").toString("base64")}`;
    const to = new URL(contoso.origin).host;
    expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify({ to, by })]));
    const [clear, made] = ["plan.txt", "plan.ptxt"].map((name) => join(contoso.folder, name));
    await writeFile(clear!, "the plan");
    const protect = ["protect", clear!, "--label", "Confidential/Project"];
    expect((await contoso.seal("writer", protect, "", env)).code).toBe(0);
    expect((await contoso.seal("writer", ["cat", made!], "", env)).text).toBe("the plan");
  });

  it("says that the service cannot be reached where it refuses, and where it is none", async () => {
    answer = "refuses";
    const refused = await signIn({ https_proxy: proxyAddress("ada:100%@") });
    expect(asked[0]!.by).toBe(`Basic ${Buffer.from("ada:100%").toString("base64")}`);
    expect([refused.code, asked.length > 0]).toEqual([5, true]);
    expect(refused.err).toContain("it wants a name and a password");
    expect(refused.err).not.toContain("100%");
    const wrong = await signIn({ https_proxy: "socks5://127.0.0.1:1080" });
    expect(wrong.err).toContain("HTTPS_PROXY names something else than an HTTP proxy");
  });

  it("is waited for so long and no longer", async () => {
    answer = "drips";
    const run = await signIn({ https_proxy: proxyAddress() });
    expect([run.code, run.err]).toEqual([5, expect.stringContaining("it does not answer")]);
  });

  it("is not asked for what it is not for", async () => {
    const direct = await signIn({ https_proxy: proxyAddress(), no_proxy: "contoso.example" });
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
