import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolder } from "../folders.js";

/**
 * Completion as the three shells do it, bash and zsh at a terminal. `said` is a command that is completed as seal is,
 * and shows the words it got: so quoting is what it is about.
 */
const program = new URL("../../bin/seal.mjs", import.meta.url).pathname;

describe("completion in a real shell", () => {
  let root: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "seal-completion-"));
    for (const folder of ["bin", "home", "here/in tray", "user"]) await mkdir(join(root, folder), { recursive: true });
    await writeFile(join(root, "here/plan (1).txt"), "");
    const labels = ["Public", "Highly confidential/All employees"];
    await writeFile(join(root, "home/names.json"), JSON.stringify({ v: 1, labels, templates: [] }));
    const watches = [{ folder: "/srv/in tray", label: "x", existing: false, addedMs: 1 }];
    await writeFile(join(root, "home/watches.json"), JSON.stringify({ v: 1, watches }));
    await command("seal", `exec '${process.execPath}' '${program}' "$@"`);
    await command("said", `printf '[%s]' "$@"; echo; echo done`);
    env = {
      PATH: `${join(root, "bin")}:/usr/bin:/bin`,
      HOME: join(root, "user"),
      SEALWRIGHT_HOME: join(root, "home"),
      TERM: "dumb",
      LC_ALL: "C.UTF-8",
    };
  });
  const command = async (name: string, script: string) => {
    await writeFile(join(root, "bin", name), `#!/bin/sh\n${script}\n`);
    await chmod(join(root, "bin", name), 0o755);
  };
  afterAll(() => removeFolder(root));

  /** Types `keys` once the prompt is there, and gives what the shell then showed, up to "done". */
  function type(shell: string, keys: string): Promise<string> {
    const child = spawn("script", ["-qfec", shell, "/dev/null"], { env, cwd: join(root, "here") });
    let seen = "";
    let typed = false;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), 25_000);
      child.on("close", () => {
        clearTimeout(timer);
        reject(new Error(`no answer to ${JSON.stringify(keys)}: ${seen}`));
      });
      child.stdout.on("data", (piece: Buffer) => {
        seen += piece;
        if (!typed && seen.includes("ready>")) {
          typed = true;
          child.stdin.write(keys);
        }
        if (/\ndone/.test(seen)) {
          resolve(/^\[.*\]/m.exec(seen)![0]);
          child.stdin.end("exit\n");
        }
      });
    });
  }

  const cases: readonly (readonly [keys: string, words: string])[] = [
    ["said unpro\t\n", "[unprotect]"],
    ["said watch add --exi\t\n", "[watch][add][--existing]"],
    ["said protect --label Highly\t\n", "[protect][--label][Highly confidential/All employees]"],
    ["said protect --label 'Highly con\t\n", "[protect][--label][Highly confidential/All employees]"],
    ["said watch remove \t\n", "[watch][remove][/srv/in tray]"],
    ["said protect pl\t\n", "[protect][plan (1).txt]"],
    ["said watch add in\t\n", "[watch][add][in tray/]"],
  ];

  it.each(cases)("bash: %j", async (keys, words) => {
    const start = `source <(seal completion bash); complete -F _seal said; bind 'set enable-bracketed-paste off'; PS1='ready>'`;
    await writeFile(join(root, "user/rc"), start);
    expect(await type(`bash --noprofile --rcfile ${join(root, "user/rc")} -i`, keys)).toBe(words);
  });

  // zsh takes the slash of a finished folder away
  it.each(cases)("zsh: %j", async (keys, words) => {
    const start = `autoload -Uz compinit; compinit -u -D; source <(seal completion zsh); compdef _seal said; unsetopt zle_bracketed_paste; PS1='ready>'`;
    await writeFile(join(root, "user/.zshrc"), start);
    expect(await type("zsh -i", keys)).toBe(words.replace("/]", "]"));
  });

  it.each<[string, string[]]>([
    ["seal unpro", ["unprotect\ttake the protection off"]],
    ["seal protect --label 'High", ["Highly confidential/All employees\tlabel"]],
    ["seal watch remove ", ["/srv/in tray\twatched folder"]],
    ["seal protect pl", ["plan (1).txt"]],
    ["seal watch add in", ["in tray/"]],
    ["seal completion ", ["bash", "fish", "zsh"]],
  ])("fish: %j", async (line, expected) => {
    const child = spawn(
      "fish",
      ["--no-config", "-c", `seal completion fish | source; complete -C ${JSON.stringify(line)}`],
      {
        env,
        cwd: join(root, "here"),
      },
    );
    let seen = "";
    child.stdout.on("data", (piece: Buffer) => {
      seen += piece;
    });
    await new Promise((resolve) => child.on("close", resolve));
    const offered = seen.trimEnd().split("\n");
    expect(offered.map((one) => (expected[0]!.includes("\t") ? one : one.split("\t")[0])).sort()).toEqual(expected);
  });
});
