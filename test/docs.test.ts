import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { exits } from "../agent/cli/exit.js";

/** The pages say what is so: links lead somewhere, commands exist, numbers are those of the code. */
const pages = [
  ...readdirSync(".").filter((name) => name.endsWith(".md")),
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const read = (path: string) => readFileSync(path, "utf8");

const help = (...command: string[]) =>
  spawnSync(process.execPath, ["bin/seal.mjs", ...command, "--help"], { encoding: "utf8" }).stdout;

/** Every command with its options, from the program's own help. */
function commandsOf(...prefix: string[]): string[] {
  const text = help(...prefix);
  const list = /Commands:\n([\s\S]*)/.exec(text)?.[1] ?? "";
  const names = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name!).filter((name) => name !== "help");
  return names.length === 0 ? [prefix.join(" ")] : names.flatMap((name) => commandsOf(...prefix, name));
}

describe("the pages", () => {
  it.each(pages)("%s links to what exists", (page) => {
    for (const [, target] of read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g))
      expect(existsSync(join(dirname(page), target!)), `${page} -> ${target}`).toBe(true);
  });

  it("list every command, with all its options", () => {
    const page = read("docs/commands.md");
    for (const command of commandsOf()) {
      const [first, ...rest] = command.split(" ");
      expect(page, command).toContain(`seal ${first}`);
      for (const word of rest) expect(page, command).toContain(word);
      for (const [option] of help(...command.split(" ")).matchAll(/--[a-z-]+/g))
        if (option !== "--help") expect(page, `${command} ${option}`).toContain(option);
    }
  });

  it("say the exit codes that are", () => {
    const rows = [...read("docs/commands.md").matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(exits));
  });

  it("give the two commands, and a reason for every dependency", () => {
    for (const command of ["npm ci --omit=dev && npm start", "npm ci && npm test"])
      expect(read("README.md")).toContain(command);
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    for (const name of Object.keys(dependencies)) expect(read("docs/dependencies.md")).toContain(`\`${name}\``);
  });
});
