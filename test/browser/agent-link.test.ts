import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import { makeCertificate } from "../../agent/link/authority.js";
import { LinkedTrial } from "../agent/link/linked-trial.js";
import { until } from "../scenarios/seal.js";
import type * as inPage from "./agent-in-page.js";
import { bundle, launchWholeChromium } from "./chromium.js";

/** A page of another origin and the agent on its computer, in a real browser and with the real command line. */

declare const underTest: typeof inPage; // in the page

let site: Server;
/** The same page, which the browser takes for one of the internet. */
let publicSite: HttpsServer;
let publicOrigin: string;
let origin: string;
let linked: LinkedTrial;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const script = await bundle("test/browser/agent-in-page.ts");
  const serve: RequestListener = ({ url }, response) => {
    const isScript = url === "/script.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : '<!doctype html><meta charset="utf-8"><script src="script.js"></script>');
  };
  const { certificate, key } = await makeCertificate(Date.now());
  site = createServer(serve);
  publicSite = createHttpsServer({ cert: certificate, key }, serve);
  origin = `http://localhost:${await portOf(site)}`;
  publicOrigin = `https://addin.test:${await portOf(publicSite)}`;
  linked = await LinkedTrial.found({ origins: [origin, publicOrigin] });
  browser = await launchWholeChromium();
  page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await page.goto(origin);
  await page.evaluate((ports) => underTest.meet({ ports }), linked.ports);
});
afterAll(async () => {
  await browser?.close();
  await linked?.end();
  site?.close();
  publicSite?.close();
});

