import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const long = process.env.SEALWRIGHT_LONG === "1";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/fixtures/**"],
    setupFiles: ["test/setup.ts"],
    pool: "forks",
    // tests wait for programs, browsers and disks half of their time
    maxWorkers: Math.max(4, availableParallelism()),
    // a test that hangs fails; one on a busy machine does not
    testTimeout: long ? 30 * 60_000 : 240_000,
    hookTimeout: 240_000,
    passWithNoTests: false,
  },
});
