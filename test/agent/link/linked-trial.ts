import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeFolder } from "../../folders.js";
import { freePort } from "../../free-port.js";
import { seal, stop, type Trial, up } from "../../scenarios/seal.js";
import { shownCode } from "./shown-code.js";

/** A trial whose agent listens for pages on a port of its own, so that no other test's is in its way. */
export class LinkedTrial {
  readonly trial: Trial;
  readonly folder: string;
  readonly ports: readonly number[];

  private constructor(trial: Trial, folder: string, ports: readonly number[]) {
    this.trial = trial;
    this.folder = folder;
    this.ports = ports;
  }

  static async found(settings: { origins?: readonly string[]; pages?: string } = {}): Promise<LinkedTrial> {
    const folder = await mkdtemp(join(tmpdir(), "seal-link-"));
    const ports = [await freePort(), await freePort()];
    const home = join(folder, "trial", "home");
    await mkdir(home, { recursive: true, mode: 0o700 });
    await writeFile(join(home, "link.json"), JSON.stringify({ ports, ...settings }));
    return new LinkedTrial(await up(join(folder, "trial"), await freePort()), folder, ports);
  }

  get port(): number {
    return this.ports[0]!;
  }

  get home(): string {
    return this.trial.home;
  }

  seal = (...args: string[]) => seal(args, { home: this.home, cwd: this.folder });

  person = (role: string) => this.trial.people.find((one) => one.role === role)!;

  code = () => shownCode(this.home);

  async end(): Promise<void> {
    await stop(this.trial, "SIGKILL");
    await removeFolder(this.folder);
  }
}
