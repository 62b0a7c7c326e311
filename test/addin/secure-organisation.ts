import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeConfig } from "../../service/config.js";
import { prepareTrial, type TrialPerson } from "../../service/trial.js";
import type { Label } from "../../shared/label.js";
import { shownCode } from "../agent/link/shown-code.js";
import { removeFolder } from "../folders.js";
import { freePort } from "../free-port.js";
import { type Agent, startAgent } from "../scenarios/agents.js";
import { type Run, seal } from "../scenarios/seal.js";
import { type Running, startProcess } from "../service/service-process.js";

/** The people of a trial behind a service with a certificate, as Office asks for one. */
export class SecureOrganisation {
  readonly origin: string;
  readonly folder: string;
  readonly people: readonly TrialPerson[];
  /** Where its pages look for an agent. */
  readonly agentPorts: readonly number[];
  readonly #certificate: string;
  readonly #service: Running;
  readonly #agents: Agent[] = [];

  private constructor(
    origin: string,
    folder: string,
    people: readonly TrialPerson[],
    agentPorts: readonly number[],
    service: Running,
  ) {
    this.origin = origin;
    this.folder = folder;
    this.people = people;
    this.agentPorts = agentPorts;
    this.#certificate = join(folder, "cert.pem");
    this.#service = service;
  }

  /** @param host - by which its service is known; it listens on this computer whatever that is. */
  static async found({ port, host = "localhost" }: { port?: number; host?: string } = {}): Promise<SecureOrganisation> {
    const folder = await mkdtemp(join(tmpdir(), "seal-addin-"));
    const agentPorts = [await freePort(), await freePort()];
    return SecureOrganisation.#at(folder, host, port ?? (await freePort()), agentPorts);
  }

  static async #at(folder: string, host: string, port: number, agentPorts: number[]): Promise<SecureOrganisation> {
    const tls = { certificateFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
    const subject = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host},IP:127.0.0.1`];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const files = ["-keyout", tls.keyFile, "-out", tls.certificateFile];
    execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, ...subject, ...files], { stdio: "pipe" });
    const { config, configFile, people } = await prepareTrial(join(folder, "data"), port);
    const publicUrl = new URL(`https://${host}:${port}`);
    const listen = { host: "localhost", port };
    await writeFile(configFile, encodeConfig({ ...config, publicUrl, listen, tls, agentPorts }));
    const program = new URL("../../dist/service.cjs", import.meta.url).pathname;
    return new SecureOrganisation(
      publicUrl.origin,
      folder,
      people,
      agentPorts,
      await startProcess(program, ["--config", configFile]),
    );
  }

  async end(): Promise<void> {
    for (const agent of this.#agents) await agent.kill();
    await this.#service?.kill();
    await removeFolder(this.folder);
  }

  person = (role: TrialPerson["role"]): TrialPerson => this.people.find((one) => one.role === role)!;

  /** What somebody does at the command line of a computer of their own. */
  seal = (role: TrialPerson["role"], args: readonly string[], input: string | Buffer = "", env = {}): Promise<Run> =>
    seal(args, { home: join(this.folder, role), env: { ...this.#env, ...env }, input });

  async signIn(role: TrialPerson["role"]): Promise<void> {
    const { user, password } = this.person(role);
    const run = await this.seal(role, ["login", this.origin, "--user", user, "--password-stdin"], password);
    if (run.code !== 0) throw new Error(run.err);
  }

  /** The agent of somebody who is signed in, where pages look for it. */
  async startAgent(role: TrialPerson["role"], settings: object = {}): Promise<Agent> {
    const home = join(this.folder, role);
    await writeFile(join(home, "link.json"), JSON.stringify({ ports: this.agentPorts, ...settings }));
    const agent = await startAgent(home, undefined, this.#env);
    this.#agents.push(agent);
    return agent;
  }

  /** As the agent of somebody shows it in a terminal. */
  code = (role: TrialPerson["role"]) => shownCode(join(this.folder, role), this.#env);

  get #env() {
    return { NODE_EXTRA_CA_CERTS: this.#certificate };
  }

  /** The id of the organisation. */
  async tenant(): Promise<string> {
    return JSON.parse(await readFile(join(this.folder, "data/trial.json"), "utf8")).tenant;
  }

  /** Labels as they come with a service, after `change`. */
  changeLabels = (change: (labels: Label[]) => void): Promise<void> =>
    this.changePolicy(({ labels }) => change(labels));

  async changePolicy(change: (policy: { labels: Label[]; mandatory: boolean }) => void): Promise<void> {
    const path = join(this.folder, "policy.json");
    await this.signIn("administrator");
    const ok = ({ code, err, text }: Run) => {
      if (code !== 0) throw new Error(err);
      return text;
    };
    await rm(path, { force: true });
    ok(await this.seal("administrator", ["admin", "policy", "export", path]));
    const policy = JSON.parse(await readFile(path, "utf8"));
    change(policy);
    await writeFile(path, JSON.stringify(policy));
    ok(await this.seal("administrator", ["admin", "policy", "import", path]));
  }

  /** A file with this content, as somebody else reads it who was sent it. @returns what they get, or the exit code. */
  async opened(role: TrialPerson["role"], name: string, bytes: Uint8Array): Promise<Buffer | number> {
    const path = join(this.folder, name);
    await writeFile(path, bytes);
    const run = await this.seal(role, ["unprotect", path, "--out", join(this.folder, `${role}-clear`)]);
    return run.code === 0 ? readFile(join(this.folder, `${role}-clear`, name)) : run.code;
  }
}
