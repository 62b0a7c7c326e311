import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { expect, it } from "vitest";

const root = dirname(dirname(import.meta.dirname));

function summarize(report: unknown, exitCode: number) {
  const script = `import { summarize } from "./scripts/test-summary.mjs";
    console.log(JSON.stringify(summarize(${JSON.stringify(report)}, ${exitCode})));`;
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root }).toString());
}

const file = (status: string, ...tests: string[]) => ({
  name: "a.test.ts",
  status,
  assertionResults: tests.map((each) => ({ status: each, fullName: "a rule" })),
});
const report = (...testResults: unknown[]) => ({ testResults });

it.each([
  ["all passed", report(file("passed", "passed", "passed")), 0, 2, 0, true],
  ["one failed", report(file("failed", "passed", "failed")), 1, 1, 1, false],
  ["a file that could not be loaded", report(file("passed", "passed"), file("failed")), 1, 1, 1, false],
  ["a skipped test", report(file("passed", "passed", "pending")), 0, 1, 1, false],
  ["an error outside of the tests", report(file("passed", "passed")), 1, 1, 1, false],
  ["no test", report(), 1, 0, 1, false],
  ["no test and no complaint", report(), 0, 0, 0, false],
  ["no report", null, 1, 0, 1, false],
])("a run with %s is counted", (_, given, exitCode, passed, failed, ok) => {
  expect(summarize(given, exitCode)).toMatchObject({ passed, failed, ok });
});
