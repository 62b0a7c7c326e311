import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { signOut } from "../../agent/account.js";
import { limits } from "../../agent/link/limits.js";
import { removePairing } from "../../agent/link/pairings.js";
import { proveToken } from "../../shared/protocol/agent-proof.js";
import { linkedAgent, pageOrigin } from "../agent/link/linked-agent.js";
import { freshNonce, opened, RawPage } from "../agent/link/raw-page.js";
import { until } from "../scenarios/seal.js";

/** Pages and programs that want to use the agent without having been let in (threats T20, T21, T23). */

/** A POST as a program makes it: any header it likes. */
function post(port: number, headers: Record<string, string | string[]>, method = "POST", path = "/v1/message") {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method, headers, rejectUnauthorized: false };
    const asked = httpsRequest(options, (response) => {
      let text = "";
      response.on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    asked.on("error", reject);
    asked.end(method === "POST" ? JSON.stringify({ id: 1, op: "whoami" }) : undefined);
  });
}

describe("T20: pages of other origins", () => {
  const others: [string, string | undefined][] = [
    ["none", undefined],
    ["null", "null"],
    ["another", "https://evil.example"],
    ["one that begins like it", `${pageOrigin}.evil.example`],
    ["one that ends like it", "https://evil-addin.contoso.example"],
    ["other letters", pageOrigin.toUpperCase()],
    ["other letters in the host", "https://Addin.contoso.example"],
    ["a dot behind", `${pageOrigin}.`],
    ["its port written out", `${pageOrigin}:443`],
    ["another port", `${pageOrigin}:8443`],
    ["another scheme", pageOrigin.replace("https", "http")],
    ["a slash behind", `${pageOrigin}/`],
    ["two in one", `${pageOrigin}, https://evil.example`],
    ["a space in front", ` ${pageOrigin}x`],
  ];

  it("get neither a socket, nor an answer, nor leave to read one", async () => {
    const { port } = await linkedAgent();
    expect(await opened(port, { origin: pageOrigin })).toBe("open");
    for (const [what, origin] of others) {
      expect([what, await opened(port, { origin })]).toEqual([what, "403"]);
      const headers: Record<string, string> = { host: `localhost:${port}`, ...(origin !== undefined && { origin }) };
      for (const method of ["POST", "OPTIONS", "GET"]) {
        const answered = await post(port, headers, method, method === "GET" ? "/health" : "/v1/message");
        expect([what, method, answered.status, answered.headers["access-control-allow-origin"]]).toEqual([
          what,
          method,
          403,
          undefined,
        ]);
      }
    }
    const both = { host: `localhost:${port}`, origin: [pageOrigin, "https://evil.example"] };
    expect((await post(port, both)).status).toBe(403);
    const listed = await post(port, { host: `localhost:${port}`, origin: pageOrigin }, "OPTIONS");
    expect(listed.headers["access-control-allow-origin"]).toBe(pageOrigin);
    expect(await opened(port, { origin: pageOrigin, path: "/v1/other" })).toBe("403");
  });

  it("of the service that was left are off the list, and those of the new one on it, without a restart", async () => {
    const { port, account, become } = await linkedAgent();
    const [before, after] = [new URL(account.info.service).origin, "https://rms.fabrikam.example"];
    expect([await opened(port, { origin: before }), await opened(port, { origin: after })]).toEqual(["open", "403"]);
    become({ ...account, info: { ...account.info, service: `${after}/` } });
    const isOpen = async () => (await opened(port, { origin: after })) === "open";
    await until("the other service to be on the list", isOpen);
    expect(await opened(port, { origin: before })).toBe("403");
  });

  it("learn nothing without TLS but that it is wanted", async () => {
    const { port } = await linkedAgent();
    for (const path of ["/", "/health", "/v1/message"]) {
      const response = await fetch(`http://localhost:${port}${path}`, { headers: { origin: pageOrigin } });
      expect([response.status, await response.text(), response.headers.get("access-control-allow-origin")]).toEqual([
        426,
        "",
        null,
      ]);
    }
    const socket = connect({ host: "127.0.0.1", port });
    onTestFinished(() => void socket.destroy());
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("error", () => undefined).write("\u0000 no protocol at all\r\n\r\n");
    await closed;
    expect(await opened(port, { origin: pageOrigin })).toBe("open");
  });

  it("of the list, unpaired, get no answer to anything but hello", async () => {
    const { port } = await linkedAgent();
    for (const [op, fields] of [
      ["whoami", {}],
      ["labels", {}],
      ["protect", { name: "a.txt", size: 1, wanted: {} }],
      ["protect-path", { path: "/etc/passwd", wanted: {} }],
      ["job", { job: "A".repeat(32) }],
      ["read", { job: "A".repeat(32), file: 0, offset: 0, length: 1 }],
    ] as const) {
      const page = await RawPage.open(port, { origin: pageOrigin });
      await page.hello();
      expect([op, (await page.ask(op, fields)).error?.code]).toEqual([op, "not-paired"]);
      page.socket.terminate();
    }
    const slice = Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.alloc(33)]);
    const page = await RawPage.open(port, { origin: pageOrigin });
    expect(await page.answerTo(1, slice)).toMatchObject({ error: { code: "not-paired" } });
    const answered = await post(port, { host: `localhost:${port}`, origin: pageOrigin });
    expect(JSON.parse(answered.text)).toMatchObject({ error: { code: "not-paired" } });
  });

  it("guess a code five times, and not once more however many connections they have", async () => {
    const { port, link } = await linkedAgent();
    const { code } = link.newCode();
    const wrong = code.startsWith("A") ? `B${code.slice(1)}` : `A${code.slice(1)}`;
    const pages = await Promise.all(Array.from({ length: 8 }, () => RawPage.open(port, { origin: pageOrigin })));
    const outcomes = await Promise.all(pages.map((page) => page.pair(wrong)));
    expect(new Set(outcomes)).toEqual(new Set(["pairing-failed"]));
    expect(link.codeState(code)).toBe("over");
    expect(await (await RawPage.open(port, { origin: pageOrigin })).pair(code)).toBe("pairing-failed");
  });

  it("pair by a code once: it is over for everybody else, also for who began with it before", async () => {
    const { port, link } = await linkedAgent();
    const { code } = link.newCode();
    const pages = await Promise.all([0, 1, 2].map(() => RawPage.open(port, { origin: pageOrigin })));
    const outcomes = await Promise.all(pages.map((page) => page.pair(code)));
    expect(outcomes.filter((one) => one === "pairing-failed")).toHaveLength(2);
    expect(await (await RawPage.open(port, { origin: pageOrigin })).pair(code)).toBe("pairing-failed");
  });

  it("wait once they were wrong too often, with the right proof too", async () => {
    const { port, pair } = await linkedAgent();
    const paired = await pair();
    const stranger = { ...paired, id: crypto.randomUUID() };
    for (let at = 0; at < limits.failures; at++) {
      const page = await RawPage.open(port, { origin: pageOrigin });
      expect(await page.authenticate(stranger)).toBe("not-paired");
      page.socket.terminate();
    }
    expect(await (await RawPage.open(port, { origin: pageOrigin })).authenticate(paired)).toBe("rate-limited");
  });
});

