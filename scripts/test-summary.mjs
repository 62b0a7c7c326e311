/**
 * What the report of vitest comes to. A file that could not be loaded counts as one failed test, so does an error
 * outside of any test, and so does a test that was skipped: nothing here may be.
 * @param report - of vitest's JSON reporter, or `null` if there is none.
 * @param exitCode - of vitest.
 */
export function summarize(report, exitCode) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === "passed").length;
  const skipped = tests.filter((test) => test.status !== "passed" && test.status !== "failed");
  const unloaded = files.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const notes = [
    ...skipped.map((test) => `not run: ${test.fullName}`),
    ...unloaded.map((file) => `could not be loaded: ${file.name}`),
  ];
  let failed = tests.length - passed + unloaded.length;
  if (failed === 0 && passed === 0) notes.push("no test was found");
  if (failed === 0 && exitCode !== 0) {
    failed = 1;
    notes.push(`vitest ended with ${exitCode}: an error outside of the tests`);
  }
  return { passed, failed, notes, ok: failed === 0 && passed > 0 };
}
