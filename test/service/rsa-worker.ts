import { build } from "esbuild";

/** The worker of the software key as a bundle of its own, as it stands beside the bundled service. */
export async function rsaWorkerUrl(): Promise<URL> {
  const { outputFiles } = await build({
    entryPoints: ["service/custody/rsa-worker.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
  });
  return new URL(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString("base64")}`);
}