async function portOf(server: Server | HttpsServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const wanted = { label: "Confidential/Project" };

describe("a page of the internet", () => {
  it.each([
    ["that its user does not let talk to programs here is told so", [], "browser-refused"],
    ["that its user has reaches the agent", ["local-network-access"], "not-paired"],
  ])("%s", async (_what, grants, state) => {
    const { host, port } = new URL(publicOrigin);
    const own = await launchWholeChromium([
      `--host-resolver-rules=MAP ${host.split(":")[0]} 127.0.0.1`,
      `--ip-address-space-overrides=127.0.0.1:${port}=public`,
    ]);
    onTestFinished(() => own.close());
    const context = await own.newContext({ ignoreHTTPSErrors: true });
    await context.grantPermissions(grants);
    const visitor = await context.newPage();
    await visitor.goto(publicOrigin);
    await visitor.evaluate((ports) => underTest.meet({ ports }), linked.ports);
    expect(await visitor.evaluate(() => underTest.state())).toBe(state);
  });
});

/** Another program on the port: says what an agent says, and does not know the token. */
async function squatter(): Promise<number> {
  const { certificate, key } = await makeCertificate(Date.now());
  const server = createHttpsServer({ cert: certificate, key });
  new WebSocketServer({ server }).on("connection", (socket) =>
    socket.on("message", (data) => {
      const { id, op } = JSON.parse(data.toString());
      const text = "A".repeat(43);
      const hello = { protocol: 1, version: "9", nonce: text, session: null };
      socket.send(JSON.stringify({ id, answer: op === "hello" ? hello : { proof: text } }));
    }),
  );
  onTestFinished(() => void server.close());
  return portOf(server);
}

describe("a page and the agent", () => {
  it("have not met yet, and a wrong code does not change that", async () => {
    expect(await page.evaluate(() => underTest.state())).toBe("not-paired");
    expect(await page.evaluate(() => underTest.pair("ABCD-EFGH"))).toBe("pairing-failed"); // none is shown
    expect(await page.evaluate(() => underTest.pair("too short"))).toBe("pairing-failed");
  });

  it("meet by the code that the agent shows, typed as people type", async () => {
    const { code, ended } = await linked.code();
    expect(await page.evaluate((typed) => underTest.pair(typed), ` ${code.toLowerCase().replace("-", " ")}`)).toBe(
      null,
    );
    expect(await ended).toMatchObject({ code: 0, err: expect.stringContaining(`Word at ${origin} is paired`) });
    expect(await page.evaluate(() => underTest.state())).toBe("connected");
    expect(await page.evaluate(() => underTest.whoami())).toMatchObject({
      address: linked.person("writer").user,
      mayProtect: true,
    });
    expect((await linked.seal("pair", "list")).text).toContain(origin);
  });

  it("meet again after the page was loaded anew, by a key that no script can read", async () => {
    await page.reload();
    await page.evaluate((ports) => underTest.meet({ ports }), linked.ports);
    expect(await page.evaluate(() => underTest.state())).toBe("connected");
    expect(await page.evaluate(() => underTest.labels())).toContain("Project");
  });

  it("notice when something else listens on the port, and find each other behind it", async () => {
    const squatted = await squatter();
    await page.evaluate((ports) => underTest.meet({ ports }), [squatted]);
    expect(await page.evaluate(() => underTest.state())).toBe("untrusted");
    await page.evaluate((ports) => underTest.meet({ ports }), [squatted, ...linked.ports]);
    expect(await page.evaluate(() => underTest.state())).toBe("connected");
  });

  it("talk by POST where WebSockets do not get through", async () => {
    await page.evaluate((ports) => underTest.meet({ ports, byPost: true }), linked.ports);
    expect(await page.evaluate(() => underTest.labels())).toContain("Project");
    const sent = base64(Buffer.from("hello"));
    const { made } = await page.evaluate(([sent, how]) => underTest.protect(sent, "note.txt", how), [
      sent,
      wanted,
    ] as const);
    expect(made[0]!.name).toBe("note.ptxt");
    await page.evaluate((ports) => underTest.meet({ ports }), linked.ports);
  });

  it("protect a document: what comes back opens for the colleague's rights, byte for byte", async () => {
    const content = randomBytes(4 * 1024 * 1024 + 17);
    const { made, fractions } = await page.evaluate(([sent, how]) => underTest.protect(sent, "plan.bin", how), [
      base64(content),
      wanted,
    ] as const);
    expect(made.map(({ name, role }) => [name, role])).toEqual([["plan.bin.pfile", "document"]]);
    const path = join(linked.folder, "plan.bin.pfile");
    await writeFile(path, Buffer.from(made[0]!.content, "base64"));
    const opened = await linked.seal("cat", path);
    expect(opened.code, opened.err).toBe(0);
    expect(Buffer.compare(opened.out, content)).toBe(0);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  it("lose each other again and again, and go on where they were", async () => {
    const content = randomBytes(13 * 1024 * 1024 + 5);
    const lossy = ([sent, how]: readonly [string, typeof wanted]) => underTest.protectWithLosses(sent, "lost.bin", how);
    const { content: made, losses } = await page.evaluate(lossy, [base64(content), wanted] as const);
    expect(losses).toBeGreaterThanOrEqual(2);
    const path = join(linked.folder, "lost.bin.pfile");
    await writeFile(path, Buffer.from(made, "base64"));
    expect(Buffer.compare((await linked.seal("cat", path)).out, content)).toBe(0);
  });

  it("say what a protected file is, and what may be done with it", async () => {
    const path = join(linked.folder, "plan.bin.pfile");
    const report = await page.evaluate(
      (sent) => underTest.inspect(sent, "plan.bin.pfile"),
      base64(await readFile(path)),
    );
    expect(report).toMatchObject({ state: "protected", labelName: "Confidential/Project", refusal: null });
    expect(report.rights).toContain("OWNER");
    expect(await page.evaluate((sent) => underTest.inspect(sent, "a.txt"), base64(Buffer.from("clear")))).toMatchObject(
      {
        state: "clear",
      },
    );
  });

  it("take protection off only when the person agrees outside of the page", async () => {
    const file = base64(await readFile(join(linked.folder, "plan.bin.pfile")));
    const ask = () => page.evaluate((sent) => underTest.unprotect(sent, "plan.bin.pfile"), file);
    const question = () =>
      until("the question", async () => {
        const { text } = await linked.seal("pair", "questions", "--json");
        return text === "" ? null : (JSON.parse(text) as { id: string; file: string; origin: string });
      });
    const refused = ask();
    const first = await question();
    expect(first).toMatchObject({ file: "plan.bin.pfile", origin });
    expect((await linked.seal("pair", "deny", first.id)).code).toBe(0);
    expect(await refused).toBe("consent-denied");
    const allowed = ask();
    expect((await linked.seal("pair", "allow", (await question()).id)).code).toBe(0);
    expect(await allowed).toMatchObject({ name: "plan.bin" });
  });

  it("stop in the middle when the page says so", async () => {
    expect(await page.evaluate(([bytes, how]) => underTest.cancelled(bytes, how), [40 << 20, wanted] as const)).toBe(
      "cancelled",
    );
  });

  it("are strangers again once the pairing is removed, at once", async () => {
    const [, id] = /^(\S+)/.exec((await linked.seal("pair", "list")).text)!;
    expect((await linked.seal("pair", "remove", id!)).code).toBe(0);
    expect(await page.evaluate(() => underTest.state())).toBe("not-paired");
    expect((await linked.seal("pair", "remove", id!)).code).toBe(2);
  });
});
