import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { signIn } from "../../../agent/sign-in.js";
import { serviceOrigin } from "../../../shared/protocol/service-address.js";
import type { Discovery } from "../../../shared/protocol/service-api.js";
import { discover } from "../../../shared/protocol/service-client.js";
import { scratchService } from "../../service/licensing/scratch-service.js";
import { outcome, scratchHome } from "./scratch-home.js";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that answers as told and remembers everything it was sent. */
async function server(answer: Answer): Promise<{ origin: string; heard: string[] }> {
  const heard: string[] = [];
  const listening: Server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`);
    answer(request, response, body);
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void listening.close());
  listening.unref();
  return { origin: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`, heard };
}

const json = (response: ServerResponse, value: unknown) =>
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));

/** What a strange service says; everything is right unless a test says otherwise. */
interface Says {
  discovery?: (origin: string) => Partial<Discovery>;
  metadata?: (origin: string) => object;
  auth?: Answer;
}

let shownOnce: Promise<Discovery> | null = null;

/** What a real service shows; it need not run any more. */
function realDiscovery(): Promise<Discovery> {
  shownOnce ??= scratchService().then(({ origin }) => discover(origin));
  return shownOnce;
}

/** The keys of a real service, put in front of pages of another. */
async function strangeService({ discovery, metadata, auth }: Says) {
  const shown = await realDiscovery();
  const strange = await server((request, response, body) => {
    const at = strange.origin;
    const path = new URL(request.url!, at).pathname;
    if (path === "/.well-known/sealwright")
      json(response, { ...shown, api: `${at}/api/v1`, issuer: `${at}/oidc`, ...discovery?.(at) });
    else if (path === "/oidc/.well-known/openid-configuration") {
      const endpoints = { authorization_endpoint: `${at}/oidc/auth`, token_endpoint: `${at}/oidc/token` };
      json(response, { issuer: `${at}/oidc`, ...endpoints, ...metadata?.(at) });
    } else if (auth) auth(request, response, body);
    else response.writeHead(404).end();
  });
  return strange;
}

const person = { user: "ada@contoso.example", password: "never-leaves-twice" };
const signInAt = async (address: string) => outcome(signIn(await scratchHome(), { address, ...person }));
const redirect =
  (to: string): Answer =>
  (_request, response) =>
    response.writeHead(303, { location: to }).end();
const page = (action: string) => `<form method="post"><input type="hidden" name="action" value="${action}"></form>`;

describe("the address of a service", () => {
  it.each([
    ["rms.contoso.example", "https://rms.contoso.example"],
    ["https://rms.contoso.example/", "https://rms.contoso.example"],
    ["http://localhost:7443", "http://localhost:7443"],
    ["http://127.0.0.1:7443", "http://127.0.0.1:7443"],
    ["http://[::1]:7443", "http://[::1]:7443"],
  ])("%s means %s", (address, origin) => expect(serviceOrigin(address)).toBe(origin));

  it.each([
    "http://rms.contoso.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "ftp://rms.contoso.example",
    "file:///etc/passwd",
    "https://ada:secret@rms.contoso.example",
    "https://rms.contoso.example/path",
    "https://rms.contoso.example/?query",
    "",
    "https://",
    `https://${"x".repeat(3000)}`,
  ])("is not %s", (address) => expect(() => serviceOrigin(address)).toThrow(/./));
});

describe("signing in at a strange service", () => {
  it.each<[string, Says, string]>([
    ["an API elsewhere", { discovery: () => ({ api: "http://127.0.0.1:9/api/v1" }) }, "service-untrusted"],
    ["an issuer elsewhere", { discovery: () => ({ issuer: "https://login.invalid" }) }, "service-untrusted"],
    ["another tenant than its keys", { discovery: () => ({ tenant: crypto.randomUUID() }) }, "service-untrusted"],
    ["another audience", { discovery: () => ({ resource: "urn:sealwright:other" }) }, "service-untrusted"],
    ["keys that are none", { discovery: () => ({ certificates: "AAAA" }) }, "service-untrusted"],
    ["metadata of another issuer", { metadata: () => ({ issuer: "https://login.invalid" }) }, "service-untrusted"],
    ["pages elsewhere", { metadata: () => ({ authorization_endpoint: "http://127.0.0.1:9/" }) }, "service-untrusted"],
    ["tokens elsewhere", { metadata: () => ({ token_endpoint: "http://127.0.0.1:9/" }) }, "service-untrusted"],
    ["no pages", {}, "sign-in-failed"],
    ["a circle", { auth: redirect("/oidc/auth") }, "service-failed"],
    ["a redirect to nowhere", { auth: redirect("http://[") }, "service-failed"],
    [
      "an answer to another question",
      { auth: redirect("http://127.0.0.1/callback?code=x&state=y") },
      "service-untrusted",
    ],
    ["a page without end", { auth: (_r, response) => void response.end("x".repeat(300_000)) }, "service-failed"],
  ])("that shows %s ends before a password is typed", async (_what, says, code) => {
    const { origin, heard } = await strangeService(says);
    expect(await signInAt(origin)).toBe(code);
    expect(heard.join("\n")).not.toContain(person.password);
  });

  it("that leads to another origin, before or after the password, sends nothing there", async () => {
    const elsewhere = await server((_request, response) => response.end(page("sign-in")));
    const before = await strangeService({ auth: redirect(`${elsewhere.origin}/oidc/auth`) });
    expect(await signInAt(before.origin)).toBe("service-untrusted");
    const after = await strangeService({
      auth: (request, response) =>
        request.method === "POST"
          ? response.writeHead(307, { location: `${elsewhere.origin}/take` }).end()
          : response.end(page("sign-in")),
    });
    expect(await signInAt(after.origin)).toBe("service-untrusted");
    expect(elsewhere.heard).toEqual([]);
  });

  it("that shows the form again and again gets the password once", async () => {
    const { origin, heard } = await strangeService({
      auth: (_request, response) => void response.end(page("sign-in")),
    });
    expect(await signInAt(origin)).toBe("sign-in-failed");
    expect(heard.filter((request) => request.includes(person.password))).toHaveLength(1);
  });

  it("that redirects discovery itself is not followed", async () => {
    const elsewhere = await server((_request, response) => response.end("{}"));
    const { origin } = await server(redirect(`${elsewhere.origin}/`));
    expect(await signInAt(origin)).toBe("service-unreachable");
    expect(elsewhere.heard).toEqual([]);
  });

  it("that is not there is said to be out of reach", async () => {
    expect(await signInAt("http://127.0.0.1:9")).toBe("service-unreachable");
  });
});
