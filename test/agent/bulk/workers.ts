import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A worker as the programs load it, from its source. @param entry - relative to this folder. */
export async function workerUrl(entry = "../../../agent/bulk/segment-worker.ts"): Promise<URL> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "warning",
  });
  return new URL(`data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`);
}
