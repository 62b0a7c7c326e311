import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";

/** A page in a real browser, on `http://localhost`, where Web Crypto is allowed. */
export interface BrowserPage {
  page: Page;
  /** What pages asked for that was not served here; a test of ours expects none. */
  strayRequests: string[];
  close(): Promise<void>;
}

const whole = "/usr/bin/chromium";
/** The same without windows and menus, which are built for each page: it takes half the time. */
const headlessShell = "/usr/bin/chromium-headless-shell";

type Environment = Record<string, string>;

/** `CHROMIUM` names another one than Debian's. */
export const launchChromium = (args: readonly string[] = [], env: Environment = {}): Promise<Browser> =>
  launch(existsSync(headlessShell) ? headlessShell : whole, args, env);

/** As people have it: for what the browser itself says to pages, and not only what is in them. */
export const launchWholeChromium = (args: readonly string[] = [], env: Environment = {}): Promise<Browser> =>
  launch(whole, args, env);

/** Without a network it starts faster and tells no one of the test. */
function launch(program: string, args: readonly string[], env: Environment): Promise<Browser> {
  const quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"];
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? program,
    env: { ...process.env, ...env },
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", ...quiet, ...args],
  });
}

/** One script for a page, with all that `entry` imports. @param entry - path from the project's root. */
export async function bundle(entry: string): Promise<string> {
  const options = { bundle: true, write: false, format: "iife", globalName: "underTest", platform: "browser" } as const;
  const absWorkingDir = new URL("../..", import.meta.url).pathname;
  const { outputFiles } = await build({ ...options, entryPoints: [entry], absWorkingDir, target: "es2022" });
  return outputFiles[0]!.text;
}

async function serve(script: string): Promise<{ server: Server; origin: string }> {
  const page = '<!doctype html><meta charset="utf-8"><title>test</title><script src="script.js"></script>';
  const server = createServer(({ url }, response) => {
    const found = url === "/" ? page : url === "/script.js" ? script : null;
    const type = url === "/" ? "text/html" : "text/javascript";
    response.writeHead(found === null ? 404 : 200, { "content-type": `${type}; charset=utf-8` }).end(found ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

/** Opens a page in which the exports of `entry` are members of the global `underTest`. */
export async function openPage(entry: string): Promise<BrowserPage> {
  const { server, origin } = await serve(await bundle(entry));
  const browser = await launchChromium();
  const page = await browser.newPage();
  const strayRequests: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) strayRequests.push(request.url());
  });
  await page.goto(origin);
  const close = async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  };
  return { page, strayRequests, close };
}
