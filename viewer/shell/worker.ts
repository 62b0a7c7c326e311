import { type Shell, sharedField, sharedMark, sharePath, viewerPath } from "../../shared/protocol/page-api.js";

/**
 * Lets the viewer start without a network, and takes files from other apps. It keeps code, all of one build, and nothing
 * else: what is answered later on is never kept, and files only lie in its memory until the page asks for them.
 */

declare const self: ServiceWorkerGlobalScope & { readonly shell: Shell };

const front = "sealwright-code-";
const { name, files } = self.shell;
const cacheName = front + name;

/** So many files are taken at once, and wait for so long, in ms. */
const maxShared = 16;
const waitMs = 60_000;

let shared: readonly File[] = [];

/** What an answer is kept with. Others are about one request: proofs, times, ids. */
const kept = [
  ...["content-type", "content-security-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"],
  ...["permissions-policy", "x-content-type-options", "x-frame-options", "referrer-policy"],
];

/** All of a build, or nothing. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName);
  await Promise.all(files.map(async (path) => cache.put(path, await bare(path))));
}

async function bare(path: string): Promise<Response> {
  const answer = await fetch(path, { redirect: "error" });
  if (!answer.ok) throw new Error(`${path} is not there`);
  const headers = kept.flatMap((key): [string, string][] => {
    const value = answer.headers.get(key);
    return value === null ? [] : [[key, value]];
  });
  return new Response(await answer.arrayBuffer(), { headers });
}

async function forgetOthers(): Promise<void> {
  const old = (await caches.keys()).filter((one) => one.startsWith(front) && one !== cacheName);
  await Promise.all(old.map((one) => caches.delete(one)));
}

const fromCache = async (path: string): Promise<Response | undefined> => (await caches.open(cacheName)).match(path);

/** The page is the service's newest, as long as that can be reached. */
async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const known = await fromCache(viewerPath);
    if (known === undefined) throw error;
    return known;
  }
}

/** Named by its content: one of that name is as good as another. */
const code = async (path: string, request: Request): Promise<Response> => (await fromCache(path)) ?? fetch(request);

async function take(request: Request): Promise<Response> {
  const form = await request.formData().catch(() => new FormData());
  shared = form
    .getAll(sharedField)
    .filter((one): one is File => one instanceof File)
    .slice(0, maxShared);
  setTimeout(() => {
    shared = [];
  }, waitMs);
  return Response.redirect(viewerPath + sharedMark, 303);
}

self.addEventListener("install", (event) => event.waitUntil(keepAll().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && pathname === sharePath) event.respondWith(take(request));
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && pathname === viewerPath) event.respondWith(page(request));
  else if (pathname !== viewerPath && files.includes(pathname)) event.respondWith(code(pathname, request));
});

self.addEventListener("message", ({ ports: [port] }) => {
  port?.postMessage(shared);
  shared = [];
});
