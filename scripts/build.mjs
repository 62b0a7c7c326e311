// Bundles the programs under dist/, with what they load lazily in chunks beside them. Writes beside and renames, so that
// a program that is running, or starting, finds the old file or the new one, whole.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");
const { version, dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const dayMs = 86_400_000;
const packages = Object.keys(dependencies);
/** What has a part that is no JavaScript, and finds it beside itself. */
const native = ["@napi-rs/keyring", "@node-rs/argon2", "better-sqlite3"];
const forNode = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node20",
  external: packages,
  // less to read at every start; names stay, for whoever reads a stack
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  write: false,
  logLevel: "warning",
};

/** One file, which Node starts sooner than modules: finding and reading hundreds of them takes most of a start. */
const ofOneFile = {
  ...forNode,
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  supported: { "dynamic-import": false },
  define: { SEALWRIGHT_VERSION: JSON.stringify(version), "import.meta.url": "programUrl" },
  banner: { js: 'const programUrl = require("node:url").pathToFileURL(__filename).href;' },
};

/** The command line, which starts for every command: what is seldom needed stays in node_modules. */
const commandLine = await build({
  ...ofOneFile,
  entryPoints: { seal: "agent/cli/main.ts" },
  external: packages.filter((name) => name !== "commander" && name !== "zod"),
});

const processes = await build({
  ...ofOneFile,
  entryPoints: { agent: "agent/main.ts", service: "service/main.ts" },
  external: native,
  keepNames: true, // oidc-provider knows its tokens by the names of their classes
});

for (const file of commandLine.outputFiles.filter(({ path }) => path.endsWith(".cjs"))) {
  const hash = createHash("sha256").update(file.contents).digest("hex").slice(0, 16);
  file.contents = Buffer.concat([file.contents, Buffer.from(`//${hash}\n`)]); // by which its code cache is known
}

/** What they start in threads. */
const { outputFiles } = await build({
  ...forNode,
  entryPoints: {
    "rsa-worker": "service/custody/rsa-worker.ts",
    "pkcs12-worker": "service/custody/pkcs12-worker.ts",
    "segment-worker": "agent/bulk/segment-worker.ts",
  },
  splitting: true,
  chunkNames: "chunk-[hash]",
  format: "esm",
  define: { SEALWRIGHT_VERSION: JSON.stringify(version) },
});

/** What takes TIFFs apart: a text in the frame that shows them, which starts it as a worker. */
const {
  outputFiles: [tiffWorker],
} = await build({
  absWorkingDir: root,
  entryPoints: ["viewer/render/tiff-worker.ts"],
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  minify: true,
  write: false,
  logLevel: "warning",
});

/** What browsers load: names that change with the content, in a folder the service serves as it is. */
const pages = await build({
  absWorkingDir: root,
  entryPoints: {
    viewer: "viewer/main.tsx",
    local: "viewer/local.ts",
    "signed-in": "viewer/signed-in.ts",
    requests: "viewer/requests/main.tsx",
    "hand-over": "viewer/from-page.ts",
    content: "viewer/render/main.ts",
    pdf: "viewer/render/pdf-main.ts",
    taskpane: "addin/taskpane.tsx",
    "mail-pane": "addin/mail/main.tsx",
    "office-sign-in": "addin/sign-in.ts",
    "shell-worker": "viewer/shell/worker.ts",
  },
  outdir: "dist/viewer",
  entryNames: "[name]-[hash]",
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  define: {
    PDFJS_VERSION: JSON.stringify(dependencies["pdfjs-dist"]),
    SEALWRIGHT_VERSION: JSON.stringify(version),
    TIFF_WORKER: JSON.stringify(tiffWorker.text),
  },
  write: false,
  logLevel: "warning",
});

