import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { linuxPlan } from "./linux.js";
import { macosPlan } from "./macos.js";
import type { Around, Plan } from "./plan.js";
import { windowsPlan } from "./windows.js";

/** The plan for this user on this system; the program is the one that runs. */
export function planHere(): Plan {
  const seal = fileURLToPath(new URL("../bin/seal.mjs", import.meta.url)); // from the built program
  const around: Around = { home: homedir(), env: process.env, program: [process.execPath, seal] };
  if (process.platform === "darwin") return macosPlan(around);
  if (process.platform === "win32") return windowsPlan(around);
  return linuxPlan(around, hasUserUnits());
}

const hasUserUnits = (): boolean =>
  spawnSync("systemctl", ["--user", "show-environment"], { stdio: "ignore" }).status === 0;
