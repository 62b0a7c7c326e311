import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { isAbandoned, type Owner, thisProcess } from "../../../agent/work/owner.js";
import { until } from "../../scenarios/seal.js";

const fieldsOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
};

/** A process that is dead and not yet asked for by its parent, which is stopped meanwhile. */
it("takes a killed process for dead, also while its parent has not noticed", async () => {
  const parent = spawn("bash", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const owner: Owner = { ...thisProcess, pid, start: `${boot}/${fieldsOf(pid)[19]}`, session: "another" };
    expect(isAbandoned(owner, "job", 0)).toBe(false);
    process.kill(pid, "SIGKILL");
    await until("the zombie", () => fieldsOf(pid)[0] === "Z");
    expect(isAbandoned(owner, "job", 0)).toBe(true);
  } finally {
    parent.kill("SIGKILL");
  }
});
