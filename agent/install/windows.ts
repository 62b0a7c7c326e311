import { protectedSuffixes } from "../../shared/format/kind.js";
import type { Around, Plan, Step } from "./plan.js";

/** This user's part of the registry, by `reg.exe`: the Run key, and one class for all protected files. */

const classes = "HKCU\\Software\\Classes";
const program = "Sealwright.File";
const run = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run";

/** One word as programs split their command line: backslashes count double in front of a quote. */
export const windowsWord = (word: string): string =>
  `"${word.replace(/(\\*)("|$)/g, (_, slashes: string, quote: string) => slashes + slashes + (quote ? '\\"' : ""))}"`;

const set = (key: string, value: string, about: string, name?: string): Step => ({
  command: ["reg", "add", key, ...(name === undefined ? ["/ve"] : ["/v", name]), "/t", "REG_SZ", "/d", value, "/f"],
  about,
});

export function windowsPlan(around: Around): Plan {
  const words = around.program.map(windowsWord).join(" ");
  return {
    files: [],
    enable: [
      set(`${classes}\\${program}`, "Protected file", "what a protected file is"),
      set(`${classes}\\${program}\\shell\\open\\command`, `${words} open "%1"`, "what opens it"),
      ...protectedSuffixes.map((suffix) => set(`${classes}\\${suffix}`, program, `files like x${suffix}`)),
      set(run, `${words} agent`, "the agent, started when you log in", "Sealwright"),
    ],
    disable: [
      ...[program, ...protectedSuffixes].map(
        (key): Step => ({ command: ["reg", "delete", `${classes}\\${key}`, "/f"], about: `${key} is nothing of ours` }),
      ),
      { command: ["reg", "delete", run, "/v", "Sealwright", "/f"], about: "the agent is not started any more" },
    ],
    refresh: [],
    made: [],
  };
}