describe("T20: what was recorded or stolen", () => {
  it("a handshake is good for its own connection, and once", async () => {
    const { port, pair } = await linkedAgent();
    const { id, key } = await pair();
    const first = await RawPage.open(port, { origin: pageOrigin });
    const nonce = freshNonce();
    const exchange = await first.hello(nonce);
    const proof = await proveToken(key, "page", exchange, id);
    expect((await first.ask("authenticate", { pairing: id, proof })).error).toBeUndefined();
    const again = await RawPage.open(port, { origin: pageOrigin });
    await again.hello(nonce);
    expect((await again.ask("authenticate", { pairing: id, proof })).error?.code).toBe("not-paired");
    // nor does the agent's own proof serve as a page's
    const mirrored = await RawPage.open(port, { origin: pageOrigin });
    const own = await mirrored.hello();
    const agents = await proveToken(key, "agent", own, id);
    expect((await mirrored.ask("authenticate", { pairing: id, proof: agents })).error?.code).toBe("not-paired");
    // one hello is good for one attempt, and a connection for one hello
    const late = await proveToken(key, "page", own, id);
    expect((await mirrored.ask("authenticate", { pairing: id, proof: late })).error?.code).toBe("request-malformed");
    const greeted = await RawPage.open(port, { origin: pageOrigin });
    await greeted.hello();
    const more = { protocol: 1, nonce: freshNonce(), client: { name: "Word", version: "1" } };
    expect((await greeted.ask("hello", more)).error?.code).toBe("request-malformed");
  });

  it("a token is worth nothing to another listed origin, on another port, or once it was removed", async () => {
    const other = "https://other.contoso.example";
    const { port, pair, account, link } = await linkedAgent({ origins: [pageOrigin, other] });
    const paired = await pair();
    const thief = await RawPage.open(port, { origin: other });
    expect(await thief.authenticate(paired)).toBe("not-paired");
    const claiming = await RawPage.open(port, { origin: other });
    expect(await claiming.authenticate(paired, { origin: pageOrigin })).toBe("not-paired");
    // what a program on another of the ports was shown, and passes on
    const relayed = await RawPage.open(port, { origin: pageOrigin });
    expect(await relayed.authenticate(paired, { port: port + 1 })).toBe("not-paired");
    const page = await RawPage.open(port, { origin: pageOrigin });
    expect(await page.authenticate(paired)).toBe(null);
    await removePairing(account, paired.id);
    await link.endPairing(paired.id);
    expect(await page.closed).toBe(1001);
    expect(await (await RawPage.open(port, { origin: pageOrigin })).authenticate(paired)).toBe("not-paired");
  });

  it("a connection is worth nothing any more once its person signed out", async () => {
    const agent = await linkedAgent();
    const page = await agent.page(await agent.pair());
    expect((await page.ask("whoami")).answer.address).toBe(agent.account.info.address);
    await signOut(agent.account.home);
    for (const op of ["whoami", "labels"]) expect((await page.ask(op)).error?.code).toBe("not-paired");
  });

  it("a job belongs to its pairing: another paired page does not see it", async () => {
    const { page, pair } = await linkedAgent();
    const [ada, eve] = [await page(await pair()), await page(await pair())];
    const wanted = { grant: ["bob@trial.example:VIEW"] };
    const { answer } = await ada.ask("protect", { name: "a.txt", size: 5, wanted });
    expect((await eve.ask("job", { job: answer.job })).error?.code).toBe("file-missing");
    expect((await eve.ask("cancel", { job: answer.job })).error?.code).toBe("file-missing");
    expect((await ada.ask("job", { job: answer.job })).answer.state).toBe("receiving");
  });
});

