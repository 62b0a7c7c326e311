import { join } from "node:path";
import { type Around, ownHome, type Plan } from "./plan.js";

/** A launch agent. What opens a file by a double click is an application bundle on macOS, and there is none yet. */

const label = "org.sealwright.agent";

const text = (value: string): string =>
  `<string>${value.replace(/[<>&]/g, (char) => `&#${char.charCodeAt(0)};`)}</string>`;

function launchAgent(around: Around): string {
  const own = ownHome(around);
  const environment =
    own === undefined
      ? ""
      : `  <key>EnvironmentVariables</key>\n  <dict><key>SEALWRIGHT_HOME</key>${text(own)}</dict>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>${text(label)}
  <key>ProgramArguments</key>
  <array>${[...around.program, "agent"].map(text).join("")}</array>
${environment}  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>30</integer>
</dict>
</plist>
`;
}

export function macosPlan(around: Around): Plan {
  const path = join(around.home, "Library/LaunchAgents", `${label}.plist`);
  return {
    files: [{ path, content: launchAgent(around), about: "the agent, started when you log in" }],
    enable: [{ command: ["launchctl", "load", "-w", path], about: "the agent runs" }],
    disable: [{ command: ["launchctl", "unload", "-w", path], about: "the agent is stopped" }],
    refresh: [],
    made: [],
  };
}
