import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it, onTestFinished } from "vitest";
import { exitMeanings, exitOf, exits } from "../agent/cli/exit.js";
import { pathOf } from "../agent/cli/manual/pages.js";
import { buildProgram } from "../agent/cli/program.js";
import type { RightsErrorCode } from "../shared/errors.js";

/** The pages say what is so: links lead somewhere, commands exist, numbers are those of the code. */
const root = dirname(import.meta.dirname);
const read = (path: string) => readFileSync(join(root, path), "utf8");
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
const pages = [...readdirSync(root).filter((name) => name.endsWith(".md")), ...filesIn("docs", ".md")];
const codeWords = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);

/** Rows of the tables under a heading, cell by cell. */
function rowsUnder(page: string, heading: string): string[][] {
  const text = read(page)
    .split(new RegExp(`^${heading}$`, "m"))[1]!
    .split(/^#/m)[0]!;
  const lines = text.split("\n").filter((line) => /^\| *[^-| ]/.test(line));
  return lines.slice(1).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** Every command with its options, from the tree that help is made from. */
function commandsOf(command: Command): Record<string, string[]> {
  const children = command.createHelp().visibleCommands(command);
  if (children.length > 0) return Object.assign({}, ...children.map(commandsOf));
  return { [pathOf(command)]: command.options.map(({ long }) => long!).sort() };
}

describe("the pages", () => {
  it.each(pages)("%s links to what exists", (page) => {
    for (const [, target] of read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g))
      expect(existsSync(join(root, dirname(page), target!)), `${page} -> ${target}`).toBe(true);
  });

  it.each(pages)("%s names files of the project that exist", (page) => {
    const named = codeWords(read(page)).filter((word) =>
      /^(agent|bench|docs|service|shared|test)\/[\w./-]+$/.test(word),
    );
    for (const path of named) expect(existsSync(join(root, path)), `${page}: ${path}`).toBe(true);
  });

  it("list the commands that exist, each with its options, and no others", () => {
    const rows = rowsUnder("docs/commands.md", "# Commands").map(([command = "", options = ""]) => [
      codeWords(command)[0]!
        .replace(/^seal /, "")
        .replace(/( \[?[A-Z]+…?\]?)+$/, ""),
      codeWords(options).sort(),
    ]);
    expect(Object.fromEntries(rows)).toEqual(commandsOf(buildProgram("")));
  });

  it("say the exit codes that are, and which errors lead to them", () => {
    const rows = rowsUnder("docs/commands.md", "## Exit codes");
    expect(rows.map(([exit]) => Number(exit))).toEqual(Object.values(exits));
    expect(rows.map(([, meaning]) => meaning)).toEqual(Object.values(exitMeanings));
    const said = rows.flatMap(([exit, , codes]) => codeWords(codes!).map((code) => [code, Number(exit)] as const));
    for (const [code, exit] of said) expect(exitOf(code as RightsErrorCode), code).toBe(exit);
    const mapped = [...read("agent/cli/exit.ts").matchAll(/^ {2}"?([a-z-]+)"?: exits\./gm)].map(([, code]) => code);
    expect(said.map(([code]) => code).sort()).toEqual(mapped.sort());
  });

  it("name every variable of the environment that agent and command line read", () => {
    const inCode = [...filesIn("agent", ".ts"), ...filesIn("shared/node", ".ts")].flatMap((file) => [
      ...read(file).matchAll(/\benv\.([A-Z_]+)/g),
    ]);
    const said = rowsUnder("docs/commands.md", "## Environment").flatMap(([name]) => codeWords(name!));
    expect(said.sort()).toEqual([...new Set(inCode.map(([, name]) => name!))].sort());
  });

  it("name every field of the service's configuration", () => {
    const fields = /export interface ServiceConfig \{([\s\S]*?)\n\}/.exec(read("service/config.ts"))![1]!;
    const inCode = [...fields.matchAll(/^ {2}(\w+)\??:/gm)].map(([, field]) => field);
    const said = rowsUnder("docs/operating.md", "## Configuration").flatMap(([name]) => codeWords(name!));
    expect(said).toEqual(inCode);
  });

  it("have a unit that systemd understands", () => {
    const unit = /```ini\n(\[Unit\][\s\S]*?)```/.exec(read("docs/operating.md"))![1]!;
    const folder = mkdtempSync(join(tmpdir(), "sealwright-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "sealwright.service");
    writeFileSync(path, unit.replaceAll("/usr/bin/node", process.execPath).replace("User=sealwright", "User=daemon"));
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
    const about = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("sealwright"));
    expect({ status, about }).toEqual({ status: 0, about: [] });
  });

  it("give the two commands, and a reason for every dependency", () => {
    for (const command of ["npm ci --omit=dev && npm start", "npm ci && npm test"])
      expect(read("README.md").split("\n")).toContain(command);
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    const reasons = rowsUnder("docs/dependencies.md", "# Runtime dependencies").flatMap(([name]) => codeWords(name!));
    expect(reasons.sort()).toEqual(Object.keys(dependencies).sort());
  });
});
