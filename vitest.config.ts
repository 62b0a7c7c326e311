import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const long = process.env.SEALWRIGHT_LONG === "1";

// Each of thousands of programs would read these at its start, for a tenth of what a command costs. No test asks anybody
// outside; those that trust a certificate of their own name it.
delete process.env.NODE_EXTRA_CA_CERTS;

/** Files that come one after another in a few processes: reading the service anew for each cost more than many of them. */
const together = ["test/{license,service,shared}/**/*.test.ts", "test/agent/account/**/*.test.ts"];
const fixtures = "test/fixtures/**";

export default defineConfig({
  test: {
    setupFiles: ["test/setup.ts"],
    pool: "forks",
    // tests wait for programs, browsers and disks half of their time
    maxWorkers: Math.max(4, availableParallelism()),
    // a test that hangs fails; one on a busy machine does not
    testTimeout: long ? 30 * 60_000 : 240_000,
    hookTimeout: 240_000,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          include: ["test/**/*.test.ts"],
          exclude: [fixtures, ...together],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "together", include: together, exclude: [fixtures], isolate: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
