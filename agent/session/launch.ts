import { spawn } from "node:child_process";
import { RightsError } from "../../shared/errors.js";

/** How each system opens a file with the program its user chose for it. */
const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ["open", "-W"],
  win32: ["cmd", "/c", "start", "/wait", ""],
};

function openerOf(platform: NodeJS.Platform): [string, ...string[]] {
  const chosen = process.env.SEALWRIGHT_OPENER;
  return chosen ? [chosen] : (openers[platform] ?? ["xdg-open"]);
}

/**
 * Opens a file with the user's program and waits until the opener returns; some programs go on after that.
 * @throws RightsError `file-unsuitable` when there is no program for it here.
 */
export function launch(path: string, platform: NodeJS.Platform = process.platform): Promise<void> {
  const [command, ...args] = openerOf(platform);
  const child = spawn(command, [...args, path], { stdio: "ignore" });
  return new Promise((resolve, reject) => {
    const refuse = (cause?: Error) =>
      reject(
        new RightsError("file-unsuitable", `no program opened it (${command}); use seal cat or seal unprotect`, {
          cause,
        }),
      );
    child.on("error", refuse);
    child.on("close", (code) => (code === 0 ? resolve() : refuse()));
  });
}
