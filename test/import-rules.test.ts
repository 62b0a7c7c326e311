import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { cruise, type IConfiguration, type ICruiseOptions, type ICruiseResult } from "dependency-cruiser";
import { describe, expect, it } from "vitest";

const root = dirname(import.meta.dirname);
const { forbidden, options } = createRequire(import.meta.url)("../.dependency-cruiser.cjs") as IConfiguration;
const folders = ["shared", "service", "agent", "browser", "addin", "viewer", "console"];

/** What the rules find wrong in the tree at `baseDir`, which is laid out as this project is. */
async function check(baseDir: string): Promise<ICruiseResult> {
  const present = folders.filter((folder) => existsSync(`${baseDir}/${folder}`));
  const cruising = { ...options, baseDir, validate: true, ruleSet: { forbidden } } as ICruiseOptions;
  return (await cruise(present, cruising)).output as ICruiseResult;
}

const sources = (folder: string) =>
  readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file}`);

describe("who may import whom", () => {
  it("is kept by every file", async () => {
    const { summary, modules } = await check(root);
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
    const seen = new Map(modules.map((module) => [module.source, module.dependencies.map(({ resolved }) => resolved)]));
    for (const file of ["shared", "service", "agent", "browser", "viewer"].flatMap(sources))
      expect([...seen.keys()]).toContain(file);
    // a checker that cannot read TypeScript finds no imports, and so nothing wrong
    expect(seen.get("shared/protect.ts")).toContain("shared/format/pfile.ts");
  });

  it("is held by rules that each catch a file that breaks them", async () => {
    const { summary } = await check(`${root}/test/fixtures/bad-import`);
    const caught = new Set(summary.violations.map(({ rule }) => rule.name));
    expect([...caught].sort()).toEqual(forbidden!.map(({ name }) => name!).sort());
  });
});

it("shared/ compiles without Node and without a page, and a file that needs them does not", () => {
  const compile = () =>
    execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "test/fixtures/bad-shared"], {
      cwd: root,
      encoding: "utf8",
      stdio: "pipe",
    });
  let said = "";
  try {
    compile();
  } catch (error) {
    said = (error as { stdout: string }).stdout;
  }
  const failing = [...said.matchAll(/([\w-]+\.ts)\(\d/g)].map(([, file]) => file);
  expect([...new Set(failing)].sort()).toEqual(["node-global.ts", "node-module.ts", "page.ts", "process.ts"]);
});
