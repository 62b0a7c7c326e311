import { build } from "esbuild";

let bundled: Promise<URL> | undefined;

/** The worker of the software key as a bundle of its own, as it stands beside the bundled service; the same for a whole file. */
export function rsaWorkerUrl(): Promise<URL> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<URL> {
  const { outputFiles } = await build({
    entryPoints: ["service/custody/rsa-worker.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
  });
  return new URL(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString("base64")}`);
}
