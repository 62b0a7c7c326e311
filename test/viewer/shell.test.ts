import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { basename, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findings } from "../browser/accessibility.js";
import { launchWholeChromium } from "../browser/chromium.js";
import { Organisation, Reader } from "./reader.js";

/** The viewer as an app: installed, started without a network, given files by other apps; and what it keeps meanwhile. */

let browser: Browser;
let contoso: Organisation;
let elsewhere: Server;
beforeAll(async () => {
  [browser, contoso] = await Promise.all([launchWholeChromium(), Organisation.found()]);
  // what another app does when it shares: a form of a page that is not ours
  elsewhere = createServer((_request, response) =>
    response
      .writeHead(200, { "content-type": "text/html" })
      .end(
        `<form method="post" enctype="multipart/form-data" action="${contoso.trial.service}/view/share">` +
          `<input type="file" name="file" multiple><button>share</button></form>`,
      ),
  );
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  elsewhere?.close();
  await browser?.close();
  await contoso?.end();
});

const soon = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 20_000 });
const canary = "quicksilver-canary";

/** Once the worker has kept what it keeps, and answers for the page. */
async function installed(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await soon(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
}

/** How many files the service itself was sent, by its own count of requests. */
async function postsSeen(): Promise<number> {
  const names = await readdir(contoso.folder, { recursive: true });
  const path = names.find((name) => basename(name) === "metrics.token")!;
  const token = (await readFile(join(contoso.folder, path), "utf8")).trim();
  const answer = await fetch(`${contoso.trial.service}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const counted = (await answer.text())
    .split("\n")
    .filter((line) => line.includes("/view/share") && /_count\b/.test(line));
  return counted.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** Everything the origin has kept in this browser, as one text. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const parts: string[] = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    const urls: string[] = [];
    const headers = new Set<string>();
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const answer = (await cache.match(request))!;
        urls.push(new URL(request.url).pathname.replace(/-[A-Z0-9]{8}\./, "."));
        for (const [name] of answer.headers) headers.add(name);
        parts.push(request.url, JSON.stringify([...answer.headers]), await answer.text());
      }
    }
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    return { text: parts.join("\n"), urls: urls.sort(), headers: [...headers].sort(), databases };
  });

it("says in its manifest what it is, what opens with it, and shows pictures of the sizes it says", async () => {
  const { service } = contoso.trial;
  const answer = await fetch(`${service}/view/manifest.webmanifest`, { headers: { "accept-language": "de" } });
  expect(answer.headers.get("content-type")).toContain("application/manifest+json");
  const manifest = await answer.json();
  expect(manifest).toMatchObject({ start_url: "/view", scope: "/view", display: "standalone", lang: "de" });
  expect(Object.values(manifest.file_handlers[0].accept)[0]).toEqual(expect.arrayContaining([".ppdf", ".pfile"]));
  for (const { src, sizes } of manifest.icons) {
    const png = Buffer.from(await (await fetch(service + src)).arrayBuffer());
    expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`).toBe(sizes);
  }
  const reader = await Reader.at(contoso, browser);
  const client = await reader.page.context().newCDPSession(reader.page);
  const { errors, data } = await client.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  expect(data).toContain("share_target");
  await installed(reader.page);
  const { installabilityErrors } = await client.send("Page.getInstallabilityErrors");
  // a browser without a window to keep things in installs nothing; everything else would be ours
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
  expect(reader.complaints).toEqual([]);
});

it("keeps code and nothing else, whatever was read meanwhile", async () => {
  const reader = await Reader.at(contoso, browser);
  await installed(reader.page);
  const path = await contoso.forColleague("kept.txt", canary, "VIEW+EXTRACT+EXPORT");
  const bearers: string[] = [];
  reader.page.on("request", (request) => {
    const token = request.headers().authorization?.split(" ")[1];
    if (token) bearers.push(token);
  });
  await reader.open(path);
  expect(await (await reader.content()).textContent("pre")).toBe(canary);
  await reader.page.click("text=Your rights");
  await soon(() => reader.page.textContent("[role=status]")).toContain("as its author left it");
  const { text, urls, headers, databases } = await kept(reader.page);
  expect(urls).toEqual([
    "/view",
    ...["icon-192.png", "icon-512.png", "viewer.css", "viewer.js"].map((one) => `/view/assets/${one}`),
  ]);
  expect(databases).toEqual([]);
  expect(headers).toContain("content-security-policy");
  for (const ofOneRequest of ["dpop-nonce", "x-request-id", "date", "set-cookie"])
    expect(headers).not.toContain(ofOneRequest);
  expect(bearers.length).toBeGreaterThan(0);
  for (const secret of [canary, basename(path), contoso.person("colleague").user, ...bearers])
    expect(text.includes(secret), secret).toBe(false);
  expect(reader.complaints).toEqual([]);
});

