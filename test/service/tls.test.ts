import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { encodeConfig, type ServiceConfig } from "../../service/config.js";
import { prepareTrial } from "../../service/trial.js";
import { freePort } from "../free-port.js";
import { runToEnd, shippedService, startProcess } from "./service-process.js";

/** A certificate for this computer that says `name`, in the two files. */
function certify(files: NonNullable<ServiceConfig["tls"]>, name: string): void {
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const into = ["-keyout", files.keyFile, "-out", files.certificateFile];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, ...subject, ...into], { stdio: "pipe" });
}

/** The status of an answer, and who answered; the certificate must be the one in the file. */
async function ask(port: number, certificateFile: string): Promise<{ status?: number; headers: object }> {
  const sent = request({ host: "127.0.0.1", port, path: "/health", ca: await readFile(certificateFile), agent: false });
  const [response] = await once(sent.end(), "response");
  response.resume();
  return { status: response.statusCode, headers: response.headers };
}

it("serves other computers with a certificate, takes a new one on SIGHUP, and keeps the old one for a bad one", async () => {
  const { folder, program } = await shippedService();
  const tls = { certificateFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
  const port = await freePort();
  const { config, configFile } = await prepareTrial(join(folder, "data"), port);
  const publicUrl = new URL(`https://localhost:${port}`);
  await writeFile(configFile, encodeConfig({ ...config, publicUrl, listen: { host: "127.0.0.1", port }, tls }));
  const missing = await runToEnd(program, ["--config", configFile]);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("tls in the configuration names it") });

  certify(tls, "first");
  const running = await startProcess(program, ["--config", configFile]);
  onTestFinished(() => running.kill());
  expect(running.ready).toEqual({ ready: publicUrl.origin });
  const first = await ask(port, tls.certificateFile);
  expect(first).toMatchObject({ status: 200, headers: { "strict-transport-security": expect.any(String) } });

  const old = join(folder, "old.pem");
  await writeFile(old, await readFile(tls.certificateFile));
  certify(tls, "second");
  await expect(ask(port, tls.certificateFile)).rejects.toThrow();
  running.child.kill("SIGHUP");
  const comesUp = () =>
    ask(port, tls.certificateFile).then(
      () => true,
      () => false,
    );
  while (!(await comesUp())) await new Promise((resolve) => setTimeout(resolve, 20));

  await writeFile(tls.keyFile, "no key\n");
  running.child.kill("SIGHUP");
  for (let i = 0; i < 3; i++) expect(await ask(port, tls.certificateFile)).toMatchObject({ status: 200 });
  expect(running.child.exitCode).toBeNull();
});
