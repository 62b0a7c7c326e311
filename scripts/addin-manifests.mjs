// npm run addin:manifests [-- --host https://rms.contoso.example --send-mode Block --out DIR]: the manifests of the add-in,
// for a service on this computer unless told. The root's own are kept in the repository; a test holds them against this.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = dirname(import.meta.dirname);

/** What addin/manifest.ts gives, built in memory: Node does not read TypeScript in all versions this runs on. */
async function manifests() {
  const options = { bundle: true, write: false, format: "esm", logLevel: "warning" };
  const { outputFiles } = await build({ ...options, entryPoints: [join(root, "addin/manifest.ts")] });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

try {
  const { developmentHost, documentManifest, mailManifest } = await manifests();
  const text = { type: "string" };
  const { values } = parseArgs({ options: { host: text, out: text, "send-mode": text } });
  const { host = developmentHost, "send-mode": mode = "SoftBlock" } = values;
  if (!["SoftBlock", "Block"].includes(mode)) throw new Error(`"${mode}" is no --send-mode: it is SoftBlock or Block`);
  const made = { "manifest.xml": documentManifest(host), "manifest.outlook.xml": mailManifest(host, mode) };
  const folder = resolve(values.out ?? (values.host === undefined ? root : "."));
  await mkdir(folder, { recursive: true });
  for (const [name, xml] of Object.entries(made)) {
    await writeFile(join(folder, name), xml);
    console.log(join(folder, name));
  }
} catch (error) {
  console.error(`addin:manifests: error: ${error.message}`);
  process.exitCode = 2;
}