it("starts without a network, says what that means, and opens again once there is one", async () => {
  const reader = await Reader.at(contoso, browser, { locale: "de-AT" });
  await installed(reader.page);
  const { page } = reader;
  await page.context().setOffline(true);
  await page.goto(`${contoso.trial.service}/view`);
  await soon(() => page.textContent(".offline")).toContain("kein Netz");
  expect(await findings(page)).toEqual([]);
  const path = await contoso.forColleague("later.txt", canary);
  await reader.choose(path);
  await soon(reader.refusal).toContain("nicht erreichbar");
  await page.context().setOffline(false);
  await page.click("text=Noch einmal versuchen");
  await reader.signIn("colleague", () => page.click("button.primary"));
  await reader.content();
});

it("takes a file that another app shares, which never goes over the network", async () => {
  const reader = await Reader.at(contoso, browser);
  await installed(reader.page);
  const path = await contoso.forColleague("shared.txt", canary);
  expect(await postsSeen()).toBe(0);
  await reader.page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
  await reader.page.setInputFiles("input", path);
  await reader.page.click("button");
  await reader.page.waitForSelector("text=Sign in to open");
  expect(await reader.page.textContent("h1")).toBe("shared.ptxt");
  expect(reader.page.url()).toBe(`${contoso.trial.service}/view`);
  await reader.signIn("colleague", () => reader.page.click("button.primary"));
  await reader.content();
  expect(await postsSeen()).toBe(0); // the service counts every request; the test below shows that it counts this one
  await reader.page.reload();
  await reader.page.waitForSelector("text=Open a protected file"); // it was given once
  expect((await kept(reader.page)).text).not.toContain("shared.ptxt");
});

it("refuses at the service, in words and unread, what is shared before there is a worker", async () => {
  const { hostname, port } = new URL(contoso.trial.service);
  const started = Date.now();
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part)).on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(parts).toString("utf8")));
    // a gigabyte is announced, and not one byte of it is sent
    socket.write(
      `POST /view/share HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: 1073741824\r\n` +
        "accept-language: de\r\ncontent-type: multipart/form-data; boundary=x\r\n\r\n",
    );
  });
  expect(Date.now() - started).toBeLessThan(5000);
  expect(answer).toMatch(/^HTTP\/1\.1 405 /);
  expect(answer).toMatch(/connection: close/i);
  expect(answer).toContain("nicht im Viewer angekommen");
  expect(await postsSeen()).toBe(1);
});

it("opens what the system hands it when a person opens such a file there", async () => {
  const reader = await Reader.at(contoso, browser);
  await reader.page.addInitScript(() => {
    Object.defineProperty(window, "launchQueue", {
      value: {
        setConsumer(consumer: (launch: object) => void) {
          const file = new File([".pfile, but not one"], "launched.ptxt");
          consumer({ files: [{ getFile: async () => file }] });
        },
      },
    });
  });
  await reader.page.reload();
  await soon(reader.refusal).toContain("launched.ptxt");
});

it("does not show content in a frame of another build", async () => {
  const reader = await Reader.at(contoso, browser);
  await reader.page.evaluate(() => {
    document.querySelector<HTMLMetaElement>("meta[name=sealwright-frames]")!.content = "content-OLDER123.js";
  });
  const path = await contoso.forColleague("older.txt", canary);
  await reader.open(path);
  await soon(reader.refusal).toContain("older than the service");
  await reader.page.click("text=Load the page again");
  await reader.page.waitForSelector("text=Open a protected file");
  // the sign-in ended with the page; the service still knows who it was, so nobody types anything
  await reader.choose(path);
  await reader.page.click("button.primary");
  await reader.content();
});