describe("T21: other names that lead here", () => {
  it("are refused, whatever else is right", async () => {
    const { port } = await linkedAgent();
    const hosts = ["evil.example", `evil.example:${port}`, "localhost", `localhost:${port + 1}`, `localhost.:${port}`];
    for (const host of [...hosts, `127.0.0.2:${port}`, `LOCALHOST:${port}`, `localhost:${port}@evil.example`]) {
      expect([host, await opened(port, { origin: pageOrigin, host })]).toEqual([host, "403"]);
      expect([host, (await post(port, { host, origin: pageOrigin })).status]).toEqual([host, 403]);
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      expect([host, await opened(port, { origin: pageOrigin, host })]).toEqual([host, "open"]);
  });

  it("reach nothing from outside of this computer", async () => {
    const { networkInterfaces } = await import("node:os");
    const { port } = await linkedAgent();
    const outside = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ internal }) => !internal);
    for (const { address } of outside.filter(({ family }) => family === "IPv4")) {
      const tried = new Promise((resolve) => {
        const socket = connect({ host: address, port, timeout: 2000 });
        socket.on("connect", () => resolve("connected"));
        socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
        socket.on("timeout", () => resolve("nothing"));
        onTestFinished(() => void socket.destroy());
      });
      expect(await tried).not.toBe("connected");
    }
  });
});