/** What Outlook calls while a mail is written and sent: one file under a name that stays, for an engine without a page. */
const events = await build({
  absWorkingDir: root,
  entryPoints: { "addin-events": "addin/send.ts" },
  outdir: "dist/viewer",
  bundle: true,
  format: "iife",
  platform: "neutral",
  target: "es2016",
  minify: true,
  write: false,
  logLevel: "warning",
});

/** What shows PDFs brings files along that pages load as they are: under its version, so that they change with it. */
const pdfjs = join(root, "node_modules/pdfjs-dist");
const kinds = { cmaps: ".bcmap", standard_fonts: /\.(pfb|ttf)$/, wasm: ".wasm" };
const found = await Promise.all(
  Object.entries(kinds).map(async ([folder, ending]) => {
    const names = await readdir(join(pdfjs, folder)).catch(() => []);
    const wanted = names.filter((name) => (typeof ending === "string" ? name.endsWith(ending) : ending.test(name)));
    return wanted.map((name) => join(pdfjs, folder, name));
  }),
);
const resources = found.flat().map((path) => ({
  path: join(dist, "viewer", `pdfjs-${dependencies["pdfjs-dist"]}-${basename(path)}`),
  from: path,
}));

/** The icons of the add-in, under names that stay: its manifest has them. */
const icons = (await readdir(join(root, "addin/icons"))).filter((name) => name.endsWith(".png"));
for (const name of icons)
  outputFiles.push({
    path: join(dist, "viewer", `addin-${name}`),
    contents: await readFile(join(root, "addin/icons", name)),
  });

/** Its worker, as one that is no module: those do not start in a frame without origin. */
const worker = await build({
  absWorkingDir: root,
  entryPoints: { [`pdfjs-${dependencies["pdfjs-dist"]}-worker`]: "viewer/render/pdf-worker.ts" },
  outdir: "dist/viewer",
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  minifyWhitespace: true,
  logOverride: { "empty-import-meta": "silent" },
  write: false,
  logLevel: "warning",
});

/** Pictures by which the installed viewer is known, named as the rest is. */
const viewerIcons = await Promise.all(
  [192, 512].map(async (size) => {
    const contents = await readFile(join(root, `viewer/icons/icon-${size}.png`));
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
    return { path: join(dist, "viewer", `icon-${size}-${hash}.png`), contents };
  }),
);

await mkdir(join(dist, "viewer"), { recursive: true });
outputFiles.push(...commandLine.outputFiles, ...processes.outputFiles);
pages.outputFiles.push(...worker.outputFiles, ...events.outputFiles, ...viewerIcons);
for (const { path, from } of resources)
  if (!existsSync(path)) outputFiles.push({ path, contents: await readFile(from) });
outputFiles.push(...pages.outputFiles);
// maps, then chunks, then programs: none ever names a file that is not there
const rank = ({ path }) => (path.endsWith(".map") ? 0 : basename(path).startsWith("chunk-") ? 1 : 2);
for (const { path, contents } of outputFiles.sort((a, b) => rank(a) - rank(b))) {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

// The service finds a page's files by their names, of which there must be one.
const served = new Set([...outputFiles, ...resources].map(({ path }) => basename(path)));
for (const name of await readdir(join(dist, "viewer")))
  if (!served.has(name)) await rm(join(dist, "viewer", name), { force: true });

// What V8 makes of the command line, so that it does not do it at every start; any Node but this one does it all the same.
spawnSync(process.execPath, [join(root, "scripts/code-cache.mjs")], { stdio: "ignore" });

// A program that started before may still load chunks of its own build; after a day it will have. Nor do programs stay that
// are called otherwise by now.
const current = new Set(outputFiles.map(({ path }) => basename(path)));
const isOfAnother = (name) => /\.c?js(\.map)?$/.test(name) && !current.has(name);
for (const name of (await readdir(dist)).filter(isOfAnother)) {
  const path = join(dist, name);
  if (Date.now() - (await stat(path)).mtimeMs > dayMs) await rm(path, { force: true });
}
